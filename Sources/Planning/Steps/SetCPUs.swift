public import HostModel

/// Takes CPUs offline that no guest has, or brings them back.
public struct SetCPUsStep: StepKind {
    package var cpus: CPUSet
    package var online: Bool

    static var word: Step.Word { .setCPUs }
    var step: Step { .setCPUs(self) }
    var subject: Change.Subject { .isolation }

    var sentence: String { online ? "brought CPUs \(cpus) online" : "took CPUs \(cpus) offline" }
    var order: String { online ? "bring CPUs \(cpus) online" : "take CPUs \(cpus) offline" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// It is about no guest.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case cpus, online }
}

extension Step {
    /// Brings CPUs online or takes them offline.
    public static func setCPUs(_ cpus: CPUSet, online: Bool) -> Step {
        .setCPUs(SetCPUsStep(cpus: cpus, online: online))
    }
}
