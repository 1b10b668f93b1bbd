public import HostModel

/// Has an interrupt of a device, or those to come, come to other CPUs.
public struct SetInterruptStep: StepKind {
    package var interrupt: InterruptID
    /// Who asked for it; "" for those to come.
    package var name: String
    package var prior: CPUSet
    package var target: CPUSet

    static var word: Step.Word { .setInterrupt }
    var step: Step { .setInterrupt(self) }
    var subject: Change.Subject { .interrupts }

    var sentence: String { "moved \(what) from CPUs \(prior) to \(target)" }
    var order: String { "move \(what) to CPUs \(target)" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// `interrupt nvme0q1(24)`, `interrupts to come`.
    package var what: String { interrupt.words(name) }

    /// It is about no guest; where it leads must be somewhere.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case interrupt, name, prior, target }
}

extension Step {
    /// Has an interrupt come to other CPUs; `prior` is where it may come now.
    public static func setInterrupt(_ interrupt: InterruptID, name: String, prior: CPUSet, target: CPUSet) -> Step {
        .setInterrupt(SetInterruptStep(interrupt: interrupt, name: name, prior: prior, target: target))
    }
}
