public import HostModel

/// What the interpreter needs of a host for the CPUs of programs beside the guests: what is recorded of them, and the settings of units.
public protocol ActorHost {
    /// What is recorded of an actor; nil for nothing.
    func record(of actor: String, site: String) throws(StepFailure) -> ActorRecord?

    /// Records an actor, or forgets it.
    func set(_ record: ActorRecord?, of actor: String, site: String) throws(StepFailure)

    /// The text of the file of settings of a unit, of the name that apply gives to its own; nil for no such file.
    func dropIn(of unit: String) throws(StepFailure) -> String?

    /// Writes that file, or removes it. The old text or the new one is there at any time.
    func setDropIn(of unit: String, to text: String?) throws(StepFailure)

    /// The CPUs that a group of programs is confined to, empty for not at all; nil where it is not there.
    func cpus(ofGroup unit: String) throws(StepFailure) -> CPUSet?

    /// Has systemd read those files, by which it confines a group to these CPUs, or frees it.
    func confine(group unit: String, to cpus: CPUSet) throws(StepFailure)
}

/// A host on which nobody records actors.
public struct NoActors: ActorHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func record(of actor: String, site: String) throws(StepFailure) -> ActorRecord? { throw refusal }
    /// Refuses.
    public func set(_ record: ActorRecord?, of actor: String, site: String) throws(StepFailure) { throw refusal }
    /// Refuses.
    public func dropIn(of unit: String) throws(StepFailure) -> String? { throw refusal }
    /// Refuses.
    public func setDropIn(of unit: String, to text: String?) throws(StepFailure) { throw refusal }
    /// Refuses.
    public func cpus(ofGroup unit: String) throws(StepFailure) -> CPUSet? { throw refusal }
    /// Refuses.
    public func confine(group unit: String, to cpus: CPUSet) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "actors", kind: .other, code: 0, message: "actors are not recorded here"))
    }
}
