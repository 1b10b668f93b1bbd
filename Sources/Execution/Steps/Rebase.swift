import DomainXML
import HostModel
import Planning

extension RebaseStep: DefinitionStep {
    /// What identifies the domain is taken from it now, whatever the step's document says of that.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let present = try run.persistentDefinition(of: guest)
        let page = run.host.defaultHugePage
        guard !isReached(by: present, defaultHugePage: page) else { return nil }
        guard present.mark?.origin == .created, present.mark?.site == wanted.mark.site,
            present.isUnchanged(since: prior.settings, defaultHugePage: page)
        else { throw .definitionChanged(guest) }
        let document = DomainPatch.stamp(
            wanted.mark, on: DomainTemplate.domain(definition.element, keepingIdentityOf: present.document))
        return DefineWrite(guest: guest, document: document, replacing: present.document).effect(of: .rebase(self))
    }
}
