public import XMLTree

internal import HostModel

extension DomainLoad {
    /// Reads the load out of a definition. A balloon is not taken for granted: all memory counts, since the guest may ask for it.
    ///
    /// - Throws: ``DomainXMLError`` at the first place that cannot be understood.
    public init(reading domain: XMLElement) throws(DomainXMLError) {
        self = try DomainLoad(reading: domain, parts: FoundSettings(reading: domain))
    }

    /// The same of a definition whose settings were read already.
    public init(reading domain: XMLElement, parts: FoundSettings) throws(DomainXMLError) {
        let isAutomatic = parts.placesVCPUsAutomatically
        let rest = isAutomatic ? nil : parts.vcpuCPUs
        self.init(
            vcpus: Self.present(parts, domain).map { vcpu in
                VCPUDemand(vcpu: vcpu, cpus: parts.vcpuPins[vcpu] ?? rest)
            },
            emulatorCPUs: parts.emulatorPin ?? rest, ioThreadCPUs: parts.ioThreadPins,
            memory: parts.memoryDemands + (try Self.deviceDemands(domain, parts)))
    }

    /// The vCPUs that are present at start: those that the list names, else the first ones.
    private static func present(_ parts: FoundSettings, _ domain: XMLElement) -> VCPUSet {
        let all = VCPUSet(numbers: 0..<parts.vcpus)
        if let enabled = VCPUs.enabled(in: domain) { return enabled.intersection(all) }
        return VCPUSet(numbers: 0..<parts.presentVCPUs)
    }

    /// The memory devices that take memory of the host: those without a file behind them. A device is backed and bound as its guest
    /// cell is, unless it says otherwise.
    private static func deviceDemands(
        _ domain: XMLElement, _ parts: FoundSettings
    ) throws(DomainXMLError) -> [MemoryDemand] {
        var demands: [MemoryDemand] = []
        var managed = MemoryPlugDevice.all(in: domain)
        for device in domain.element(named: "devices")?.elements(named: "memory") ?? [] {
            guard ["dimm", "virtio-mem"].contains(device[attribute: "model"] ?? ""),
                let target = device.element(named: "target"), let size = target.element(named: "size")
            else { continue }
            let cell = try target.element(named: "node")?.numberInText("devices.memory.node", in: 0...highestNumber)
            var demand = parts.demand(
                cell: cell.map(GuestCellID.init(_:)), memory: try size.memoryInText("devices.memory.size"))
            demand.isDevice = true
            if let plug = MemoryPlugDevice(device), managed.removeValue(forKey: plug.cell) != nil {
                demand.plugged = plug.plugged ?? .zero
            }
            let source = device.element(named: "source")
            if let page = try source?.element(named: "pagesize")?.memoryInText("devices.memory.pagesize"), page > .zero
            {
                demand.pages = .size(PageSize(page))
            }
            if let mask = source?.element(named: "nodemask") {
                (demand.mode, demand.hostCells) = (.strict, try mask.listInText("devices.memory.nodemask"))
            }
            demands.append(demand)
        }
        return demands
    }
}

extension FoundSettings {
    /// The memory of each cell, or all of it where there are none, with what backs and binds it.
    fileprivate var memoryDemands: [DomainLoad.MemoryDemand] {
        guard !guestCells.isEmpty else { return [demand(cell: nil, memory: memory)] }
        return guestCells.filter { $0.memory > .zero }.map { demand(cell: $0.id, memory: $0.memory) }
    }

    fileprivate func demand(cell: GuestCellID?, memory: KiB) -> DomainLoad.MemoryDemand {
        let node = cell.flatMap { numaTune?.memNodes[$0] }
        let cells = node?.hostCells ?? numaTune?.hostCells
        return DomainLoad.MemoryDemand(
            guestCell: cell, memory: memory, pages: pages(of: cell),
            mode: cells == nil ? nil : node?.mode ?? numaTune?.mode, hostCells: cells)
    }

    private func pages(of cell: GuestCellID?) -> DomainLoad.Pages {
        switch hugePages {
        case nil: .ordinary
        case .defaultSize: .defaultHuge
        case .all(let size): .size(size)
        case .perCell(let sizes): cell.flatMap { sizes[$0] }.map(DomainLoad.Pages.size) ?? .ordinary
        }
    }
}
