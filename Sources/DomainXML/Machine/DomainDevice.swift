internal import HostModel
public import XMLTree

/// A disk or an interface of a domain by what it is found again by: a disk by its target, an interface by its hardware address.
public struct DomainDevice: Hashable, Sendable {
    /// What kind of device it is.
    public enum DeviceKind: String, Hashable, Sendable {
        case disk, interface
    }

    /// What kind of device it is.
    public var kind: DeviceKind
    /// The target of a disk, `vdb`; the hardware address of an interface, lower case, or `new`, `new-2` for one that has none yet.
    public var name: String

    package init(_ kind: DeviceKind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The device that an element describes; nil for another kind, or for a disk without a target. An interface without a hardware
    /// address is `new`.
    public init?(_ element: XMLElement) {
        guard let kind = DeviceKind(rawValue: element.name) else { return nil }
        switch kind {
        case .disk:
            guard let target = element.element(named: "target")?[attribute: "dev"] else { return nil }
            self.init(kind, target)
        case .interface: self.init(kind, element.hardwareAddress ?? "new")
        }
    }

    /// The device that a setting belongs to; nil for settings of other things.
    public init?(of key: MachineKey) {
        switch key {
        case .disk(let target, _): self.init(.disk, target)
        case .interface(let address, _): self.init(.interface, address)
        default: return nil
        }
    }

    /// The device of that path; nil for a path of something else.
    public init?(path: String) {
        guard let key = MachineKey(path: "\(path).source"), let device = DomainDevice(of: key) else { return nil }
        self = device
    }

    /// The stable path, as settings have it: `devices.disk[vdb]`.
    public var path: String { "devices.\(kind.rawValue)[\(name)]" }

    /// Whether it is an interface whose hardware address libvirt chooses.
    public var isUnnamed: Bool { kind == .interface && name.hasPrefix("new") }

    /// The settings that the site has words for, of an element that describes the device.
    public func settings(of element: XMLElement) -> [(key: MachineKey, value: SettingValue)] {
        switch kind {
        case .disk: element.diskSettings.map { (.disk(name, $0.name), $0.value) }
        case .interface:
            element.interfaceSettings.filter { $0.name != "mac" }.map { (.interface(name, $0.name), $0.value) }
        }
    }

    /// The element of a document that describes the device; nil where there is none.
    public func element(in document: XMLElement) -> XMLElement? {
        DomainDevice.elements(of: kind, in: document).first { DomainDevice($0) == self }
    }

    /// All devices of a kind, in the order of the document.
    public static func elements(of kind: DeviceKind, in document: XMLElement) -> [XMLElement] {
        document.element(named: "devices")?.elements(named: kind.rawValue) ?? []
    }
}

extension XMLElement {
    /// A disk or an interface with nothing but what a site can say of it, and the hardware address.
    public var deviceAsSaid: XMLElement {
        var device = XMLElement(name)
        device[attribute: "type"] = interfacePlaceIsNetwork ? "network" : self[attribute: "type"]
        device[attribute: "device"] = self[attribute: "device"]
        let names: [(String, [String])] =
            name == "disk"
            ? [
                ("driver", ["name", "type"]), ("source", ["file", "dev"]), ("target", ["dev", "bus"]), ("readonly", []),
            ] : [("mac", ["address"]), ("source", ["network", "bridge"]), ("model", ["type"])]
        for (name, attributes) in names {
            guard let present = element(named: name) else { continue }
            var child = XMLElement(name)
            for attribute in attributes { child[attribute: attribute] = present[attribute: attribute] }
            // A running interface of a network names the bridge as well that the network is made of.
            if child[attribute: "network"] != nil { child[attribute: "bridge"] = nil }
            device.append(child)
        }
        return device
    }

    private var interfacePlaceIsNetwork: Bool {
        name == "interface" && element(named: "source")?[attribute: "network"] != nil
    }

    /// A device of a running domain as it can be given to it again: without what libvirt makes up anew each time. It keeps its
    /// address, so that the guest finds it in its place.
    public var deviceToAttach: XMLElement {
        var device = self
        for name in ["alias", "backingStore", "mirror"] { device.removeElements(named: name) }
        guard name == "interface" else {
            device.modify("source", order: LibvirtOrder.disk) { $0[attribute: "index"] = nil }
            return device
        }
        if element(named: "target")?[attribute: "dev"]?.hasPrefix("vnet") == true {
            device.removeElements(named: "target")
        }
        guard let network = element(named: "source")?[attribute: "network"] else { return device }
        device[attribute: "type"] = "network"
        device.replaceElements(
            named: "source", with: [XMLElement("source", [.init("network", network)])], order: LibvirtOrder.interface)
        return device
    }
}

extension MachineRecord {
    /// Whether the site has that device, as the element describes it.
    public func describes(_ element: XMLElement, as device: DomainDevice) -> Bool {
        switch device.kind {
        case .disk:
            disks.contains { $0.target == device.name && $0.disk.element(device: $0.target).isWritten(as: element) }
        case .interface:
            interfaces.contains { interface in
                var named = interface
                if named.mac == nil, !device.isUnnamed { named.mac = device.name }
                return named.element.isWritten(as: element)
            }
        }
    }
}

extension XMLElement {
    /// Whether both are the same but for blank text, which does not outlive being written and read.
    fileprivate func isWritten(as other: XMLElement) -> Bool { XMLWriter.write(self) == XMLWriter.write(other) }
}
