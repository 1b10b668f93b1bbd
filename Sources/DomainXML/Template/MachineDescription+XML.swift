internal import HostModel
internal import XMLTree

extension MachineDescription {
    var operatingSystem: XMLElement {
        var type = XMLElement("type", [.init("arch", architecture)], text: "hvm")
        type[attribute: "machine"] = machine
        var system = XMLElement("os", children: [.element(type)])
        if let kernel {
            system.append(XMLElement("kernel", text: kernel))
            if let initrd { system.append(XMLElement("initrd", text: initrd)) }
            if let commandLine { system.append(XMLElement("cmdline", text: commandLine)) }
        }
        let boot = Self.bootDevice(disks.isEmpty, interfaces.isEmpty)
        system.append(XMLElement("boot", [.init("dev", boot)]))
        return system
    }

    /// What a guest boots from that has no kernel of its own: the network where there is one and no disk.
    static func bootDevice(_ hasNoDisks: Bool, _ hasNoInterfaces: Bool) -> String {
        hasNoDisks && !hasNoInterfaces ? "network" : "hd"
    }

    var devices: XMLElement {
        var devices = XMLElement("devices")
        for disk in namedDisks { devices.append(disk) }
        if disks.contains(where: { $0.bus == .scsi }) {
            devices.append(Self.scsiController)
        }
        for interface in interfaces { devices.append(interface.element) }
        if hasConsole { for element in console { devices.append(element) } }
        for address in hostDevices { devices.append(address.element) }
        guard !deviceCells.isEmpty else { return devices }
        var buses = CellBuses(devices)
        for address in hostDevices {
            if let cell = deviceCells[address] { _ = buses.put(address, on: cell) }
        }
        return buses.devices
    }

    /// A controller for SCSI disks: libvirt's own choice would be one that few guests have a driver for.
    static var scsiController: XMLElement {
        let controller = [("type", "scsi"), ("index", "0"), ("model", "virtio-scsi")]
        return XMLElement("controller", controller.map { .init($0.0, $0.1) })
    }

    /// The disks with the names that the guest's system gives them: `vda` on, and `sda` on for SCSI and SATA together.
    private var namedDisks: [XMLElement] {
        var counts: [String: Int] = [:]
        return disks.map { disk in
            let number = counts[disk.prefix, default: 0]
            counts[disk.prefix] = number + 1
            return disk.element(device: disk.prefix + diskLetters(number))
        }
    }

    /// The elements of a serial console.
    var console: [XMLElement] {
        guard !architecture.hasPrefix("s390") else { return [XMLElement("console", [.init("type", "pty")])] }
        let port = XMLElement("target", [.init("port", "0")])
        let target = XMLElement("target", [.init("type", "serial"), .init("port", "0")])
        return [
            XMLElement("serial", [.init("type", "pty")], children: [.element(port)]),
            XMLElement("console", [.init("type", "pty")], children: [.element(target)]),
        ]
    }
}

/// The name of the disk of that number, from 0: a … z, aa, ab, …
func diskLetters(_ number: Int) -> String {
    var (rest, text) = (number, "")
    repeat {
        text = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(rest % 26))) + text
        rest = rest / 26 - 1
    } while rest >= 0
    return text
}

extension GuestDisk {
    /// Whether the path is that of a block device.
    var isBlock: Bool { path.hasPrefix("/dev/") }

    /// libvirt's kind of device. QEMU's SATA disks can be written to; what is only to be read is a CD-ROM there.
    var kind: String { bus == .sata && isReadOnly ? "cdrom" : "disk" }

    /// What the names of such disks begin with in the guest.
    var prefix: String { bus == .virtio ? "vd" : "sd" }

    func element(device: String) -> XMLElement {
        var disk = XMLElement("disk", [.init("type", isBlock ? "block" : "file"), .init("device", kind)])
        disk.append(XMLElement("driver", [.init("name", "qemu"), .init("type", format.rawValue)]))
        disk.append(XMLElement("source", [.init(isBlock ? "dev" : "file", path)]))
        disk.append(XMLElement("target", [.init("dev", device), .init("bus", bus.rawValue)]))
        if isReadOnly { disk.append(XMLElement("readonly")) }
        return disk
    }
}

extension GuestInterface {
    /// libvirt's type of the interface and the name of what it joins.
    var place: (type: String, name: String) {
        switch source {
        case .network(let name): ("network", name)
        case .bridge(let name): ("bridge", name)
        }
    }

    var element: XMLElement {
        let (type, name) = place
        var interface = XMLElement("interface", [.init("type", type)])
        if let mac { interface.append(XMLElement("mac", [.init("address", mac)])) }
        interface.append(XMLElement("source", [.init(type, name)]))
        interface.append(XMLElement("model", [.init("type", model)]))
        return interface
    }
}

extension PCIAddress {
    /// The device as libvirt hands it over: taken from its driver when the guest starts, and given back when it stops.
    var element: XMLElement {
        let attributes = [
            ("domain", hexadecimal(domain, digits: 4)), ("bus", hexadecimal(bus, digits: 2)),
            ("slot", hexadecimal(slot, digits: 2)), ("function", hexadecimal(function, digits: 1)),
        ]
        let address = XMLElement("address", attributes.map { .init($0.0, $0.1) })
        let kind = [("mode", "subsystem"), ("type", "pci"), ("managed", "yes")]
        return XMLElement(
            "hostdev", kind.map { .init($0.0, $0.1) },
            children: [.element(XMLElement("source", children: [.element(address)]))])
    }
}

/// A number as libvirt writes it: `0x0000`, `0x3b`.
private func hexadecimal(_ number: some FixedWidthInteger, digits: Int) -> String {
    "0x" + number.padded(to: digits, radix: 16)
}
