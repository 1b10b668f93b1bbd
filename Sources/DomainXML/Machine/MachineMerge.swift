public import XMLTree

internal import HostModel

/// Puts what the site says of a guest's machine into a definition that is there, and says what that changes.
///
/// A disk is found by its target, an interface by its hardware address or by what the mark says of it, a host device by its address:
/// never by its place in the list. What the record before this one has and this one has not is taken out of the definition, unless the
/// domain was there before the site; files stay. Everything that neither names was put there by somebody else and stays as it is, and
/// so do the addresses, aliases and controllers that libvirt adds. Merging twice is merging once.
public struct MachineMerge {
    /// The definition with the wanted machine in it.
    public private(set) var document: XMLElement
    /// What changes, in the order of a definition.
    public private(set) var differences: [MachineDifference] = []

    /// Merges a record into a definition.
    ///
    /// - Parameter prior: The record of the mark that the definition was last written with; nil where that has none, so that nothing
    ///   is known to be the site's.
    public init(_ record: MachineRecord, prior: MachineRecord?, into document: XMLElement) {
        self.document = document
        // What a domain had before the site is not the site's to take away.
        let removable = record.isPartial ? nil : prior
        mergeHypervisor(record)
        mergeDescription(record, removable)
        mergeSystem(record, removable)
        mergeDisks(record, removable)
        mergeInterfaces(record, prior)
        mergeConsole(record, prior)
        mergeHostDevices(record, removable)
    }

    /// All that a definition has of what a site can say of a machine.
    public static func settings(of document: XMLElement) -> [MachineKey: SettingValue] {
        let merge = MachineMerge(MachineRecord(isPartial: true), prior: nil, into: document)
        var settings: [MachineKey: SettingValue] = [:]
        settings[.hypervisor] = document[attribute: "type"].map { .text($0) }
        settings[.description] = (document.element(named: "description")?.text).map { .text($0) }
        let system = document.element(named: "os")
        settings[.machineType] = (system?.element(named: "type")?[attribute: "machine"]).map {
            .text($0)
        }
        for name in ["kernel", "initrd", "cmdline"] {
            settings[.boot(name)] = (system?.element(named: name)?.text).map { .text($0) }
        }
        for disk in merge.devices("disk") {
            let target = disk.element(named: "target")?[attribute: "dev"] ?? "?"
            for setting in disk.diskSettings { settings[.disk(target, setting.name)] = setting.value }
        }
        for interface in merge.devices("interface") {
            for setting in interface.interfaceSettings {
                settings[.interface(interface.hardwareAddress ?? "?", setting.name)] = setting.value
            }
        }
        for address in merge.devices("hostdev").compactMap(PCIAddress.init(hostDevice:)) {
            settings[.hostDevice(address)] = .flag(true)
            settings[.hostDeviceCell(address)] = merge.cell(of: address).map(SettingValue.init)
        }
        if !merge.devices("console").isEmpty { settings[.console] = .flag(true) }
        return settings
    }

    mutating func note(_ key: MachineKey, _ now: SettingValue?, _ want: SettingValue?) {
        differences.append(MachineDifference(key: key, now: now, want: want))
    }

    mutating func modifyDevices(_ change: (inout XMLElement) -> Void) {
        document.modify("devices", order: LibvirtOrder.domain, change)
    }

    /// The devices of that kind, in the order of the definition.
    func devices(_ name: String) -> [XMLElement] {
        document.element(named: "devices")?.elements(named: name) ?? []
    }

    private mutating func mergeHypervisor(_ record: MachineRecord) {
        let standard: Accelerator? = record.isWhole ? .kvm : nil
        guard let want = (record.hypervisor ?? standard)?.rawValue, document[attribute: "type"] != want else { return }
        note(.hypervisor, document[attribute: "type"].map { .text($0) }, .text(want))
        document[attribute: "type"] = want
    }

    private mutating func mergeDescription(_ record: MachineRecord, _ prior: MachineRecord?) {
        guard record.description != nil || prior?.description != nil else { return }
        let now = document.element(named: "description")?.text
        guard now != record.description else { return }
        note(.description, now.map { .text($0) }, record.description.map { .text($0) })
        document.replaceElements(
            named: "description", with: record.description.map { [XMLElement("description", text: $0)] } ?? [],
            order: LibvirtOrder.domain)
    }

    private mutating func mergeSystem(_ record: MachineRecord, _ prior: MachineRecord?) {
        let now = document.element(named: "os")?.element(named: "type")?[attribute: "machine"]
        if let want = record.machine, now.map({ !MachineType(want).covers($0) }) ?? true {
            note(.machineType, now.map { .text($0) }, .text(want))
            document.modify("os", order: LibvirtOrder.domain) { system in
                system.modify("type", order: LibvirtOrder.system) { $0[attribute: "machine"] = want }
            }
        }
        mergeSystem("kernel", record.kernel, before: prior?.kernel)
        mergeSystem("initrd", record.initrd, before: prior?.initrd)
        mergeSystem("cmdline", record.commandLine, before: prior?.commandLine)
        mergeBoot(record, prior)
    }

    /// A guest boots from the network as long as it has no disk. The site has no word for it, so only what followed from the devices
    /// before follows them now.
    private mutating func mergeBoot(_ record: MachineRecord, _ prior: MachineRecord?) {
        let present = (document.element(named: "os")?.elements(named: "boot") ?? []).map { $0[attribute: "dev"] }
        let want = MachineDescription.bootDevice(record.disks.isEmpty, record.interfaces.isEmpty)
        guard record.isWhole, let prior, present != [want],
            present == [MachineDescription.bootDevice(prior.disks.isEmpty, prior.interfaces.isEmpty)]
        else { return }
        note(.boot("boot"), present[0].map { .text($0) }, .text(want))
        document.modify("os", order: LibvirtOrder.domain) { system in
            system.modify("boot", order: LibvirtOrder.system) { $0[attribute: "dev"] = want }
        }
    }

    private mutating func mergeSystem(_ name: String, _ want: String?, before: String?) {
        guard want != nil || before != nil else { return }
        let wanted = want.map { XMLElement(name, text: $0) }
        let now = document.element(named: "os")?.element(named: name)?.text
        guard now != wanted?.text else { return }
        note(.boot(name), now.map { .text($0) }, want.map { .text($0) })
        document.modify("os", order: LibvirtOrder.domain) { system in
            system.replaceElements(named: name, with: [wanted].compactMap(\.self), order: LibvirtOrder.system)
        }
    }

    private mutating func mergeConsole(_ record: MachineRecord, _ prior: MachineRecord?) {
        let isThere = !devices("console").isEmpty || !devices("serial").isEmpty
        guard let want = record.hasConsole, want != isThere else { return }
        // A console that the site did not make when it said the same as now was added by somebody else.
        guard want || prior?.hasConsole != false else { return }
        note(.console, isThere ? .flag(true) : nil, want ? .flag(true) : nil)
        let arch = document.element(named: "os")?.element(named: "type")?[attribute: "arch"] ?? "x86_64"
        let console = MachineDescription(name: "", architecture: arch).console
        modifyDevices { devices in
            if want {
                for element in console { devices.append(element) }
            } else {
                for name in ["serial", "console"] { devices.removeElements(named: name) }
            }
        }
    }

    private mutating func mergeHostDevices(_ record: MachineRecord, _ prior: MachineRecord?) {
        let present = devices("hostdev").compactMap(PCIAddress.init(hostDevice:))
        for address in prior?.hostDevices ?? [] where !record.hostDevices.contains(address) {
            guard present.contains(address) else { continue }
            note(.hostDevice(address), .flag(true), nil)
            modifyBuses { $0.takeOut(address) }
            modifyDevices { devices in
                devices.children.removeAll { node in
                    guard case .element(let element) = node, element.name == "hostdev" else { return false }
                    return PCIAddress(hostDevice: element) == address
                }
            }
        }
        for address in record.hostDevices where !present.contains(address) {
            note(.hostDevice(address), nil, .flag(true))
            modifyDevices { $0.append(address.element) }
        }
        for address in record.hostDevices { put(address, on: record.deviceCells[address], prior) }
    }

    /// Puts a host device on its guest cell. One that somebody else put on a cell, and the site on none, stays there.
    private mutating func put(_ address: PCIAddress, on cell: GuestCellID?, _ prior: MachineRecord?) {
        let now = self.cell(of: address)
        guard now != cell, cell != nil || prior?.deviceCells[address] != nil else { return }
        var isPut = false
        modifyBuses { isPut = $0.put(address, on: cell) }
        if isPut { note(.hostDeviceCell(address), now.map(SettingValue.init), cell.map(SettingValue.init)) }
    }

    private func cell(of address: PCIAddress) -> GuestCellID? {
        document.element(named: "devices").flatMap { CellBuses($0).cell(of: address) }
    }

    private mutating func modifyBuses(_ change: (inout CellBuses) -> Void) {
        modifyDevices { devices in
            var buses = CellBuses(devices)
            change(&buses)
            devices = buses.devices
        }
    }
}

extension SettingValue {
    fileprivate init(_ cell: GuestCellID) { self = .number(UInt64(clamping: cell.rawValue)) }
}

extension PCIAddress {
    /// The device that a `<hostdev>` hands over; nil for one that is no PCI device.
    package init?(hostDevice element: XMLElement) {
        guard let address = element.element(named: "source")?.element(named: "address") else { return nil }
        func number(_ name: String) -> UInt32? {
            guard let text = address[attribute: name] else { return nil }
            return text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
        }
        guard let bus = number("bus").flatMap({ UInt8(exactly: $0) }),
            let slot = number("slot").flatMap({ UInt8(exactly: $0) }),
            let function = number("function").flatMap({ UInt8(exactly: $0) })
        else { return nil }
        self.init(domain: number("domain") ?? 0, bus: bus, slot: slot, function: function)
    }
}

extension LibvirtOrder {
    static let system = ["type", "loader", "nvram", "kernel", "initrd", "cmdline", "dtb", "acpi", "boot", "bootmenu"]
    static let disk = [
        "driver", "auth", "source", "backingStore", "geometry", "blockio", "mirror", "target", "iotune", "readonly",
        "shareable", "transient", "serial", "wwn", "vendor", "product", "encryption", "boot", "alias", "address",
    ]
    static let interface = ["mac", "source", "target", "model"]
}
