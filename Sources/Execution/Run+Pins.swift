import HostModel
import Planning

extension Run {
    /// Pins the threads of these steps, widening before narrowing.
    mutating func pin(_ steps: [Step]) throws(Halt) {
        for effect in try moves(of: steps).effects {
            do throws(StepFailure) {
                try carryOut(effect)
            } catch {
                throw .failed(effect.step, error)
            }
        }
    }

    /// The threads that are not where they shall be. A domain that does not run has nothing to pin: its definition says it all.
    private mutating func moves(of steps: [Step]) throws(Halt) -> [PinMove] {
        var moves: [PinMove] = []
        var live: [String: Definition?] = [:]
        for case let step in steps {
            guard case .pin(let name, let thread, let prior, let target) = step else { continue }
            do throws(StepFailure) {
                if live[name] == nil { live[name] = .some(try liveDefinition(of: name)) }
            } catch {
                throw .failed(step, error)
            }
            guard let definition = live[name] ?? nil, definition.cpus(of: thread, otherwise: prior) != target else {
                skip(step)
                continue
            }
            let present = definition.cpus(of: thread, otherwise: prior)
            moves.append(PinMove(step: step, name: name, thread: thread, present: present, target: target))
        }
        return moves
    }
}
