internal import DomainXML
public import HostModel
internal import XMLTree

/// Has the balloon of a running guest leave it another amount of memory, in the running domain only.
public struct SetMemoryStep: GuestStep {
    package var guest: String
    package var prior: KiB
    package var target: KiB

    static var word: Step.Word { .setMemory }
    var step: Step { .setMemory(self) }

    var sentence: String { "set the memory of \(guest) from \(prior) to \(target)" }
    var order: String { "set the memory of \(guest) to \(target)" }
    var isOneWay: Bool { false }

    /// The running guest gets what its definition has, or is given.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard domain?.isRunning == true else { return "the plan found the domain shut off" }
        guard rules.wanted?.currentMemory == target else { return "the definition does not get that amount" }
        return rules.ownership(domain)
    }

    var liveSetting: SettingKey? { Self.setting }

    private static var setting: SettingKey { SettingKey(CurrentMemory.self) }

    /// Only where the site asks for another amount than before: what a guest was given since it started, it keeps.
    ///
    /// A balloon cannot give more than the guest was started with, and counts memory devices in.
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step? {
        guard difference.key == setting, case .number(let count)? = difference.want, let live = record.live,
            record.parts.currentMemory != KiB(count), KiB(count) <= live.memory
        else { return nil }
        let devices = record.present.element(named: "devices")?.elements ?? []
        guard devices.contains(where: { $0.name == "memballoon" && $0[attribute: "model"] != "none" }),
            !devices.contains(where: { $0.name == "memory" })
        else { return nil }
        return .setMemory(name: guest, prior: live.currentMemory ?? live.memory, target: KiB(count))
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        told.live(Self.setting, now: .number(prior.count), want: .number(target.count))
    }

    private enum CodingKeys: String, CodingKey {
        case guest
        case prior = "prior_kib"
        case target = "target_kib"
    }
}

extension Step {
    /// Has the balloon of a running guest leave it that much memory, in the running domain only.
    public static func setMemory(name: String, prior: KiB, target: KiB) -> Step {
        .setMemory(SetMemoryStep(guest: name, prior: prior, target: target))
    }
}
