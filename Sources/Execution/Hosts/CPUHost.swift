public import HostModel

/// What the interpreter needs of a machine's CPUs.
public protocol CPUHost {
    /// The CPUs that are online.
    func online() throws(StepFailure) -> CPUSet

    /// Brings CPUs online, or takes them offline and remembers where they are. Each is tried.
    ///
    /// - Returns: Those that the kernel keeps as they are.
    func set(_ cpus: CPUSet, online: Bool) throws(StepFailure) -> CPUSet
}

/// A machine whose CPUs stay as they are.
public struct NoCPUs: CPUHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func online() throws(StepFailure) -> CPUSet { throw refusal }
    /// Refuses.
    public func set(_ cpus: CPUSet, online: Bool) throws(StepFailure) -> CPUSet { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "online", kind: .other, code: 0, message: "CPUs are not touched here"))
    }
}
