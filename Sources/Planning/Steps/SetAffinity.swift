public import HostModel

/// Has an interrupt of a device, or those to come, come to other CPUs, or the kernel's work queues run there.
public struct SetAffinityStep: StepKind {
    package var id: AffinityID
    /// Who asked for the interrupt; "" for what is no single one.
    package var name: String
    package var prior: CPUSet
    package var target: CPUSet

    static var word: Step.Word { .setAffinity }
    var step: Step { .setAffinity(self) }
    var subject: Change.Subject { .isolation }

    var sentence: String { "moved \(what) from CPUs \(prior) to \(target)" }
    var order: String { "move \(what) to CPUs \(target)" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// `interrupt nvme0q1(24)`, `interrupts to come`, `the kernel's work queues`.
    package var what: String { id.words(name) }

    /// It is about no guest; where it leads must be somewhere.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case id, name, prior, target }
}

extension Step {
    /// Has an interrupt come to other CPUs; `prior` is where it may come now.
    public static func setAffinity(_ id: AffinityID, name: String, prior: CPUSet, target: CPUSet) -> Step {
        .setAffinity(SetAffinityStep(id: id, name: name, prior: prior, target: target))
    }
}
