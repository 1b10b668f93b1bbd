internal import HostModel

extension FactReader {
    /// The PCI devices of the host, ascending by address; empty when the kernel shows none.
    ///
    /// A device's cell is nil when the kernel has none for it (`-1`, or no file), or when that cell is not one of `cells`.
    mutating func devices(cells: [Cell]) -> [HostDevice] {
        let addresses = (names(in: "sys/bus/pci/devices") ?? []).compactMap { PCIAddress($0) }.sorted()
        let busy = addresses.isEmpty ? [] : busyBlockDevices
        return addresses.map { address in
            let folder = "sys/bus/pci/devices/\(address)"
            let node = signedNumber("\(folder)/numa_node")
            let cell = cells.first { $0.id.rawValue == node }
            var device = HostDevice(address: address, cell: cell?.id, socket: cell?.socket)
            describe(&device, folder)
            device.isInUse =
                isScreen(folder) || device.netdevs.contains { isUp($0) }
                || busy.contains { $0.hangs(on: device) }
            return device
        }
    }

    /// What a device is, and what hangs together with it.
    private mutating func describe(_ device: inout HostDevice, _ folder: String) {
        device.deviceClass = value("\(folder)/class", as: "a class") { DeviceClass(hexDigits($0, 6)) }
        device.vendor = value("\(folder)/vendor", as: "a vendor") { DeviceNumber(hexDigits($0, 4)) }
        device.model = value("\(folder)/device", as: "a device") { DeviceNumber(hexDigits($0, 4)) }
        device.driver = files.linkName("\(folder)/driver")
        device.iommuGroup = files.linkName("\(folder)/iommu_group").flatMap { SysfsText.number($0) }
            .flatMap { Int(exactly: $0) }
        let way = files.linkParts(folder)
        device.rootComplex = way.last { $0.hasPrefix("pci") && $0.contains(":") }
        device.upstream = way.dropLast().last.flatMap { PCIAddress($0) }
        device.physicalFunction = files.linkName("\(folder)/physfn").flatMap { PCIAddress($0) }
        if let total = number("\(folder)/sriov_totalvfs").flatMap({ Int(exactly: $0) }), total > 0 {
            let now = number("\(folder)/sriov_numvfs").flatMap { Int(exactly: $0) } ?? 0
            device.virtualFunctions = HostDevice.VirtualFunctions(
                total: total, now: now, offset: number("\(folder)/sriov_offset").flatMap { Int(exactly: $0) },
                stride: number("\(folder)/sriov_stride").flatMap { Int(exactly: $0) })
        }
        device.netdevs = names(in: "\(folder)/net") ?? []
        device.nvme = names(in: "\(folder)/nvme") ?? []
        // Paravirtual devices have another one in between.
        for part in (names(in: folder) ?? []).filter({ SysfsText.number(in: $0, after: "virtio") != nil }) {
            device.netdevs += names(in: "\(folder)/\(part)/net") ?? []
        }
    }

    /// Whether it is the screen that the firmware chose for the console.
    private mutating func isScreen(_ folder: String) -> Bool { number("\(folder)/boot_vga") == 1 }

    private mutating func isUp(_ netdev: String) -> Bool {
        text("sys/class/net/\(netdev)/operstate").map { SysfsText.trimmed($0) == "up" } ?? false
    }

    /// The socket of these CPUs; nil when they are on several, or one does not tell.
    mutating func socket(of cpus: CPUSet) -> Int? {
        var common: Int?
        for cpu in cpus {
            guard let socket = signedNumber("\(cpuFolder)/cpu\(cpu)/topology/physical_package_id"), socket >= 0,
                common ?? socket == socket
            else { return nil }
            common = socket
        }
        return common
    }

    /// The number of a file in which the kernel writes -1 for what it does not know.
    private mutating func signedNumber(_ name: String) -> Int? {
        value(name, as: "a number") { text in
            let text = SysfsText.trimmed(text)
            return text == "-1" ? -1 : SysfsText.number(text).flatMap { Int(exactly: $0) }
        }
    }
}

/// The last digits of a number that the kernel writes as `0x030200`.
private func hexDigits(_ text: String, _ count: Int) -> String {
    let text = SysfsText.trimmed(text)
    return text.hasPrefix("0x") && text.utf8.count == count + 2 ? String(text.dropFirst(2)) : ""
}

// MARK: Disks in use

/// A disk, or a part of one, that the host uses.
private struct BusyBlockDevice {
    /// The kernel's name: `nvme0n1p2`.
    let name: String
    /// The names on the way to it in sysfs.
    let way: [String]

    /// Whether it is a disk of that PCI device. Where several controllers lead to one NVMe disk, its way names none of them.
    func hangs(on device: HostDevice) -> Bool {
        way.contains("\(device.address)")
            || device.nvme.contains { name.hasPrefix("\($0)n") || name.hasPrefix("\($0)c") }
    }
}

extension FactReader {
    /// The disks and parts of disks that are mounted, swapped to, or held by another device.
    private var busyBlockDevices: [BusyBlockDevice] {
        mutating get {
            let sources = words(of: "proc/mounts", 0) + words(of: "proc/swaps", 0)
            let used = Set(sources.compactMap { $0.hasPrefix("/dev/") ? String($0.dropFirst(5)) : nil })
            // What is mounted at boot may have another name there.
            let numbers = Set(words(of: "proc/self/mountinfo", 2))
            return (names(in: "sys/class/block") ?? []).filter { name in
                let folder = "sys/class/block/\(name)"
                if used.contains(name) || names(in: "\(folder)/holders")?.isEmpty == false { return true }
                return text("\(folder)/dev").map { numbers.contains(String(SysfsText.trimmed($0))) } ?? false
            }.map { BusyBlockDevice(name: $0, way: files.linkParts("sys/class/block/\($0)")) }
        }
    }

    /// The word of that number of each line.
    private mutating func words(of file: String, _ number: Int) -> [String] {
        (text(file) ?? "").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.indices.contains(number) ? String(words[number]) : nil
        }
    }
}
