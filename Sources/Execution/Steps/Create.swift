import HostModel
import Planning
import XMLTree

extension CreateStep: DefinitionStep {
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = try run.definition(of: guest) else {
            return DefineWrite(guest: guest, document: definition.element, replacing: nil).effect(of: .create(self))
        }
        guard isReached(by: present, defaultHugePage: run.host.defaultHugePage) else { throw .domainAppeared(guest) }
        return nil
    }
}
