package import HostModel

/// Makes the CPUs of a running guest's vCPUs partitions of the kernel's scheduler, each with that vCPU alone, or gives them back.
public struct SetPartitionStep: StepKind {
    /// The domain.
    package var name: String
    /// The CPU of each vCPU that is to have a partition of its own; empty gives all of the guest's back.
    package var vcpus: [VCPU: CPUSet]
    /// The CPUs of its partitions when the plan was made.
    package var prior: CPUSet

    static var word: Step.Word { .setPartition }
    var step: Step { .setPartition(self) }
    var subject: Change.Subject { .isolation }

    var sentence: String { vcpus.isEmpty ? "gave \(back)" : "made \(made)" }
    var order: String { vcpus.isEmpty ? "give \(back)" : "make \(made)" }
    private var back: String { "CPUs \(prior) of \(name) back to the scheduler" }
    private var made: String { "CPUs \(cpus) of \(name) isolated partitions" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// The CPUs that are wanted.
    package var cpus: CPUSet { vcpus.values.reduce(into: CPUSet()) { $0.formUnion($1) } }

    /// It touches no definition.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case name, vcpus, prior }
}

extension Step {
    /// Makes the CPUs of a running guest's vCPUs partitions of their own; without vCPUs they are given back.
    package static func setPartition(_ name: String, prior: CPUSet, vcpus: [VCPU: CPUSet]) -> Step {
        .setPartition(SetPartitionStep(name: name, vcpus: vcpus, prior: prior))
    }
}
