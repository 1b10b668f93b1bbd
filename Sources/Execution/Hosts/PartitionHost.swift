public import HostModel

/// What the interpreter needs of the partitions of the kernel's scheduler that vCPUs of running guests have to themselves.
public protocol PartitionHost {
    /// The CPUs of each vCPU's partition, empty for a vCPU without one; nil for a guest that does not run, or has no control groups.
    func partitions(of guest: String) throws(StepFailure) -> [VCPU: CPUSet]?

    /// Gives these vCPUs partitions of their own, and takes them from all others of the guest. vCPUs that are not plugged are passed
    /// over.
    ///
    /// - Throws: A refusal with the kernel's reason; then none of these vCPUs has one that it had not before.
    func setPartitions(of guest: String, _ vcpus: [VCPU: CPUSet]) throws(StepFailure)
}

/// Guests that have no partitions.
public struct NoPartitions: PartitionHost {
    /// Makes one.
    package init() {}

    /// None.
    public func partitions(of guest: String) throws(StepFailure) -> [VCPU: CPUSet]? { nil }

    /// Refuses.
    public func setPartitions(of guest: String, _ vcpus: [VCPU: CPUSet]) throws(StepFailure) {
        throw .refused(
            HostRefusal(call: "cpuset.cpus.partition", kind: .other, code: 0, message: "partitions are not made here"))
    }
}
