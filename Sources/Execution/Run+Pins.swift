import DomainXML
import HostModel
import Planning

extension Run {
    /// The pins that can be set at once, and those that wait until guests are down which have the CPUs for themselves: two threads
    /// that need a CPU each are not put on one for as long as a shutdown takes.
    func pinsInOrder(_ phases: Phases) throws(Halt) -> (now: [Step], later: [Step]) {
        var leaving: CPUSet = []
        for step in phases.remove where !phases.pin.isEmpty {
            guard case .stop(let name, _) = step else { continue }
            do throws(StepFailure) {
                guard let live = try liveDefinition(of: name) else { continue }
                for pin in live.parts.vcpuPins.values where pin.count == 1 { leaving.formUnion(pin) }
            } catch {
                throw .failed(step, error)
            }
        }
        func waits(_ step: Step) -> Bool {
            guard case .pin(_, _, let prior, let target) = step else { return false }
            return !target.subtracting(prior).isDisjoint(with: leaving)
        }
        return (phases.pin.filter { !waits($0) }, phases.pin.filter(waits))
    }

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
