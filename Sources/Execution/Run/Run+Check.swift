import HostModel
import Planning

extension Run {
    /// Looks at the preconditions of all steps before the first write, so that a plan that is out of date changes nothing.
    func check(_ phases: Phases, _ file: FileChange?) throws(Halt) {
        let steps = phases.all
        let look = Lookout(self, steps)
        var effects: [Effect] = []
        for step in steps {
            do throws(StepFailure) {
                if let guest = step.guest { try look.view.host.domains.status(of: guest)?.demandIdle(guest) }
                effects += [try step.execution.precheck(look)].compactMap(\.self)
            } catch {
                throw .failed(step, error)
            }
        }
        try check(file, &effects)
        guard let first = effects.first else { return }
        do throws(StepFailure) {
            try host.observer.mayRun(effects)
        } catch {
            throw first.steps.first.map { .failed($0, error) } ?? .fileFailed(file?.path ?? "", error)
        }
    }

    private func check(_ file: FileChange?, _ effects: inout [Effect]) throws(Halt) {
        guard let file else { return }
        do throws(StepFailure) {
            try host.files.check(file)
        } catch {
            throw .fileFailed(file.path, error)
        }
        effects.append(file.effect)
    }
}

extension DomainStatus {
    /// Refuses a domain that libvirt is busy with.
    func demandIdle(_ name: String) throws(StepFailure) {
        if let job { throw .inJob(name, job: job) }
    }
}
