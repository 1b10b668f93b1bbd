import DomainXML
import HostModel
import Planning
import XMLTree

extension Run {
    /// The write that a step comes to as the host is now, with its inverse; nil when nothing is to be done.
    ///
    /// - Throws: ``StepFailure`` when the host is neither as the plan found it nor as it wants it.
    func effect(of step: Step) throws(StepFailure) -> Effect? {
        switch step {
        case .create(let name, let document, let wanted, let mark):
            return try creation(step, name, document, wanted, mark)
        case .redefine(let name, let prior, let wanted, let mark, let devices):
            return try redefinition(step, name, prior, (wanted, mark, devices))
        case .rename(let name, let from, let uuid): return try renaming(step, name, from, uuid)
        case .rebase(let name, let prior, let document, let wanted, let mark):
            return try rebasing(step, name, prior, document, (wanted, mark))
        case .release(let name): return try release(step, name)
        case .setAutostart(let name, _, let target): return try autostart(step, name, target)
        case .stop(let name, let force):
            guard try host.domains.status(of: name)?.isActive == true else { return nil }
            return Effect([step], .stop(name: name, force: force), inverse: [.start(name: name)])
        case .undefine(let name): return try removal(step, name)
        case .start(let name): return try start(step, name)
        case .setPool, .pin: return nil
        }
    }

    private func creation(
        _ step: Step, _ name: String, _ document: XMLElement, _ wanted: WantedSettings, _ mark: OwnershipMark
    ) throws(StepFailure) -> Effect? {
        guard let present = try definition(of: name) else {
            return Effect(
                [step], .define(name: name, document: document, replacing: nil), inverse: [.undefine(name: name)])
        }
        guard mismatches(of: present, wanted, mark).isEmpty else { throw .domainAppeared(name) }
        return nil
    }

    private func redefinition(
        _ step: Step, _ name: String, _ prior: FoundSettings,
        _ target: (wanted: WantedSettings, mark: OwnershipMark, devices: [DeviceChange])
    ) throws(StepFailure) -> Effect? {
        guard let present = try definition(of: name), let status = try host.domains.status(of: name) else {
            throw .domainVanished(name)
        }
        guard status.isPersistent else { throw .transient(name) }
        guard !mismatches(of: present, target.wanted, target.mark).isEmpty else { return nil }
        // What was shown of the devices is what is done to them.
        let devices = DeviceChange.all(for: target.mark, from: present.mark, in: present.document)
        guard present.isUnchanged(since: prior, defaultHugePage: host.defaultHugePage), devices == target.devices else {
            throw .definitionChanged(name)
        }
        let document = present.patched(
            with: target.wanted, mark: target.mark, defaultHugePage: host.defaultHugePage)
        return Effect(
            [step], .define(name: name, document: document, replacing: present.document),
            inverse: [.define(name: name, document: present.document, replacing: document)])
    }

    /// What identifies the domain is taken from it now, whatever the step's document says of that.
    private func rebasing(
        _ step: Step, _ name: String, _ prior: FoundSettings, _ document: XMLElement,
        _ target: (wanted: WantedSettings, mark: OwnershipMark)
    ) throws(StepFailure) -> Effect? {
        guard let present = try definition(of: name), let status = try host.domains.status(of: name) else {
            throw .domainVanished(name)
        }
        guard status.isPersistent else { throw .transient(name) }
        guard !mismatches(of: present, target.wanted, target.mark).isEmpty else { return nil }
        guard present.mark?.origin == .created, present.mark?.site == target.mark.site,
            present.isUnchanged(since: prior, defaultHugePage: host.defaultHugePage)
        else { throw .definitionChanged(name) }
        let document = DomainPatch.stamp(
            target.mark, on: DomainTemplate.domain(document, keepingIdentityOf: present.document))
        return Effect(
            [step], .define(name: name, document: document, replacing: present.document),
            inverse: [.define(name: name, document: present.document, replacing: document)])
    }

    private func release(_ step: Step, _ name: String) throws(StepFailure) -> Effect? {
        guard let present = try definition(of: name), present.mark != nil else { return nil }
        let document = DomainPatch.release(present.document)
        return Effect(
            [step], .define(name: name, document: document, replacing: present.document),
            inverse: [.define(name: name, document: present.document, replacing: document)])
    }

    private func autostart(_ step: Step, _ name: String, _ target: Bool) throws(StepFailure) -> Effect? {
        guard let present = try host.domains.status(of: name) else { throw .domainVanished(name) }
        guard present.autostarts != target else { return nil }
        return Effect(
            [step], .setAutostart(name: name, autostart: target),
            inverse: [.setAutostart(name: name, autostart: present.autostarts)])
    }

    private func removal(_ step: Step, _ name: String) throws(StepFailure) -> Effect? {
        guard let status = try host.domains.status(of: name), let document = try host.domains.definition(of: name)
        else { return nil }
        guard !status.isActive else { throw .running(name) }
        try status.demandRemovable(name)
        let definition = HostAction.define(name: name, document: document, replacing: nil)
        let autostart = HostAction.setAutostart(name: name, autostart: true)
        return Effect(
            [step], .undefine(name: name), inverse: status.autostarts ? [definition, autostart] : [definition])
    }

    private func start(_ step: Step, _ name: String) throws(StepFailure) -> Effect? {
        guard let status = try host.domains.status(of: name) else { throw .domainVanished(name) }
        guard !status.isActive else { return nil }
        guard !status.hasManagedSave else { throw .managedSave(name) }
        return Effect([step], .start(name: name), inverse: [])
    }

    /// Where a definition is not as wanted.
    func mismatches(of present: Definition, _ wanted: WantedSettings, _ mark: OwnershipMark) -> [Mismatch] {
        present.mismatches(with: wanted, mark: mark, defaultHugePage: host.defaultHugePage)
    }
}
