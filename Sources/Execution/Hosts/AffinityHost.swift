public import HostModel

/// What the interpreter needs of the host's interrupts and work queues.
public protocol AffinityHost {
    /// The CPUs of an interrupt, or of the work queues; nil when it is gone.
    ///
    /// - Parameter name: Who asked for the interrupt: after a boot another may have the number.
    func cpus(of id: AffinityID, name: String) throws(StepFailure) -> CPUSet?

    /// Has an interrupt come to these CPUs, or the work queues run there.
    ///
    /// - Parameter name: Who asked for the interrupt, to know it again.
    /// - Throws: ``StepFailure/keptByKernel(_:reason:)`` when the kernel keeps it where it is.
    func set(_ id: AffinityID, name: String, to cpus: CPUSet) throws(StepFailure)
}

/// A host whose interrupts and work queues nobody touches.
public struct NoAffinities: AffinityHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func cpus(of id: AffinityID, name: String) throws(StepFailure) -> CPUSet? { throw refusal }
    /// Refuses.
    public func set(_ id: AffinityID, name: String, to cpus: CPUSet) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "smp_affinity", kind: .other, code: 0, message: "interrupts are not touched here"))
    }
}
