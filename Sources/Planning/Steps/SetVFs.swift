public import HostModel

/// Divides a device into another number of virtual functions.
public struct SetVFsStep: StepKind {
    package var device: PCIAddress
    package var prior: Int
    package var target: Int

    static var word: Step.Word { .setVFs }
    var step: Step { .setVFs(self) }
    var subject: Change.Subject { .device(device) }

    var sentence: String { "divided \(device) into \(target) virtual functions, before \(prior)" }
    var order: String { "divide \(device) into \(target) virtual functions" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// It is about no guest; a number that the device cannot have the kernel refuses.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case device, prior, target }
}

extension Step {
    /// Divides a device into another number of virtual functions; `prior` is how many it has now.
    public static func setVFs(_ device: PCIAddress, prior: Int, target: Int) -> Step {
        .setVFs(SetVFsStep(device: device, prior: prior, target: target))
    }
}
