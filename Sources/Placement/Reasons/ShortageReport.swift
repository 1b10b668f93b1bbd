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
        case .noDevice(let wish):
            return [Shortage(hostCell: nil, resource: .devices(wish), needed: 1, free: 0, heldBy: [])]
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
    mutating func reasons(for need: GuestCounts, devices demand: GuestDemand) -> [Shortage] {
        guard !need.cells.isEmpty else { return floatingReasons(for: need) }
        var reasons: [Shortage] = []
        var open = Set<Int>()
        let barren = BarrenCells(request.host)
        for host in state.grid.cells.indices
        where !barren.contains(state.grid.cells[host].id) || need.forced.contains(host) {
            let found = need.cells.indices.map { cell in
                (need.forced[cell] ?? host) == host
                    ? self.lacks(of: need.cells[cell], on: host, pages: need.pages) : nil
            }
            if found.contains(where: { $0?.isEmpty == true }) { open.insert(host) }
            // The hardest of the guest's cells that may be here speaks for the guest.
            if let worst = found.compactMap({ $0 }).first(where: { !$0.isEmpty }) { reasons += worst }
        }
        if !need.spread.isEmpty, let lack = floatingLack(of: need) {
            let hosts = Set(need.spread.map { $0.hosts ?? [] })
            let only = hosts.count == 1 && hosts.first?.count == 1 ? hosts.first?.first : nil
            let own = need.spread.reduce(0) { $0 + ($1.isOverhead ? 0 : $1.memory) }
            let free = max(0, own - (lack.needed - lack.available))
            reasons.append(shortage(lack, on: only, own: own, free: free))
        }
        if !need.floatingDevices.isEmpty { reasons += floatingDevices(of: need) }
        let promised = promisedReasons(for: need)
        reasons += promised
        let far = far(from: open, need: need, demand: demand)
        reasons += far.map(shortage)
        if far.isEmpty, promised.isEmpty, open.count >= need.cells.count || reasons.isEmpty {
            reasons.append(
                Shortage(
                    hostCell: nil, resource: .cells, needed: UInt64(need.cells.count),
                    free: UInt64(max(0, min(open.count, need.cells.count) - 1)), heldBy: []))
        }
        if let lack = state.hostLack {
            reasons.append(shortage(lack, on: nil, own: max(lack.needed, 1), free: lack.available))
        }
        return reasons
    }

    /// Pages that the guest would take from foreign domains which start with the host, on whatever cell.
    private func promisedReasons(for need: GuestCounts) -> [Shortage] {
        guard !state.grid.managesPools else { return [] }
        let memory = need.cells.reduce(0) { $0 + $1.memory }
        let short = need.pages.compactMap(\.self).filter { size in
            state.grid.promisedPages[size] > 0
                && state.sparePages(of: size) - state.grid.promisedPages[size] < memory / state.grid.pageSizes[size]
        }
        guard short.count == need.pages.count, let size = short.last else { return [] }
        let free = state.sparePages(of: size) - state.grid.promisedPages[size]
        let needed = memory / state.grid.pageSizes[size]
        let lack = Lack(.pages(state.grid.pageSize(size)), needed: needed, available: free)
        return [shortage(lack, on: nil, own: needed, free: free)]
    }

    /// Devices that the guest must be near to, while no host cell near them has room for a cell of it.
    private func far(from open: Set<Int>, need: GuestCounts, demand: GuestDemand) -> [PCIAddress] {
        demand.devices.map(\.value).filter { device in
            let near = state.grid.cells(near: device, under: demand.devicePolicy)
            return need.mustIncludeOneOf.contains(near) && open.isDisjoint(with: near)
        }
    }

    /// What one guest cell lacks on one host cell: CPUs and memory are asked apart, so that neither hides the other.
    private mutating func lacks(of need: CellCounts, on host: Int, pages: [Int?]) -> [Shortage] {
        var cpusOnly = need
        cpusOnly.memory = 0
        cpusOnly.overhead = 0
        cpusOnly.devices = []
        var devicesOnly = CellCounts()
        devicesOnly.devices = need.devices
        var memoryOnly = CellCounts()
        memoryOnly.memory = need.memory
        memoryOnly.isReserved = need.isReserved
        memoryOnly.overhead = need.overhead
        var found: [Shortage] = []
        if !need.devices.isEmpty, let lack = state.deviceLack(of: devicesOnly, on: host) {
            let own = own(need, lack.resource)
            found.append(shortage(lack, on: host, own: own, free: lack.available - (lack.needed - own)))
        }
        if let lack = state.lack(of: cpusOnly, on: host, page: nil) {
            let own = own(need, lack.resource)
            let free = freeCPUs(for: cpusOnly, lacking: lack, on: host, own: own)
            found.append(shortage(lack, on: host, own: own, free: free))
        }
        // Where huge pages would do and not even QEMU's own memory is there, that is what is short.
        var overheadOnly = memoryOnly
        overheadOnly.memory = 0
        if pages != [nil], let lack = state.lack(of: overheadOnly, on: host, page: nil) {
            let free = most(below: need.overhead) { report, amount in
                overheadOnly.overhead = amount
                return report.state.lack(of: overheadOnly, on: host, page: nil) == nil
            }
            return found + [shortage(lack, on: host, own: need.overhead, free: free)]
        }
        // With several page sizes the last one stands for all: each of them was short.
        var memoryLack: (lack: Lack, page: Int?)?
        for page in pages {
            guard let lack = state.lack(of: memoryOnly, on: host, page: page) else {
                memoryLack = nil
                break
            }
            memoryLack = (lack, page)
        }
        if let (lack, page) = memoryLack {
            let unit = page.map { state.grid.pageSizes[$0] } ?? 1
            var free = freeMemory(for: memoryOnly, on: host, page: page, unit: unit)
            if case .pages(let size) = lack.resource { free /= Int(size.size.count) }
            found.append(shortage(lack, on: host, own: own(need, lack.resource), free: free))
        }
        return found
    }

    /// How many CPUs, cores or pairs of what is lacking are left. Shared vCPUs are under two limits, so the check is asked.
    private mutating func freeCPUs(for need: CellCounts, lacking lack: Lack, on host: Int, own: Int) -> Int {
        switch lack.resource {
        case .sharedCPUs, .sharedVCPUs:
            return most(below: need.shared) { report, shared in
                var less = need
                less.shared = shared
                return report.state.lack(of: less, on: host, page: nil) == nil
            }
        default: return lack.available - (lack.needed - own)
        }
    }

    /// The most memory in KiB, in steps of `unit`, that the cell still has for the guest cell.
    private mutating func freeMemory(for need: CellCounts, on host: Int, page: Int?, unit: Int) -> Int {
        unit
            * most(below: need.memory / unit) { report, count in
                var less = need
                less.memory = count * unit
                if page == nil { less.overhead = report.overhead(need.overhead, less: need.memory - less.memory) }
                return report.state.lack(of: less, on: host, page: page) == nil
            }
    }

    /// What QEMU itself needs, in KiB, of a guest with so much less ordinary memory.
    private func overhead(_ overhead: Int, less memory: Int) -> Int {
        state.grid.guestOverhead == .automatic ? max(0, overhead - memory / GuestOverhead.pageTableShare) : overhead
    }

    /// The largest amount that still fits, where `amount` does not: the checks that refuse it are asked, and more never fits
    /// where less does not.
    private mutating func most(below amount: Int, fits: (inout ShortageReport, Int) -> Bool) -> Int {
        var (fitting, failing) = (0, max(amount, 1))
        while failing - fitting > 1 {
            let middle = fitting + (failing - fitting) / 2
            if fits(&self, middle) { fitting = middle } else { failing = middle }
        }
        return fitting
    }

    /// How much of a resource the guest cell itself wants.
    private func own(_ need: CellCounts, _ resource: Shortage.Resource) -> Int {
        switch resource {
        case .wholeCores: need.wholeCores
        case .siblingPairs: max(1, need.pairs)
        case .dedicatedCPUs: need.dedicated
        case .sharedCPUs, .sharedVCPUs: need.shared
        case .memory: need.memory
        case .pages(let size), .pageSize(let size): need.memory / Int(size.size.count)
        case .cells, .device: 1
        case .devices(let wish): state.grid.stock.amount(need.devices, of: wish)
        }
    }

    /// Devices that the guest may have from anywhere.
    private func floatingDevices(of need: GuestCounts) -> [Shortage] {
        var only = GuestCounts(cells: [], forced: [], pages: [nil])
        only.floatingDevices = need.floatingDevices
        guard let lack = floatingLack(of: only), case .devices(let wish) = lack.resource else { return [] }
        let own = state.grid.stock.amount(need.floatingDevices, of: wish)
        return [shortage(lack, on: nil, own: own, free: lack.available - (lack.needed - own))]
    }

    /// What a guest without topology lacks over the whole host: CPUs and memory are asked apart, as they are of a cell.
    private mutating func floatingReasons(for need: GuestCounts) -> [Shortage] {
        var cpusOnly = need
        cpusOnly.floatingMemory = 0
        cpusOnly.floatingOverhead = 0
        cpusOnly.floatingDevices = []
        var memoryOnly = need
        memoryOnly.floatingDevices = []
        memoryOnly.floatingShared = 0
        memoryOnly.needsSharedCPU = false
        var found = need.floatingDevices.isEmpty ? [] : floatingDevices(of: need)
        if let lack = floatingLack(of: cpusOnly) {
            let free = most(below: need.floatingShared) { report, count in
                var less = cpusOnly
                less.floatingShared = count
                return report.floatingLack(of: less) == nil
            }
            found.append(shortage(lack, on: nil, own: max(need.floatingShared, 1), free: free))
        }
        if let lack = floatingLack(of: memoryOnly) {
            let free = most(below: need.floatingMemory) { report, amount in
                var less = memoryOnly
                less.floatingMemory = amount
                less.floatingOverhead = report.overhead(need.floatingOverhead, less: need.floatingMemory - amount)
                return report.floatingLack(of: less) == nil
            }
            found.append(shortage(lack, on: nil, own: need.floatingMemory, free: free))
        }
        return found
    }

    private func floatingLack(of need: GuestCounts) -> Lack? {
        var next = state
        next.addFloating(need)
        return next.hostLack
    }

    private func shortage(_ lack: Lack, on host: Int?, own: Int, free: Int) -> Shortage {
        let cell = host.map { state.grid.cells[$0].id }
        return Shortage(
            hostCell: cell, resource: lack.resource, needed: UInt64(max(0, own)),
            free: UInt64(max(0, min(free, own))),
            heldBy: holders(of: lack.resource, on: cell))
    }

    /// Guests, foreign domains and pools that hold some of a resource, on one cell or, without one, anywhere.
    private func holders(of resource: Shortage.Resource, on cell: CellID?) -> [String] {
        let guests = placed.guests.filter { guest in
            if case .devices(let wish) = resource {
                return guest.devices.contains { isOne($0.address, of: wish, on: cell) }
            }
            if guest.cells.isEmpty { return cell == nil }
            return guest.cells.contains { part in
                let isHere =
                    resource.isOfMemory ? part.memory(on: cell ?? part.hostCell) > .zero : cell == part.hostCell
                return (cell == nil || isHere) && holds(part, resource)
            }
        }
        let foreign = request.foreign.filter { load in
            let cpus = cell.flatMap { request.host.cell($0)?.cpus } ?? request.host.onlineCPUs
            switch resource {
            case .memory, .pages, .pageSize:
                return load.memory.contains { cell == nil || $0.cell == nil || $0.cell == cell }
                    || load.pagesHeld.keys.contains { (cell ?? $0.cell) == $0.cell }
                    || load.pagesAtStart.keys.contains { (cell ?? $0.cell) == $0.cell }
                    || load.pagesDeclared.keys.contains { (cell ?? $0.cell) == $0.cell }
                    || !load.promisedPages.isEmpty
            case .wholeCores, .siblingPairs, .dedicatedCPUs, .sharedCPUs, .sharedVCPUs:
                return !load.takenCPUs.isDisjoint(with: cpus)
                    || load.sharedVCPUs.contains { group in
                        // Who may run anywhere claims no CPU, and counts among those that share.
                        guard let claimed = group.cpus else { return resource.isShared }
                        return !claimed.isDisjoint(with: cpus)
                    }
            case .devices(let wish): return load.devices.contains { isOne($0, of: wish, on: cell) }
            case .cells, .device: return false
            }
        }
        return (guests.map(\.name) + foreign.map(\.name) + pools(holding: resource, on: cell)).sorted()
    }

    /// Whether a device is what is wished for, and on that cell; without one, on any.
    private func isOne(_ address: PCIAddress, of wish: DeviceWish, on cell: CellID?) -> Bool {
        guard let device = request.host.device(address) else { return false }
        return request.host.suits(device, wish) && (cell == nil || device.cell == nil || device.cell == cell)
    }

    /// The pools whose free pages nobody asked for: ordinary memory, were they given back.
    private func pools(holding resource: Shortage.Resource, on cell: CellID?) -> [String] {
        guard !request.allowsShrink, request.policy.managesPools else { return [] }
        let short: PageSize? = if case .pages(let size) = resource { size } else { nil }
        guard resource == .memory || short != nil else { return [] }
        return request.host.cells.filter { (cell ?? $0.id) == $0.id }.flatMap { host in
            host.pools.filter { pool in
                // Free pages of the size itself are no holder: they are what is free.
                if pool.pageSize == short { return false }
                let usage = placed.cells.first { $0.id == host.id }?.pools.first { $0.pageSize == pool.pageSize }
                return pool.total > max(usage?.wanted ?? .zero, pool.used)
            }.map { PoolID(cell: host.id, pageSize: $0.pageSize).address }
        }
    }

    private func holds(_ cell: GuestCellPlacement, _ resource: Shortage.Resource) -> Bool {
        switch resource {
        case .wholeCores, .siblingPairs, .dedicatedCPUs: !cell.dedicatedVCPUs.isEmpty
        case .sharedCPUs, .sharedVCPUs: !cell.vcpus.isEmpty
        case .memory: cell.memory > .zero
        case .pages(let size), .pageSize(let size): cell.pageSize == size
        case .cells, .device, .devices: false
        }
    }
}

extension Shortage.Resource {
    /// Whether it is about memory or its pages.
    fileprivate var isOfMemory: Bool {
        switch self {
        case .memory, .pages, .pageSize: true
        case .wholeCores, .siblingPairs, .dedicatedCPUs, .sharedCPUs, .sharedVCPUs, .cells, .device, .devices: false
        }
    }

    /// Whether it is about vCPUs that share CPUs.
    fileprivate var isShared: Bool { self == .sharedCPUs || self == .sharedVCPUs }
}
