public import XMLTree

/// Which disks and interfaces a running domain can be given without a restart, and how many: what its buses have left.
///
/// A `q35` or `virt` machine has one device behind each PCI Express root port, and the ports are those that it was started with; an
/// `i440fx` machine has the 32 slots of its one bus; s390 has no such limit.
public struct HotplugRoom: Hashable, Sendable {
    private enum Places: Hashable { case ports, slots, channels }

    private let bus: Places
    private let hasSCSI: Bool
    /// The disk that the domain may have booted from.
    private let bootDisks: Set<String>
    /// Ports or slots of the bus that nothing is in.
    public private(set) var free: Int

    /// Reads what a running domain runs with; nil where devices can only be changed by a restart, or it cannot be told what its buses
    /// have left.
    public init?(in live: XMLElement) {
        guard ["kvm", "qemu"].contains(live[attribute: "type"]), let devices = live.element(named: "devices") else {
            return nil
        }
        let controllers = devices.elements(named: "controller")
        let models = controllers.filter { $0[attribute: "type"] == "pci" }.compactMap { $0[attribute: "model"] }
        let type = live.element(named: "os")?.element(named: "type")?[attribute: "machine"] ?? ""
        if type.hasPrefix("s390-ccw") {
            (bus, free) = (.channels, .max)
        } else if models.contains("pcie-root") {
            guard let taken = HotplugRoom.addresses(in: devices) else { return nil }
            (bus, free) = (.ports, HotplugRoom.freePorts(controllers, taken))
        } else if models.contains("pci-root") {
            guard let taken = HotplugRoom.addresses(in: devices) else { return nil }
            (bus, free) = (.slots, HotplugRoom.freeSlots(taken))
        } else {
            return nil
        }
        hasSCSI = controllers.contains {
            $0[attribute: "type"] == "scsi" && $0[attribute: "model"]?.hasPrefix("virtio") == true
        }
        let disks = devices.elements(named: "disk")
        let booted = disks.filter { $0.element(named: "boot") != nil }
        bootDisks = Set((booted + disks.prefix(1)).compactMap { $0.element(named: "target")?[attribute: "dev"] })
    }

    /// Takes the room for a device that is put in; false where the machine has none for it.
    public mutating func take(_ device: XMLElement) -> Bool {
        guard isPluggable(device) else { return false }
        if isOnSCSI(device) { return hasSCSI }
        guard free > 0 else { return false }
        free -= 1
        return true
    }

    /// Whether a device can be taken out while the domain runs. A disk that it may have booted from never is.
    public func gives(_ device: XMLElement) -> Bool {
        guard isPluggable(device) else { return false }
        return device.name != "disk" || !bootDisks.contains(device.element(named: "target")?[attribute: "dev"] ?? "")
    }

    private func isPluggable(_ device: XMLElement) -> Bool {
        switch device.name {
        case "disk":
            (device[attribute: "device"] ?? "disk") == "disk"
                && ["virtio", "scsi"].contains(device.element(named: "target")?[attribute: "bus"])
        case "interface":
            // A port takes no conventional PCI device.
            bus == .slots || ["virtio", "e1000e"].contains(device.element(named: "model")?[attribute: "type"])
        default: false
        }
    }

    private func isOnSCSI(_ device: XMLElement) -> Bool {
        device.name == "disk" && device.element(named: "target")?[attribute: "bus"] == "scsi"
    }

    private static func freePorts(_ controllers: [XMLElement], _ addresses: [(bus: Int, slot: Int)]) -> Int {
        let taken = Set(addresses.map(\.bus))
        return controllers.filter { controller in
            ["pcie-root-port", "pcie-switch-downstream-port"].contains(controller[attribute: "model"])
                && !(controller[attribute: "index"].flatMap { Int($0) }.map(taken.contains) ?? true)
        }.count
    }

    /// The first three slots are the chipset's own and the one that libvirt keeps for a graphics card.
    private static func freeSlots(_ addresses: [(bus: Int, slot: Int)]) -> Int {
        let taken = Set(addresses.filter { $0.bus == 0 }.map(\.slot)).union([0, 1, 2])
        return 32 - taken.count
    }

    /// Where on the buses the devices are; nil when one of these numbers cannot be read.
    private static func addresses(in devices: XMLElement) -> [(bus: Int, slot: Int)]? {
        let addresses = devices.elements.compactMap { $0.element(named: "address") }
            .filter { $0[attribute: "type"] == "pci" }
        let read = addresses.compactMap { address -> (bus: Int, slot: Int)? in
            guard let bus = address.pciNumber("bus"), let slot = address.pciNumber("slot") else { return nil }
            return (bus, slot)
        }
        return read.count == addresses.count ? read : nil
    }
}
