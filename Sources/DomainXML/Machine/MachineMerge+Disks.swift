internal import HostModel
internal import XMLTree

extension MachineMerge {
    mutating func mergeDisks(_ record: MachineRecord, _ prior: MachineRecord?) {
        let wanted = Set(record.disks.map(\.target))
        for disk in prior?.namingDisks(in: document).disks ?? [] where !wanted.contains(disk.target) {
            if element(of: disk.target) == nil { detach(path: disk.disk.path, beside: wanted) }
            detach(disk.target)
        }
        for disk in record.disks {
            if let present = element(of: disk.target) { change(disk, present) } else { attach(disk, beside: wanted) }
        }
    }

    private func element(of target: String) -> XMLElement? {
        devices("disk").first { $0.element(named: "target")?[attribute: "dev"] == target }
    }

    private mutating func detach(_ target: String) {
        guard let present = element(of: target) else { return }
        for setting in present.diskSettings { note(.disk(target, setting.name), setting.value, nil) }
        modifyDevices { devices in
            devices.children.removeAll { node in
                guard case .element(let element) = node, element.name == "disk" else { return false }
                return element.element(named: "target")?[attribute: "dev"] == target
            }
        }
    }

    /// Takes out the disks of that path, but for those of the names that are wanted.
    private mutating func detach(path: String, beside wanted: Set<String>) {
        for disk in devices("disk") where disk.hasPath(path) {
            guard let target = disk.element(named: "target")?[attribute: "dev"], !wanted.contains(target) else {
                continue
            }
            detach(target)
        }
    }

    /// A disk that has its path already, under another name or on another bus, is that disk: two of them would write to one image.
    private mutating func attach(_ disk: MachineRecord.RecordedDisk, beside wanted: Set<String>) {
        detach(path: disk.disk.path, beside: wanted)
        let element = disk.disk.element(device: disk.target)
        for setting in element.diskSettings { note(.disk(disk.target, setting.name), nil, setting.value) }
        let needsController =
            disk.disk.bus == .scsi && !devices("controller").contains { $0[attribute: "type"] == "scsi" }
        modifyDevices { devices in
            devices.insertBehindItsLike(element)
            if needsController { devices.insertBehindItsLike(MachineDescription.scsiController) }
        }
    }

    private mutating func change(_ disk: MachineRecord.RecordedDisk, _ present: XMLElement) {
        let model = disk.disk.element(device: disk.target)
        let (now, want) = (present.diskSettings, model.diskSettings)
        let names = ["source", "format", "bus", "device", "readonly"]
        let changed = names.filter { name in
            let (before, after) = (now.first { $0.name == name }?.value, want.first { $0.name == name }?.value)
            guard before != after else { return false }
            note(.disk(disk.target, name), before, after)
            return true
        }
        guard !changed.isEmpty else { return }
        modifyDevices { devices in
            devices.change("disk", where: { $0.element(named: "target")?[attribute: "dev"] == disk.target }) {
                $0.become(model, in: Set(changed))
            }
        }
    }
}

extension XMLElement {
    /// Whether a `<disk>` has its content there.
    fileprivate func hasPath(_ path: String) -> Bool { diskSettings.contains { $0 == ("source", .text(path)) } }

    /// Whether a `<disk>` is that one, whatever its name.
    func isDisk(_ disk: GuestDisk) -> Bool {
        hasPath(disk.path) && element(named: "target")?[attribute: "bus"] == disk.bus.rawValue
    }

    /// What a `<disk>` says of the settings that the site has words for; what libvirt takes for granted is left out.
    var diskSettings: [(name: String, value: SettingValue)] {
        var settings: [(name: String, value: SettingValue)] = []
        if let source = diskSource { settings.append(("source", .text(source))) }
        settings.append(("format", .text(element(named: "driver")?[attribute: "type"] ?? "raw")))
        if let bus = element(named: "target")?[attribute: "bus"] { settings.append(("bus", .text(bus))) }
        if let device = self[attribute: "device"], device != "disk" { settings.append(("device", .text(device))) }
        if element(named: "readonly") != nil { settings.append(("readonly", .flag(true))) }
        return settings
    }

    /// Where a `<disk>` has its content: a path, or what names it elsewhere.
    private var diskSource: String? {
        guard let source = element(named: "source") else { return nil }
        if let path = source[attribute: "file"] ?? source[attribute: "dev"] ?? source[attribute: "dir"] { return path }
        if let pool = source[attribute: "pool"], let volume = source[attribute: "volume"] { return "\(pool)/\(volume)" }
        guard let name = source[attribute: "name"] else { return nil }
        return source[attribute: "protocol"].map { "\($0):\(name)" } ?? name
    }

    /// Takes these settings from another `<disk>`. A disk that changes its bus loses its address there.
    fileprivate mutating func become(_ other: XMLElement, in settings: Set<String>) {
        if settings.contains("source") {
            self[attribute: "type"] = other[attribute: "type"]
            for name in ["source", "backingStore"] {
                replaceElements(named: name, with: other.elements(named: name), order: LibvirtOrder.disk)
            }
        }
        if settings.contains("format") {
            modify("driver", order: LibvirtOrder.disk) { driver in
                if driver[attribute: "name"] == nil { driver[attribute: "name"] = "qemu" }
                driver[attribute: "type"] = other.element(named: "driver")?[attribute: "type"]
            }
        }
        if settings.contains("bus") {
            modify("target", order: LibvirtOrder.disk) { target in
                target[attribute: "bus"] = other.element(named: "target")?[attribute: "bus"]
            }
            removeElements(named: "address")
        }
        if settings.contains("device") { self[attribute: "device"] = other[attribute: "device"] }
        if settings.contains("readonly") {
            replaceElements(named: "readonly", with: other.elements(named: "readonly"), order: LibvirtOrder.disk)
        }
    }

    /// Puts a device behind the last one of its name, or at the end.
    mutating func insertBehindItsLike(_ element: XMLElement) {
        let last = children.lastIndex { node in
            if case .element(let other) = node { other.name == element.name } else { false }
        }
        children.insert(.element(element), at: last.map { $0 + 1 } ?? children.endIndex)
    }

    /// Changes the children of that name that are meant.
    mutating func change(
        _ name: String, where isMeant: (XMLElement) -> Bool, _ change: (inout XMLElement) -> Void
    ) {
        for index in children.indices {
            guard case .element(var child) = children[index], child.name == name, isMeant(child) else { continue }
            change(&child)
            children[index] = .element(child)
        }
    }
}
