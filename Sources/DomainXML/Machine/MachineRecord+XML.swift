internal import HostModel
internal import XMLTree

extension MachineRecord {
    /// Reads `<np:machine>` of a mark, whatever its prefix. A disk without a target or a path is left out: it cannot be found again.
    init(reading element: XMLElement) {
        func children(_ name: String) -> [XMLElement] {
            element.elements.filter { NamespaceScope.localName(of: $0.name) == name }
        }
        let boot = children("boot").first
        self.init(
            base: element[attribute: "base"],
            hypervisor: element[attribute: "hypervisor"].flatMap(Accelerator.init(rawValue:)),
            machine: element[attribute: "type"], disks: children("disk").compactMap(RecordedDisk.init(reading:)),
            interfaces: children("interface").compactMap(GuestInterface.init(record:)),
            hostDevices: children("hostdev").compactMap { $0[attribute: "address"].flatMap { PCIAddress($0) } },
            kernel: boot?[attribute: "kernel"], initrd: boot?[attribute: "initrd"],
            commandLine: boot?[attribute: "cmdline"], hasConsole: element[attribute: "console"].map { $0 == "yes" },
            description: element[attribute: "description"], isPartial: element[attribute: "partial"] == "yes")
        for device in children("hostdev") {
            guard let address = device[attribute: "address"].flatMap({ PCIAddress($0) }) else { continue }
            hostNetdevs[address] = device[attribute: "netdev"]
            if let cell = try? device.number("cell", "") { deviceCells[address] = GuestCellID(cell) }
        }
        formerDisks = children("former-disk").compactMap(RecordedDisk.init(reading:))
        formerInterfaces = children("former-interface").compactMap(GuestInterface.init(record:))
    }

    /// The record as an element of a mark.
    var element: XMLElement {
        var element = XMLElement("np:machine")
        element[attribute: "base"] = base
        element[attribute: "hypervisor"] = hypervisor?.rawValue
        element[attribute: "type"] = machine
        element[attribute: "console"] = hasConsole.map { $0 ? "yes" : "no" }
        element[attribute: "description"] = description
        if isPartial { element[attribute: "partial"] = "yes" }
        if let kernel {
            var boot = XMLElement("np:boot", [.init("kernel", kernel)])
            boot[attribute: "initrd"] = initrd
            boot[attribute: "cmdline"] = commandLine
            element.append(boot)
        }
        for disk in disks { element.append(disk.element("np:disk")) }
        for interface in interfaces { element.append(interface.record("np:interface")) }
        for disk in formerDisks { element.append(disk.element("np:former-disk")) }
        for interface in formerInterfaces { element.append(interface.record("np:former-interface")) }
        for address in hostDevices {
            var device = XMLElement("np:hostdev", [.init("address", "\(address)")])
            device[attribute: "netdev"] = hostNetdevs[address]
            device[attribute: "cell"] = deviceCells[address].map { "\($0)" }
            element.append(device)
        }
        return element
    }
}

extension MachineRecord.RecordedDisk {
    fileprivate init?(reading element: XMLElement) {
        guard let target = element[attribute: "target"], let path = element[attribute: "path"] else { return nil }
        self.init(
            target: target,
            disk: GuestDisk(
                path: path, format: element[attribute: "format"].flatMap(GuestDisk.ImageFormat.init) ?? .raw,
                bus: element[attribute: "bus"].flatMap(GuestDisk.Bus.init) ?? .virtio,
                isReadOnly: element[attribute: "readonly"] == "yes"))
    }

    fileprivate func element(_ name: String) -> XMLElement {
        var element = XMLElement(
            name,
            [
                .init("target", target), .init("path", disk.path), .init("format", disk.format.rawValue),
                .init("bus", disk.bus.rawValue),
            ])
        if disk.isReadOnly { element[attribute: "readonly"] = "yes" }
        return element
    }
}

extension GuestInterface {
    fileprivate init?(record element: XMLElement) {
        let source: Source
        switch (element[attribute: "network"], element[attribute: "bridge"]) {
        case (let network?, _): source = .network(network)
        case (nil, let bridge?): source = .bridge(bridge)
        case (nil, nil): return nil
        }
        self.init(
            source: source, mac: element[attribute: "mac"], model: element[attribute: "model"] ?? "virtio")
    }

    fileprivate func record(_ name: String) -> XMLElement {
        var element = XMLElement(name)
        switch source {
        case .network(let name): element[attribute: "network"] = name
        case .bridge(let name): element[attribute: "bridge"] = name
        }
        element[attribute: "mac"] = mac
        element[attribute: "model"] = model
        return element
    }
}
