import DomainXML
import HostModel
import Planning
import XMLTree

extension RenameStep: DomainWrite {
    static var verb: HostWrite.Verb { .rename }

    var action: HostWrite { .rename(self) }
    var place: String { "the name of \(guest)" }
    var words: String { "rename \(from) to \(guest)" }

    /// After a last look at what the domain is.
    func perform(in run: inout Run) throws(StepFailure) {
        let domains = run.host.domains
        guard let document = try domains.definition(of: from) else { throw .domainVanished(from) }
        guard document.isDomain(uuid) else { throw .definitionChanged(from) }
        if let status = try domains.status(of: from), status.isActive { throw .running(from) }
        try domains.rename(from, to: guest)
        run.report.writes += 1
    }

    /// Whether the domain has the new name, and none the old one.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let document = try run.host.domains.definition(of: guest), document.isDomain(uuid) else { return false }
        return try run.host.domains.status(of: from) == nil
    }

    func guestsStanding(in run: Run) -> [String] { run.report.started.filter { $0 == guest || $0 == from } }

    var inverse: RenameStep { RenameStep(guest: from, from: guest, uuid: uuid) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedName(id: self)) { _ in }
        history.noteStartedOrMade(guest)
    }
}

/// A domain that got another name.
struct TouchedName: TouchedThing {
    let id: RenameStep

    /// It must have its old name or its new one, and nothing the other.
    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        if try id.holds(in: look.run) { return nil }
        return try id.inverse.holds(in: look.run) ? nil : .name(id.guest, from: id.from)
    }
}

extension RollbackCheck.ForeignChange {
    /// The domain that got that name has neither it nor its old one, or both names are taken.
    public static func name(_ name: String, from: String) -> Self {
        Self("the domain that was renamed from \(from) to \(name) has neither name, or both are taken")
    }
}

extension RenameStep: StepExecution {
    var phase: Phase { .rename }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let domains = run.host.domains
        if let present = try domains.definition(of: guest) {
            guard present.isDomain(uuid), try domains.status(of: from) == nil else { throw .domainAppeared(guest) }
            return nil
        }
        guard let document = try domains.definition(of: from), let status = try domains.status(of: from) else {
            throw .domainVanished(from)
        }
        guard document.isDomain(uuid) else { throw .definitionChanged(from) }
        guard !status.isActive else { throw .running(from) }
        guard status.isPersistent else { throw .transient(from) }
        try status.demandIdle(from)
        try status.demandRemovable(from)
        let write = RenameStep(guest: guest, from: from, uuid: document.uuid)
        return Effect([.rename(self)], write.action, inverse: [write.inverse.action])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] { [] }
}

extension Run {
    /// The same undo of a domain that this run renamed, under its old name where it has that back: an undo that was broken off has
    /// gone that far.
    func underPresentName(_ action: HostWrite) throws(StepFailure) -> HostWrite {
        guard let name = action.guest, let old = formerName(of: name), try host.domains.status(of: name) == nil,
            try host.domains.status(of: old) != nil
        else { return action }
        return action.write.renamed(to: old)
    }

    private func formerName(of name: String) -> String? {
        for case .rename(let rename) in begun.map(\.action) where rename.guest == name { return rename.from }
        return nil
    }
}

extension XMLElement {
    /// The UUID of a definition, or nil.
    var uuid: String? { element(named: "uuid")?.text }

    /// Whether this is the definition of the domain with that UUID; of any where none is known.
    func isDomain(_ uuid: String?) -> Bool {
        guard let uuid, let own = self.uuid else { return true }
        return own.lowercased() == uuid.lowercased()
    }
}
