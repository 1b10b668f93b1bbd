internal import DomainXML

/// Plugs vCPUs into a running guest, or asks it to give some up, in the running domain only.
public struct SetVCPUsStep: GuestStep {
    package var guest: String
    package var prior: Int
    package var target: Int

    static var word: Step.Word { .setVCPUs }
    var step: Step { .setVCPUs(self) }

    var sentence: String { "set the vCPUs of \(guest) from \(prior) to \(target)" }
    var order: String { "set the vCPUs of \(guest) to \(target)" }
    var isOneWay: Bool { false }

    /// The running guest gets as many as its definition has, or is given.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard let domain, domain.isRunning else { return "the plan found the domain shut off" }
        let defined = rules.wanted.map { ChangedPart.PartValue.number(UInt64($0.presentVCPUs)) }
        guard target > 0, (defined ?? domain.presentVCPUs) == .number(UInt64(target)) else {
            return "the definition does not have that number of vCPUs"
        }
        return rules.ownership(domain)
    }

    var liveSetting: SettingKey? { Self.setting }

    static var setting: SettingKey { SettingKey(CurrentVCPUs.self) }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        told.live(Self.setting, now: .number(UInt64(clamping: prior)), want: .number(UInt64(clamping: target)))
    }
}

extension Step {
    /// Plugs vCPUs into a running guest, or asks it to give some up, in the running domain only.
    public static func setVCPUs(name: String, prior: Int, target: Int) -> Step {
        .setVCPUs(SetVCPUsStep(guest: name, prior: prior, target: target))
    }
}

extension GuestPrecondition.Domain {
    /// How many vCPUs the definition has plugged in; nil where that is not told.
    fileprivate var presentVCPUs: ChangedPart.PartValue? {
        settings[SetVCPUsStep.setting.path] ?? settings[SettingKey(VCPUs.self).path]
    }
}
