public import HostModel

/// What the interpreter needs of the host's interrupts.
public protocol InterruptHost {
    /// The CPUs that an interrupt may come to; nil when it is gone.
    ///
    /// - Parameter name: Who asked for it: after a boot another may have the number.
    func cpus(of interrupt: InterruptID, name: String) throws(StepFailure) -> CPUSet?

    /// Has an interrupt come to these CPUs.
    ///
    /// - Parameter name: Who asked for it, to know it again.
    /// - Throws: ``StepFailure/interruptStays(_:reason:)`` when the kernel keeps it where it is.
    func set(_ interrupt: InterruptID, name: String, to cpus: CPUSet) throws(StepFailure)
}

/// A host whose interrupts nobody touches.
public struct NoInterrupts: InterruptHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func cpus(of interrupt: InterruptID, name: String) throws(StepFailure) -> CPUSet? { throw refusal }
    /// Refuses.
    public func set(_ interrupt: InterruptID, name: String, to cpus: CPUSet) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "smp_affinity", kind: .other, code: 0, message: "interrupts are not touched here"))
    }
}
