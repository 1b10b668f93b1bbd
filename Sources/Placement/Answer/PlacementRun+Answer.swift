internal import Diagnostics
internal import HostModel
internal import SiteFile

extension PlacementRun {
    /// CPUs of each guest once counts are settled.
    private struct GrantedCPUs {
        /// By guest cell: the CPU of each dedicated vCPU.
        var pins: [[VCPU: CPU]]
        var emulator: CPU?
    }

    /// Writes out who is where.
    ///
    /// - Parameter left: Guests that the arrangement leaves out.
    func placement(of arrangement: Arrangement, verdict: Placement.SearchVerdict, left: Set<Int>) -> Placement {
        let placed = request.guests.indices.filter { !left.contains($0) }
        let granted = grantCPUs(arrangement, placed: placed)
        let alone = dedicatedCPUs(arrangement, granted: granted, placed: placed)
        let shared = grid.cells.indices.map { cell in
            grid.cells[cell].cores.reduce(into: CPUSet()) { $0.formUnion($1.shared) }.subtracting(alone[cell])
        }
        let spread = SpreadMemory(arrangement, placed: placed)
        let devices = DeviceChoice(self, arrangement, placed: placed)
        let guests = placed.map { guest in
            var place = guestPlacement(
                guest, arrangement, granted: granted[guest], shared: shared, memory: spread.memory[guest] ?? [:])
            place.devices = devices.devices(of: guest)
            return place
        }
        let places = guests.keyed(by: \.name)
        return Placement(
            verdict: verdict, guests: guests,
            cells: usage(arrangement, placed: placed, alone: alone, shared: shared, spread: spread),
            moved: placed.filter { hasMoved($0, to: places) }.map { request.guests[$0].name })
    }

    private func grantCPUs(_ arrangement: Arrangement, placed: [Int]) -> [Int: GrantedCPUs] {
        var granted: [Int: GrantedCPUs] = [:]
        for guest in placed {
            let demand = request.guests[guest].demand
            let hosts = arrangement.assignments[guest].hosts
            let kept = arrangement.keptCPUs[guest]
            let pins = demand.cells.indices.map { cell in
                let byHand = grid.ownPins(
                    of: demand.cells[cell], demand, on: hosts.indices.contains(cell) ? hosts[cell] : nil)
                return byHand.merging(kept?.pins[cell] ?? [:]) { byHand, _ in byHand }
            }
            granted[guest] = GrantedCPUs(pins: pins, emulator: kept?.emulator)
        }
        for host in grid.cells.indices {
            var wants: [(guest: Int, cell: Int, want: CPUAllocation.Want)] = []
            var load = CellLoad()
            for guest in placed where arrangement.keptCPUs[guest] == nil {
                for (cell, assigned) in arrangement.assignments[guest].hosts.enumerated() where assigned == host {
                    let need = arrangement.needs[guest].cells[cell]
                    load.add(need, inHugePages: true)
                    let hasEmulator = cell == 0 && request.guests[guest].demand.emulatorPolicy == .isolate
                    wants.append(
                        (
                            guest, cell,
                            CPUAllocation.Want(
                                need: need, hasEmulator: hasEmulator, kind: request.guests[guest].demand.cpuKind)
                        ))
                }
            }
            guard load.wholeCores + load.paired + load.singles > 0 else { continue }
            var allocation = CPUAllocation(
                CellCheck(host, of: arrangement.grid), load: load,
                mayLose: sharedToLose(host, arrangement, load, placed))
            for (entry, grant) in zip(wants, allocation.allocate(wants.map(\.want))) {
                let demand = request.guests[entry.guest].demand
                let byHand = granted[entry.guest]?.pins[entry.cell] ?? [:]
                let vcpus = demand.cells[entry.cell].vcpus.intersection(demand.dedicatedVCPUs)
                    .subtracting(VCPUSet(byHand.keys))
                for (vcpu, cpu) in zip(vcpus, grant.vcpus) { granted[entry.guest]?.pins[entry.cell][vcpu] = cpu }
                if entry.want.hasEmulator { granted[entry.guest]?.emulator = grant.emulator }
            }
        }
        return granted
    }

    /// How many CPUs of a cell shared use can do without, beside those that single threads take of it.
    private func sharedToLose(_ host: Int, _ arrangement: Arrangement, _ load: CellLoad, _ placed: [Int]) -> Int {
        var (vcpus, most) = (grid.cells[host].foreignShared + grid.foreignFloatingShared, 0)
        for guest in placed {
            let need = arrangement.needs[guest]
            vcpus += need.floatingShared
            most = max(most, need.floatingShared, need.needsSharedCPU ? 1 : 0)
            for (cell, assigned) in arrangement.assignments[guest].hosts.enumerated() where assigned == host {
                vcpus += need.cells[cell].shared
                most = max(most, need.cells[cell].shared)
            }
        }
        let check = CellCheck(host, of: arrangement.grid)
        var left = check.capacity.sharedCPUs - (grid.setsOverlap ? load.paired + load.singles : 0)
        let all = left
        while left > most, Int(grid.cpuRatio.applied(to: UInt64(left - 1))) >= vcpus { left -= 1 }
        return all - left
    }

    /// By host cell: CPUs that one thread has alone, siblings kept empty, and CPUs that foreign domains took.
    private func dedicatedCPUs(
        _ arrangement: Arrangement, granted: [Int: GrantedCPUs], placed: [Int]
    ) -> [CPUSet] {
        let foreign = request.foreign.reduce(into: CPUSet()) { $0.formUnion($1.takenCPUs) }
        var alone = request.host.cells.map { foreign.intersection($0.cpus) }
        for guest in placed {
            guard let cpus = granted[guest] else { continue }
            let isolated = request.guests[guest].demand.threadPolicy == .isolate
            for (cell, host) in arrangement.assignments[guest].hosts.enumerated() {
                let own = CPUSet(cpus.pins[cell].values)
                alone[host].formUnion(own)
                for core in grid.cells[host].cores where isolated && !core.threads.isDisjoint(with: own) {
                    alone[host].formUnion(core.threads)
                }
                if cell == 0, let emulator = cpus.emulator { alone[host].insert(emulator) }
            }
        }
        return alone
    }

    /// - Parameter memory: By guest cell whose memory may come from several host cells: how much comes from which, in KiB.
    private func guestPlacement(
        _ guest: Int, _ arrangement: Arrangement, granted: GrantedCPUs?, shared: [CPUSet], memory: [Int: [Int: Int]]
    ) -> GuestPlacement {
        let (name, demand) = (request.guests[guest].name, request.guests[guest].demand)
        let assignment = arrangement.assignments[guest]
        let everywhere = shared.reduce(into: CPUSet()) { $0.formUnion($1) }
        let overhead = grid.overhead(of: demand)
        guard demand.isBound else {
            let all = request.host.cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
                .intersection(request.host.guestCPUs)
            let confined = request.policy.sharedCPUs != nil || everywhere != all
            return GuestPlacement(
                name: name, emulatorCPUs: demand.pins.emulator?.value.pinned ?? [],
                floatingCPUs: demand.pins.vcpuSet.map(\.value.pinned) ?? (confined ? everywhere : nil),
                memory: demand.memory,
                pins: demand.pins.vcpus.mapValues(\.value), overhead: overhead,
                floatingVCPUs: VCPUSet(numbers: 0..<demand.vcpus))
        }
        let cells = demand.cells.enumerated().map { index, cell in
            let (host, page) = (assignment.hosts[index], assignment.pages[index])
            var pins: [VCPU: CPUSet] = [:]
            for vcpu in cell.vcpus {
                pins[vcpu] =
                    (granted?.pins[index][vcpu]).map { [$0] } ?? demand.pins.vcpus[vcpu]?.value
                    ?? demand.pins.vcpuSet.map(\.value.pinned) ?? shared[host]
            }
            return GuestCellPlacement(
                id: cell.id, hostCell: grid.cells[host].id, vcpus: cell.vcpus, memory: cell.memory,
                pageSize: page.map(grid.pageSize) ?? PageSize(KiB(UInt64(grid.basePage))), pins: pins,
                dedicatedVCPUs: cell.vcpus.intersection(demand.dedicatedVCPUs),
                memoryByCell: memory[index].map(grid.byCell),
                boundTo: binding(of: cell, demand, on: grid.cells[host].id, memory: memory[index].map(grid.byCell)))
        }
        return GuestPlacement(
            name: name, emulatorCPUs: emulator(demand, own: granted?.emulator, cells: cells, shared: everywhere),
            floatingCPUs: demand.pins.vcpuSet?.value.pinned, memory: demand.memory, cells: cells, overhead: overhead,
            range: demand.range)
    }

    /// The host cells that the memory of a guest cell is bound to.
    private func binding(
        of cell: GuestCellDemand, _ demand: GuestDemand, on host: CellID, memory: [CellID: KiB]?
    ) -> CellSet {
        let policy = demand.policy(of: cell)
        guard cell.memory > .zero, policy != .none else { return [] }
        if let asked = cell.memoryCells { return asked.value }
        if policy == .interleave, let memory { return CellSet(memory.keys) }
        return [host]
    }

    /// The emulator's CPUs: its own, the host's shared ones, or those of the guest's vCPUs that are not real-time.
    private func emulator(
        _ demand: GuestDemand, own: CPU?, cells: [GuestCellPlacement], shared: CPUSet
    ) -> CPUSet {
        if let pin = demand.pins.emulator { return pin.value.pinned ?? [] }
        if let own { return [own] }
        if demand.emulatorPolicy == .share, !shared.isEmpty { return shared }
        // Threads without a pin go where the vCPUs may.
        if demand.pins.vcpuSet != nil { return [] }
        func union(_ isIncluded: (VCPU) -> Bool) -> CPUSet {
            cells.reduce(into: CPUSet()) { set, cell in
                for (vcpu, cpus) in cell.pins where isIncluded(vcpu) { set.formUnion(cpus) }
            }
        }
        let calm = union { !demand.realtimeVCPUs.contains($0) }
        return calm.isEmpty ? union { _ in true } : calm
    }

    private func usage(
        _ arrangement: Arrangement, placed: [Int], alone: [CPUSet], shared: [CPUSet], spread: SpreadMemory
    ) -> [CellUsage] {
        var usage = grid.cells.indices.map { cell in
            CellUsage(
                id: grid.cells[cell].id, dedicatedCPUs: alone[cell], sharedCPUs: shared[cell],
                sharedVCPUs: grid.cells[cell].foreignShared,
                memoryUsed: KiB(UInt64(grid.cells[cell].foreignMemory - grid.cells[cell].foreignOverhead)), pools: [],
                overhead: KiB(UInt64(grid.cells[cell].foreignOverhead)))
        }
        var pages = grid.cells.map { _ in grid.pageSizes.map { _ in 0 } }
        for guest in placed {
            let assignment = arrangement.assignments[guest]
            for (cell, host) in assignment.hosts.enumerated() {
                let need = arrangement.needs[guest].cells[cell]
                usage[host].sharedVCPUs += need.shared
                usage[host].overhead += KiB(UInt64(need.overhead))
                if let page = assignment.pages[cell] {
                    pages[host][page] += need.memory / grid.pageSizes[page]
                } else {
                    usage[host].memoryUsed += KiB(UInt64(need.memory))
                }
            }
        }
        for part in spread.parts {
            if let page = part.need.page {
                pages[part.host][page] += part.amount / grid.pageSizes[page]
            } else if part.need.isOverhead {
                usage[part.host].overhead += KiB(UInt64(part.amount))
            } else {
                usage[part.host].memoryUsed += KiB(UInt64(part.amount))
            }
        }
        for cell in grid.cells.indices {
            usage[cell].pools = grid.pageSizes.indices.compactMap { size in
                guard grid.cells[cell].poolTotal[size] != nil else { return nil }
                let pageSize = grid.pageSize(size)
                let pool = PoolID(cell: grid.cells[cell].id, pageSize: pageSize)
                let others = OtherPages(pool, of: request.host.cells[cell], request: request)
                return CellUsage.PoolUsage(
                    pageSize: pageSize, guests: PageCount(UInt64(pages[cell][size])) + others.kept,
                    others: others.others, passing: others.passing)
            }
        }
        PromisedPages(request: request, grid: grid).add(to: &usage)
        return usage
    }

    /// Whether a guest that was bound somewhere is bound elsewhere now, or its dedicated vCPUs have other CPUs.
    private func hasMoved(_ guest: Int, to places: [String: GuestPlacement]) -> Bool {
        guard let present = request.guests[guest].present, !present.cells.isEmpty,
            let placed = places[request.guests[guest].name]
        else { return false }
        return placed.cells.contains { cell in
            guard let before = present.cells[cell.id] else { return false }
            if before.hostCell != cell.hostCell { return true }
            return cell.dedicatedVCPUs.contains {
                present.pins[$0].map { $0.count == 1 } == true && present.pins[$0] != cell.pins[$0]
            }
        }
    }
}

extension GuestDemand {
    /// What the guest has now and can have, where that differs from what it starts with.
    fileprivate var range: MemoryRange? {
        guard let growth else { return nil }
        func total(_ reserve: MemoryGrowth.Reserve) -> KiB {
            growing(MemoryGrowth(size: growth.size, requested: growth.requested, reserve: reserve)).memory
        }
        return MemoryRange(now: total(.now), most: total(.ceiling))
    }
}
