import HostModel
import Planning

extension Run {
    /// Looks at the preconditions of all steps before the first write, so that a plan that is out of date changes nothing.
    ///
    /// What an earlier step of this run brings about is taken as given: a created domain exists, a stopped one does not run.
    func check(_ phases: Phases, _ file: FileChange?) throws(Halt) {
        let steps = phases.all
        let renamed = Interpreter(
            domains: RenamedDomains(host.domains, steps), pools: host.pools, defaultHugePage: host.defaultHugePage)
        let view = Run(host: renamed)
        let created = Set(steps.compactMap { if case .create(let name, _, _, _) = $0 { name } else { nil } })
        let stopped = Set(steps.compactMap { if case .stop(let name, _) = $0 { name } else { nil } })
        var effects: [Effect] = []
        for step in steps {
            do throws(StepFailure) {
                if let guest = step.guest { try view.host.domains.status(of: guest)?.demandIdle(guest) }
                switch step {
                case .setPool: _ = try change(of: step)
                case .setAutostart(let name, _, _), .start(let name):
                    if try view.host.domains.status(of: name) == nil, created.contains(name) { continue }
                    if stopped.contains(name) { continue }
                    _ = try view.effect(of: step)
                case .undefine(let name):
                    // Found out after the guest was shut down for this, it would have been an outage for nothing.
                    try host.domains.status(of: name)?.demandRemovable(name)
                    if stopped.contains(name) { continue }
                    if let effect = try effect(of: step) { effects.append(effect) }
                case .rename: if let effect = try effect(of: step) { effects.append(effect) }
                case .create, .redefine, .rebase, .release:
                    if let effect = try view.effect(of: step) { effects.append(effect) }
                case .pin, .stop: continue
                }
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
    /// Refuses a domain whose definition libvirt would not give up.
    func demandRemovable(_ name: String) throws(StepFailure) {
        guard !hasManagedSave else { throw .managedSave(name) }
        guard snapshots == 0, checkpoints == 0 else {
            throw .heldBySnapshots(name, snapshots: snapshots, checkpoints: checkpoints)
        }
    }

    /// Refuses a domain that libvirt is busy with.
    func demandIdle(_ name: String) throws(StepFailure) {
        if let job { throw .inJob(name, job: job) }
    }
}
