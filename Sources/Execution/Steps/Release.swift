import DomainXML
import HostModel
import Planning

extension ReleaseStep: StepExecution {
    var phase: Phase { .define }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = try run.definition(of: guest), present.mark != nil else { return nil }
        return DefineWrite(
            guest: guest, document: DomainPatch.release(present.document), replacing: present.document
        ).effect(of: .release(self))
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.view) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let mark = try run.definition(of: guest)?.mark else { return [] }
        return [Mismatch(subject: .guest(guest), path: "metadata", wanted: nil, found: .text(mark.site))]
    }

    func isReached(by present: Definition, defaultHugePage: PageSize?) -> Bool { present.mark == nil }
}
