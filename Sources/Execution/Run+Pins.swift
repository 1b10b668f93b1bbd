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
        var live = LiveDefinitions(self)
        var moves: [PinMove] = []
        for step in steps {
            guard case .pin(let name, let thread, let prior, let target) = step else { continue }
            let present: CPUSet?
            do throws(StepFailure) {
                present = try live.definition(of: name)?.cpus(of: thread, otherwise: prior)
            } catch {
                throw .failed(step, error)
            }
            let isAstray = thread == .emulator && !strays(of: name, from: target).isEmpty
            if let present, present != target || isAstray {
                moves.append(PinMove(step: step, name: name, thread: thread, present: present, target: target))
            } else {
                skip(step)
            }
        }
        return moves
    }
}
