public import HostModel

extension ManagedParts {
    /// What must change in a domain that has `present` so that it has these wanted parts, in the order of a definition.
    ///
    /// Empty means that there is nothing to write. Parts that are nil here because they shall be left as they are never differ,
    /// nor does what only looks different: one page size for all cells or for each of them, a memnode that says what `<memory>`
    /// says. `defaultHugePage` is the host's page size for `<hugepages/>`; without it that equals only itself.
    public func differences(
        from present: ManagedParts, defaultHugePage: PageSize? = nil
    ) -> [SettingDifference] {
        let want = keyed(settled(over: present).canonical(defaultHugePage))
        let now = keyed(present.canonical(defaultHugePage))
        let places = now.merging(want) { now, _ in now }.values.sorted { ($0.order, $0.path) < ($1.order, $1.path) }
        return places.compactMap { place in
            let (now, want) = (now[place.path]?.value, want[place.path]?.value)
            return now == want ? nil : SettingDifference(path: place.path, now: now, want: want)
        }
    }

    /// These wanted parts with everything that they leave as it is taken from `present`: what the domain will have.
    public func settled(over present: ManagedParts) -> ManagedParts {
        var parts = self
        parts.hasMemoryHotplug = present.hasMemoryHotplug
        parts.guestCells = settledCells(over: present)
        parts.ioThreads = ioThreads ?? present.ioThreads
        parts.cpuMode = cpuMode ?? present.cpuMode
        parts.maximumPhysicalAddress = maximumPhysicalAddress ?? present.maximumPhysicalAddress
        parts.hasACPI = hasACPI || present.hasACPI
        // A topology that describes another number of vCPUs cannot stay: libvirt refuses it.
        parts.topology = topology ?? present.topology.flatMap { $0.vcpus == vcpus ? $0 : nil }
        return parts
    }

    /// The wanted cells with what they leave open taken from the present cell of that id. Distances stay only as long as the guest
    /// has the same cells, since they name them.
    private func settledCells(over present: ManagedParts) -> [GuestCell] {
        var cells = guestCells
        if cells.isEmpty, present.hasMemoryHotplug {
            cells = [GuestCell(id: 0, vcpus: VCPUSet(numbers: 0..<vcpus), memory: memory)]
        }
        let others = present.guestCells
        let keepsDistances = cells.map(\.id) == others.map(\.id) && cells.allSatisfy(\.distances.isEmpty)
        for index in cells.indices {
            guard let other = others.first(where: { $0.id == cells[index].id }) else { continue }
            cells[index].isShared = cells[index].isShared ?? other.isShared
            if keepsDistances { cells[index].distances = other.distances }
        }
        return cells
    }

    private func keyed(_ parts: ManagedParts) -> [String: ManagedSetting] {
        Dictionary(parts.settings.map { ($0.path, $0) }) { first, _ in first }
    }
}

extension ManagedParts {
    /// The one value of several that mean the same to libvirt.
    func canonical(_ defaultHugePage: PageSize?) -> ManagedParts {
        var parts = self
        parts.guestCells = guestCells.sorted { $0.id < $1.id }.assigningAll(vcpus: vcpus).completingDistances()
        let cells = parts.guestCells.map(\.id)
        if !cells.isEmpty { parts.memory = parts.guestCells.reduce(.zero) { $0 + $1.memory } }
        parts.currentMemory = currentMemory.flatMap { $0 < parts.memory ? $0 : nil }
        parts.currentVCPUs = currentVCPUs.flatMap { $0 < vcpus ? $0 : nil }
        if placesVCPUsAutomatically { parts.vcpuCPUs = nil }
        if ioThreads == 0 { parts.ioThreads = nil }
        parts.memoryBacking.hugePages = memoryBacking.hugePages?.canonical(cells: cells, defaultSize: defaultHugePage)
        parts.numaTune = numaTune?.namingAll(cells)
        parts.cpuTune.vcpuPins = cpuTune.vcpuPins.filter { $0.key.rawValue < vcpus }
        parts.cpuTune.schedulers = cpuTune.schedulers.filter { $0.key.rawValue < vcpus }
        for (vcpu, scheduler) in parts.cpuTune.schedulers where !scheduler.hasPriority {
            parts.cpuTune.schedulers[vcpu]?.priority = nil
        }
        return parts
    }
}

extension NUMATune {
    /// A cell without a memnode is bound as `<memory>` says; here it gets a memnode that says so.
    fileprivate func namingAll(_ cells: [GuestCellID]) -> NUMATune {
        guard let hostCells else { return self }
        var tune = self
        for cell in cells where tune.memNodes[cell] == nil {
            tune.memNodes[cell] = MemNode(mode: mode, hostCells: hostCells)
        }
        return tune
    }
}
