internal import DomainXML
internal import HostModel
package import XMLTree

/// What one definition names of its host, and what it would share with another one.
package struct DomainUse {
    /// A file or device of the host.
    struct UsedFile: Hashable {
        /// What it is to the guest: `the disk vda`, `the kernel`.
        var role: String
        var path: String
        var mayBeFolder = false
    }

    /// An interface's other end.
    struct Link: Hashable {
        var name: String
        /// Whether it must be a bridge of the kernel.
        var isBridge: Bool
    }

    /// A disk that has a source.
    struct UsedDisk: Hashable {
        /// The path, or the pool and the volume.
        var source: String
        /// The guest's name of it: `vda`.
        var target: String
        /// nil for a path.
        var volume: HostNeeds.Volume?
        /// Whether the guest writes to it and relies on nobody else doing so.
        var isExclusive: Bool
    }

    private(set) var files: [UsedFile] = []
    private(set) var networks: [String] = []
    private(set) var links: [Link] = []
    private(set) var volumes: [HostNeeds.Volume] = []
    private(set) var disks: [UsedDisk] = []
    /// Hardware addresses, in lower case.
    private(set) var macs: [String] = []
    /// PCI devices of the host that are handed over, by address.
    private(set) var hostDevices: [String] = []
    let machine: HostNeeds.Machine

    /// What no two running domains can have: disks that they write to, and devices of the host.
    package var exclusive: Set<String> { Set(disks.filter(\.isExclusive).map(\.source) + hostDevices) }

    /// Reads a definition.
    package init(_ domain: XMLElement) {
        let devices = domain.element(named: "devices")
        let system = domain.element(named: "os")
        let type = system?.element(named: "type")
        let emulator = devices?.element(named: "emulator")?.text
        machine = HostNeeds.Machine(
            emulator: emulator, arch: type?[attribute: "arch"], type: type?[attribute: "machine"],
            hypervisor: domain[attribute: "type"] ?? "")
        if let emulator { add("the emulator", emulator) }
        for (name, role) in [("kernel", "the kernel"), ("initrd", "the initrd"), ("dtb", "the device tree")] {
            if let path = system?.element(named: name)?.text { add(role, path) }
        }
        if let loader = system?.element(named: "loader")?.text { add("the firmware", loader) }
        for disk in devices?.elements(named: "disk") ?? [] { add(disk: disk) }
        for folder in devices?.elements(named: "filesystem") ?? [] where folder[attribute: "type"] ?? "mount" == "mount"
        {
            guard let path = folder.element(named: "source")?[attribute: "dir"] else { continue }
            files.append(UsedFile(role: "the shared folder", path: path, mayBeFolder: true))
        }
        for memory in devices?.elements(named: "memory") ?? [] {
            if let path = memory.element(named: "source")?.element(named: "path")?.text {
                add("the memory device's file", path)
            }
        }
        for interface in devices?.elements(named: "interface") ?? [] { add(interface: interface) }
        hostDevices = (devices?.elements(named: "hostdev") ?? []).compactMap { PCIAddress(hostDevice: $0)?.description }
    }

    private mutating func add(_ role: String, _ path: String) {
        guard path.hasPrefix("/") else { return }
        files.append(UsedFile(role: role, path: path))
    }

    private mutating func add(disk: XMLElement) {
        guard let source = disk.element(named: "source") else { return }
        let target = disk.element(named: "target")?[attribute: "dev"] ?? "disk"
        let device = disk[attribute: "device"] ?? "disk"
        let isShared =
            disk.element(named: "readonly") != nil || disk.element(named: "shareable") != nil || device == "cdrom"
            || disk.element(named: "transient")?[attribute: "shareBacking"] == "yes"
        // libvirt starts the guest without such a source.
        let mayBeMissing = ["optional", "requisite"].contains(source[attribute: "startupPolicy"] ?? "")
        if let pool = source[attribute: "pool"], let volume = source[attribute: "volume"] {
            let volume = HostNeeds.Volume(pool: pool, name: volume)
            if !mayBeMissing { volumes.append(volume) }
            disks.append(UsedDisk(source: volume.description, target: target, volume: volume, isExclusive: !isShared))
            return
        }
        guard let path = source[attribute: "file"] ?? source[attribute: "dev"] else { return }
        if !mayBeMissing { add("the disk \(target)", path) }
        disks.append(UsedDisk(source: path, target: target, isExclusive: !isShared))
    }

    private mutating func add(interface: XMLElement) {
        if let mac = interface.element(named: "mac")?[attribute: "address"] { macs.append(mac.lowercased()) }
        guard let source = interface.element(named: "source") else { return }
        switch interface[attribute: "type"] {
        case "network": if let name = source[attribute: "network"] { networks.append(name) }
        case "bridge":
            let isKernels = interface.element(named: "virtualport") == nil
            if let name = source[attribute: "bridge"] { links.append(Link(name: name, isBridge: isKernels)) }
        case "direct": if let name = source[attribute: "dev"] { links.append(Link(name: name, isBridge: false)) }
        default: break
        }
    }
}
