import DomainXML
import HostModel
import Planning
import XMLTree

extension Run {
    /// The write that gives a domain its new name; nil when it has it.
    func renaming(_ step: Step, _ name: String, _ old: String, _ uuid: String?) throws(StepFailure) -> Effect? {
        if let present = try host.domains.definition(of: name) {
            guard present.isDomain(uuid), try host.domains.status(of: old) == nil else { throw .domainAppeared(name) }
            return nil
        }
        guard let document = try host.domains.definition(of: old), let status = try host.domains.status(of: old) else {
            throw .domainVanished(old)
        }
        guard document.isDomain(uuid) else { throw .definitionChanged(old) }
        guard !status.isActive else { throw .running(old) }
        guard status.isPersistent else { throw .transient(old) }
        try status.demandIdle(old)
        try status.demandRemovable(old)
        let found = document.uuid
        return Effect(
            [step], .rename(name: name, from: old, uuid: found), inverse: [.rename(name: old, from: name, uuid: found)])
    }

    /// Gives a domain another name, after a last look at what it is.
    func rename(_ old: String, to name: String, _ uuid: String?) throws(StepFailure) {
        guard let document = try host.domains.definition(of: old) else { throw .domainVanished(old) }
        guard document.isDomain(uuid) else { throw .definitionChanged(old) }
        if let status = try host.domains.status(of: old), status.isActive { throw .running(old) }
        try host.domains.rename(old, to: name)
    }

    /// Whether the domain has the new name, and none the old one.
    func isRenamed(_ old: String, to name: String, _ uuid: String?) throws(StepFailure) -> Bool {
        guard let document = try host.domains.definition(of: name), document.isDomain(uuid) else { return false }
        return try host.domains.status(of: old) == nil
    }
}

extension Run {
    /// The same undo of a domain that this run renamed, under its old name where it has that back: an undo that was broken off has
    /// gone that far.
    func underPresentName(_ action: HostAction) throws(StepFailure) -> HostAction {
        guard let name = action.guest, let old = formerName(of: name), try host.domains.status(of: name) == nil,
            try host.domains.status(of: old) != nil
        else { return action }
        return switch action {
        case .define(_, let document, let present):
            .define(name: old, document: DomainPatch.renamed(document, to: old), replacing: present)
        case .setAutostart(_, let autostart): .setAutostart(name: old, autostart: autostart)
        default: action
        }
    }

    private func formerName(of name: String) -> String? {
        for case .rename(name, let old, _) in begun.map(\.action) { return old }
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
