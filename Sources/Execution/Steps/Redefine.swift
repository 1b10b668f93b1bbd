import DomainXML
import HostModel
import Planning

extension RedefineStep: DefinitionStep {
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let present = try run.persistentDefinition(of: guest)
        let page = run.host.defaultHugePage
        guard !isReached(by: present, defaultHugePage: page) else { return nil }
        // What was shown of the devices is what is done to them.
        let devices = DeviceChange.all(for: wanted.mark, from: present.mark, in: present.document)
        guard present.isUnchanged(since: prior.settings, defaultHugePage: page), devices == deviceChanges else {
            throw .definitionChanged(guest)
        }
        let document = present.patched(with: wanted.settings, mark: wanted.mark, defaultHugePage: page)
        return DefineWrite(guest: guest, document: document, replacing: present.document).effect(of: .redefine(self))
    }
}

extension Run {
    /// The definition of a domain that is to be defined otherwise; one that is transient must not get a definition as a side effect.
    func persistentDefinition(of name: String) throws(StepFailure) -> Definition {
        guard let present = try definition(of: name), let status = try host.domains.status(of: name) else {
            throw .domainVanished(name)
        }
        guard status.isPersistent else { throw .transient(name) }
        return present
    }
}
