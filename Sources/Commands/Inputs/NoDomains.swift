internal import Execution
internal import HostModel
internal import Planning
internal import XMLTree

/// Domains that nobody has asked libvirt for: whoever asks for one is refused.
struct NoDomains: DomainHost {
    func definition(of name: String) throws(StepFailure) -> XMLElement? { throw refusal }
    func liveDefinition(of name: String) throws(StepFailure) -> XMLElement? { throw refusal }
    func status(of name: String) throws(StepFailure) -> DomainStatus? { throw refusal }
    func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String? { throw refusal }
    func undefine(_ name: String) throws(StepFailure) { throw refusal }
    func rename(_ name: String, to new: String) throws(StepFailure) { throw refusal }
    func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure) { throw refusal }
    func setMemory(of name: String, to amount: KiB) throws(StepFailure) { throw refusal }
    func attach(_ device: XMLElement, to name: String) throws(StepFailure) { throw refusal }
    func detach(_ device: XMLElement, from name: String) throws(StepFailure) { throw refusal }
    func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure) { throw refusal }
    func start(_ name: String) throws(StepFailure) { throw refusal }
    func stop(_ name: String, force: Bool) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "libvirt", kind: .unreachable, code: 0, message: "was not connected to"))
    }
}
