import HostModel
import Planning

extension UndefineStep: DomainWrite {
    static var verb: HostWrite.Verb { .undefine }

    var action: HostWrite { .undefine(self) }
    var place: String { "the definition of \(guest)" }
    var words: String { "undefine \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        // Undefining a domain that runs would leave it running without a definition.
        if let status = try run.host.domains.status(of: guest), status.isActive { throw .running(guest) }
        try run.host.domains.undefine(guest)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest) == nil }

    /// A domain that was removed is defined again, and starts with the host if it did.
    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard case .define(let define)? = inverse.first, define.guest == guest, define.replacing == nil else {
            return false
        }
        return inverse.count == 1 || inverse.dropFirst() == [.setAutostart(name: guest, autostart: true)]
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedDefinition(id: guest)) { definition in
            if case .define(let define)? = entry.write.inverse.first { definition.read.append(define.document) }
            definition.read.append(nil)
        }
    }
}

extension HostWrite {
    /// Removes the definition.
    public static func undefine(name: String) -> HostWrite { .undefine(UndefineStep(guest: name)) }
}

extension UndefineStep: StepExecution {
    var phase: Phase { .undefine }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let status = try run.host.domains.status(of: guest),
            let document = try run.host.domains.definition(of: guest)
        else { return nil }
        guard !status.isActive else { throw .running(guest) }
        try status.demandRemovable(guest)
        let autostart = status.autostarts ? [HostWrite.setAutostart(name: guest, autostart: true)] : []
        return Effect(
            [.undefine(self)], .undefine(name: guest),
            inverse: [.define(name: guest, document: document, replacing: nil)] + autostart)
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? {
        // Found out after the guest was shut down for this, it would have been an outage for nothing.
        try look.run.host.domains.status(of: guest)?.demandRemovable(guest)
        return look.stopped.contains(guest) ? nil : try effect(in: look.run)
    }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] { [] }
}

extension DomainStatus {
    /// Refuses a domain whose definition libvirt would not give up.
    func demandRemovable(_ name: String) throws(StepFailure) {
        guard !hasManagedSave else { throw .managedSave(name) }
        guard snapshots == 0, checkpoints == 0 else {
            throw .heldBySnapshots(name, snapshots: snapshots, checkpoints: checkpoints)
        }
    }
}
