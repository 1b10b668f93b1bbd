internal import Execution
internal import HostModel
internal import Planning
internal import XMLTree

/// Domains that nobody has asked libvirt for: whoever asks for one is refused.
struct NoDomains: DomainView {
    func definition(of name: String) throws(StepFailure) -> XMLElement? { throw refusal }
    func liveDefinition(of name: String) throws(StepFailure) -> XMLElement? { throw refusal }
    func status(of name: String) throws(StepFailure) -> DomainStatus? { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "libvirt", kind: .unreachable, code: 0, message: "is not connected"))
    }
}
