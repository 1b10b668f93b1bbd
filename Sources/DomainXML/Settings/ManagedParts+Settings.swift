internal import HostModel

extension ManagedParts {
    /// All settings, in the order in which libvirt writes a definition; what is absent or off is left out.
    public var settings: [ManagedSetting] {
        var list = SettingList()
        addMemory(to: &list)
        addVCPUs(to: &list)
        cpuTune.add(to: &list)
        numaTune?.add(to: &list)
        if hasACPI { list.add(.acpi, "features.acpi", .flag(true)) }
        if let cpuMode { list.add(.cpuMode, "cpu.mode", .text(cpuMode)) }
        if let topology { list.add(.topology, "cpu.topology", .text(topology.text)) }
        if let address = maximumPhysicalAddress {
            list.add(.physicalAddress, "cpu.maxphysaddr", .text(address.text))
        }
        for cell in guestCells { cell.add(to: &list) }
        return list.settings
    }

    private func addMemory(to list: inout SettingList) {
        list.add(.memory, "memory.kib", .number(memory.count))
        if let currentMemory { list.add(.currentMemory, "memory.current_kib", .number(currentMemory.count)) }
        switch memoryBacking.hugePages {
        case nil: break
        case .defaultSize: list.add(.pages, "memoryBacking.page", .text("default"))
        case .all(let size) where guestCells.isEmpty:
            list.add(.pages, "memoryBacking.page", .number(size.size.count))
        case .all(let size):
            for cell in guestCells { list.add(.pages, cell.id, "memoryBacking.page", .number(size.size.count)) }
        case .perCell(let sizes):
            for (cell, size) in sizes.sorted(by: { $0.key < $1.key }) {
                list.add(.pages, cell, "memoryBacking.page", .number(size.size.count))
            }
        }
        if memoryBacking.noSharePages { list.add(.noSharePages, "memoryBacking.nosharepages", .flag(true)) }
        if memoryBacking.locked { list.add(.locked, "memoryBacking.locked", .flag(true)) }
    }

    private func addVCPUs(to list: inout SettingList) {
        list.add(.vcpu, "vcpu", .number(UInt64(vcpus)))
        if placesVCPUsAutomatically { list.add(.vcpuPlacement, "vcpu.placement", .text("auto")) }
        if let vcpuCPUs { list.add(.vcpuCPUs, "vcpu.cpuset", .text("\(vcpuCPUs)")) }
        if let currentVCPUs { list.add(.currentVCPUs, "vcpu.current", .number(UInt64(currentVCPUs))) }
        if let ioThreads { list.add(.ioThreads, "iothreads", .number(UInt64(ioThreads))) }
    }
}

/// Settings as they are collected.
private struct SettingList {
    var settings: [ManagedSetting] = []

    mutating func add(_ section: SettingOrder.Section, _ path: String, _ value: ManagedSetting.Value) {
        settings.append(
            ManagedSetting(path: path, value: value, order: SettingOrder(section: section, number: 0, item: 0)))
    }

    /// Adds the setting of one vCPU, one cell, …: `path[number]`.
    mutating func add(
        _ section: SettingOrder.Section, _ number: some Identifier, _ path: String, _ value: ManagedSetting.Value
    ) {
        let order = SettingOrder(section: section, number: number.rawValue, item: 0)
        settings.append(ManagedSetting(path: "\(path)[\(number)]", value: value, order: order))
    }

    /// Adds one of several settings of a guest cell.
    mutating func add(cell: GuestCellID, item: Int, _ name: String, _ value: ManagedSetting.Value) {
        let order = SettingOrder(section: .cell, number: cell.rawValue, item: item)
        settings.append(ManagedSetting(path: "cpu.numa.cell[\(cell)].\(name)", value: value, order: order))
    }
}

extension CPUTune {
    fileprivate func add(to list: inout SettingList) {
        for (vcpu, cpus) in vcpuPins.sorted(by: { $0.key < $1.key }) {
            list.add(.vcpuPin, vcpu, "cputune.vcpupin", .text("\(cpus)"))
        }
        if let emulatorPin { list.add(.emulatorPin, "cputune.emulatorpin", .text("\(emulatorPin)")) }
        for (number, cpus) in ioThreadPins.sorted(by: { $0.key < $1.key }) {
            list.add(.ioThreadPin, VCPU(number), "cputune.iothreadpin", .text("\(cpus)"))
        }
        for (vcpu, scheduler) in schedulers.sorted(by: { $0.key < $1.key }) {
            list.add(.scheduler, vcpu, "cputune.vcpusched", .text(scheduler.text))
        }
    }
}

extension NUMATune {
    fileprivate func add(to list: inout SettingList) {
        if hostCells != nil || memNodes.isEmpty {
            let place = hostCells.map(\.description) ?? "auto"
            list.add(.memoryBinding, "numatune.memory", .text("\(mode.rawValue) \(place)"))
        }
        for (cell, node) in memNodes.sorted(by: { $0.key < $1.key }) {
            list.add(.memNode, cell, "numatune.memnode", .text("\(node.mode.rawValue) \(node.hostCells)"))
        }
    }
}

extension GuestCell {
    fileprivate func add(to list: inout SettingList) {
        list.add(cell: id, item: 0, "cpus", .text("\(vcpus)"))
        list.add(cell: id, item: 1, "memory_kib", .number(memory.count))
        if let isShared { list.add(cell: id, item: 2, "memAccess", .text(isShared ? "shared" : "private")) }
        if !distances.isEmpty {
            let parts = distances.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            list.add(cell: id, item: 3, "distances", .text(parts.joined(separator: " ")))
        }
    }
}

extension CPUTune.Scheduler {
    fileprivate var text: String { priority.map { "\(policy):\($0)" } ?? policy }
}

extension Topology {
    /// Sockets/cores/threads, or all five numbers where there are several dies or clusters.
    fileprivate var text: String {
        let numbers =
            dies == 1 && clusters == 1 ? [sockets, cores, threads] : [sockets, dies, clusters, cores, threads]
        return numbers.map(String.init).joined(separator: "/")
    }
}

extension MaximumPhysicalAddress {
    fileprivate var text: String { bits.map { "\(mode) \($0)" } ?? mode }
}
