package import DomainXML
public import XMLTree

/// Puts a disk or an interface into a running domain, or takes one out of it, in the running domain only.
public struct SetDeviceStep: GuestStep {
    /// Which way a device goes.
    public enum Direction: String, Hashable, Sendable, Codable {
        case attach, detach

        /// The other way.
        package var inverse: Direction { self == .attach ? .detach : .attach }
    }

    package var guest: String
    package var direction: Direction
    /// `devices.disk[vdb]`; an interface that libvirt still has to give an address is `devices.interface[new]`.
    package var path: String
    /// What the site says of the device.
    package var device: XMLLines

    static var word: Step.Word { .setDevice }
    var step: Step { .setDevice(self) }

    var sentence: String { "\(direction.rawValue)ed \(words)" }
    var order: String { "\(direction.rawValue) \(words)" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    private var words: String { "\(path) \(direction == .attach ? "to" : "from") \(guest)" }

    /// The device by its path; nil for a path that is none of a device.
    package var target: DomainDevice? { DomainDevice(path: path) }

    func isSame(as other: Step) -> Bool {
        if case .setDevice(let other) = other { path == other.path } else { false }
    }

    /// Only what our mark says of the guest is put in, and only what the definition does not have afterwards is taken out.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard let domain, domain.isRunning else { return "the plan found the domain shut off" }
        guard let target, target.kind.rawValue == device.element.name else {
            return "'\(path)' does not match the device"
        }
        let defined = rules.steps.compactMap { if case .redefine(let step) = $0 { step } else { nil } }.first
        let machine = (defined?.wanted.mark ?? domain.ownershipMark)?.machine
        switch direction {
        case .attach:
            guard machine?.describes(device.element, as: target) == true else {
                return "the guest's mark has no such device"
            }
        case .detach:
            let changes = defined?.deviceChanges ?? []
            let gone = Set(changes.filter { $0.want == nil }.map(\.key.path))
            let stays = (domain.devices ?? [:]).keys.contains { $0.hasPrefix(path) && !gone.contains($0) }
            let comes = changes.contains { $0.want != nil && DomainDevice(of: $0.key) == target }
            if stays || comes || DomainDevice(device.element) != target { return "the definition keeps the device" }
        }
        return rules.ownership(domain)
    }

    /// What the definition does not tell of already.
    func parts(_ told: GuestSteps) -> [ChangedPart] {
        told.devices.contains { DomainDevice(of: $0.key) == target } ? [] : changedParts
    }

    /// The settings of the device, which come or go at once.
    var changedParts: [ChangedPart] {
        guard let target else { return [] }
        return target.settings(of: device.element).map { key, value in
            let value = ChangedPart.PartValue(value)
            return direction == .attach
                ? ChangedPart(.machine(key), now: nil, want: value, when: .live)
                : ChangedPart(.machine(key), now: value, want: nil, when: .live)
        }
    }
}

extension Step {
    /// Puts a device into a running domain or takes one out of it, in the running domain only.
    public static func setDevice(
        name: String, _ direction: SetDeviceStep.Direction, path: String, device: XMLElement
    ) -> Step {
        .setDevice(SetDeviceStep(guest: name, direction: direction, path: path, device: XMLLines(device)))
    }
}
