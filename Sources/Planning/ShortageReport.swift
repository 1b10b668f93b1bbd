internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Says for a guest, cell by cell, what it needs, what is free, and who holds the rest.
struct ShortageReport {
    let request: PlacementRequest
    /// The host with everybody else on it.
    var state: PlacementState
    let placed: Placement

    /// Reasons for a guest that this host can never take.
    func reasons(for obstacle: StaticObstacle) -> [Shortage] {
        switch obstacle {
        case .pageSizeMissing(let size):
            let wanted = size ?? PageSize(KiB(UInt64(state.grid.basePage * 2)))
            return [Shortage(hostCell: nil, resource: .pageSize(wanted), needed: 1, free: 0, heldBy: [])]
        case .tooManyCells(let guest, let host):
            return [
                Shortage(hostCell: nil, resource: .cells, needed: UInt64(guest), free: UInt64(host), heldBy: [])
            ]
        case .cellMissing(let cell):
            return [Shortage(hostCell: cell, resource: .cells, needed: 1, free: 0, heldBy: [])]
        case .devicesMissing(let devices), .devicesApart(let devices): return devices.map(shortage)
        case .deviceWithoutCell(let device): return [shortage(of: device)]
        }
    }

    /// A device that a guest cannot be near to.
    private func shortage(of device: PCIAddress) -> Shortage {
        let cell = state.grid.devices[device]?.cell.map { state.grid.cells[$0].id }
        return Shortage(hostCell: cell, resource: .device(device), needed: 1, free: 0, heldBy: [])
    }

    /// Reasons for a guest that found no place beside the others.
    ///
    /// - Parameter demand: The guest's demand, which names its devices.
    mutating func reasons(for need: GuestNeed, devices demand: GuestDemand) -> [Shortage] {
        guard !need.cells.isEmpty else { return floatingReasons(for: need) }
        var reasons: [Shortage] = []
        var open = Set<Int>()
        for host in state.grid.cells.indices {
            let found = need.cells.indices.map { cell in
                (need.forced[cell] ?? host) == host
                    ? self.lacks(of: need.cells[cell], on: host, pages: need.pages) : nil
            }
            if found.contains(where: { $0?.isEmpty == true }) { open.insert(host) }
            // The hardest of the guest's cells that may be here speaks for the guest.
            if let worst = found.compactMap({ $0 }).first(where: { !$0.isEmpty }) { reasons += worst }
        }
        let far = far(from: open, need: need, demand: demand)
        reasons += far.map(shortage)
        if far.isEmpty, open.count >= need.cells.count || reasons.isEmpty {
            reasons.append(
                Shortage(
                    hostCell: nil, resource: .cells, needed: UInt64(need.cells.count),
                    free: UInt64(max(0, min(open.count, need.cells.count) - 1)), heldBy: []))
        }
        if var lack = state.hostLack {
            lack.needed = max(lack.needed, 1)
            reasons.append(shortage(lack, on: nil, own: lack.needed))
        }
        return reasons
    }

    /// Devices that the guest must be near to, while no host cell near them has room for a cell of it.
    private func far(from open: Set<Int>, need: GuestNeed, demand: GuestDemand) -> [PCIAddress] {
        demand.devices.map(\.value).filter { device in
            let near = state.grid.cells(near: device, under: demand.devicePolicy)
            return need.mustTouch.contains(near) && open.isDisjoint(with: near)
        }
    }

    /// What one guest cell lacks on one host cell: CPUs and memory are asked apart, so that neither hides the other.
    private mutating func lacks(of need: CellNeed, on host: Int, pages: [Int]) -> [Shortage] {
        var cpusOnly = need
        cpusOnly.memory = 0
        var memoryOnly = CellNeed()
        memoryOnly.memory = need.memory
        memoryOnly.isHard = need.isHard
        var found: [Shortage] = []
        if let lack = state.lack(of: cpusOnly, on: host, page: -1) {
            found.append(shortage(lack, on: host, own: own(need, lack.resource)))
        }
        // With several page sizes the last one stands for all: each of them was short.
        var memoryLack: Lack?
        for page in pages {
            memoryLack = state.lack(of: memoryOnly, on: host, page: page)
            if memoryLack == nil { break }
        }
        if let lack = memoryLack { found.append(shortage(lack, on: host, own: own(need, lack.resource))) }
        return found
    }

    /// How much of a resource the guest cell itself wants.
    private func own(_ need: CellNeed, _ resource: Lack.Resource) -> Int {
        switch resource {
        case .wholeCores: need.wholeCores
        case .siblingPairs: max(1, need.pairs)
        case .dedicatedCPUs: need.dedicated
        case .sharedCPUs, .sharedVCPUs: need.shared
        case .memory: need.memory
        case .pages(let size), .pageSize(let size): need.memory / state.grid.pageSizes[size]
        }
    }

    private func floatingReasons(for need: GuestNeed) -> [Shortage] {
        var next = state
        next.addFloating(need)
        guard let lack = next.hostLack else { return [] }
        let own = lack.resource == .memory ? need.floatingMemory : need.floatingShared
        return [shortage(lack, on: nil, own: own)]
    }

    private func shortage(_ lack: Lack, on host: Int?, own: Int) -> Shortage {
        let free = max(0, lack.available - (lack.needed - own))
        let cell = host.map { state.grid.cells[$0].id }
        return Shortage(
            hostCell: cell, resource: resource(lack.resource), needed: UInt64(max(0, own)),
            free: UInt64(min(free, own)),
            heldBy: holders(of: lack.resource, on: cell))
    }

    private func resource(_ resource: Lack.Resource) -> Shortage.Resource {
        func size(_ index: Int) -> PageSize { PageSize(KiB(UInt64(state.grid.pageSizes[index]))) }
        switch resource {
        case .wholeCores: return .wholeCores
        case .siblingPairs: return .siblingPairs
        case .dedicatedCPUs: return .dedicatedCPUs
        case .sharedCPUs: return .sharedCPUs
        case .sharedVCPUs: return .sharedVCPUs
        case .memory: return .memory
        case .pages(let index): return .pages(size(index))
        case .pageSize(let index): return .pageSize(size(index))
        }
    }

    /// Guests and foreign domains that hold some of a resource, on one cell or anywhere.
    private func holders(of resource: Lack.Resource, on cell: CellID?) -> [String] {
        let guests = placed.guests.filter { guest in
            if guest.cells.isEmpty { return cell == nil }
            return guest.cells.contains { (cell ?? $0.hostCell) == $0.hostCell && holds($0, resource) }
        }
        let foreign = request.foreign.filter { load in
            let cpus = cell.flatMap { request.host.cell($0)?.cpus } ?? request.host.onlineCPUs
            switch resource {
            case .memory, .pages, .pageSize:
                return load.memory.contains { ($0.cell ?? cell) == cell }
                    || load.pagesHeld.keys.contains { (cell ?? $0.cell) == $0.cell }
            case .wholeCores, .siblingPairs, .dedicatedCPUs, .sharedCPUs, .sharedVCPUs:
                return !load.takenCPUs.isDisjoint(with: cpus)
                    || load.sharedVCPUs.contains { !($0.cpus ?? cpus).isDisjoint(with: cpus) }
            }
        }
        return (guests.map(\.name) + foreign.map(\.name)).sorted()
    }

    private func holds(_ cell: GuestCellPlacement, _ resource: Lack.Resource) -> Bool {
        switch resource {
        case .wholeCores, .siblingPairs, .dedicatedCPUs: !cell.dedicatedVCPUs.isEmpty
        case .sharedCPUs, .sharedVCPUs: !cell.vcpus.isEmpty
        case .memory: cell.memory > .zero
        case .pages(let index), .pageSize(let index):
            Int(cell.pageSize.size.count) == state.grid.pageSizes[index]
        }
    }
}
