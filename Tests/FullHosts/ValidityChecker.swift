internal import Diagnostics
internal import HostModel
package import Placement
internal import SiteFile

/// Checks a placement against the rules, from the request alone: shares no code with the planner.
package struct ValidityChecker {
    private let request: PlacementRequest

    /// Checks answers to a request.
    package init(request: PlacementRequest) { self.request = request }

    /// Everything that is wrong with a placement; empty when it is valid.
    package func faults(of placement: Placement) -> [String] {
        var faults: [String] = []
        let names = Set(placement.guests.map(\.name)).union(placement.unplaced.map(\.name))
        if names != Set(request.guests.map(\.name)) { faults.append("guests are lost: \(names)") }
        if placement.verdict == .placed, !placement.unplaced.isEmpty { faults.append("placed, yet some are not") }
        if placement.verdict != .placed, placement.unplaced.isEmpty { faults.append("not placed, yet nobody is named") }
        for guest in placement.guests {
            guard let demand = request.guests.first(where: { $0.name == guest.name })?.demand else { continue }
            faults += guestFaults(guest, demand)
        }
        // Pools that do not fit by themselves are the reason of a refusal, no fault of it.
        faults += hostFaults(placement).filter { placement.verdict == .placed || !$0.contains("pools of") }
        return faults
    }

    private func guestFaults(_ guest: GuestPlacement, _ demand: GuestDemand) -> [String] {
        guard DeviceRule(request.host).holds(for: demand, on: guest.cells.map(\.hostCell)) else {
            return ["\(guest.name): its devices are elsewhere"]
        }
        guard demand.isBound else { return guest.cells.isEmpty ? [] : ["\(guest.name): bound, but should not be"] }
        var faults: [String] = []
        func fault(_ text: String) { faults.append("\(guest.name): \(text)") }
        if guest.cells.map(\.id) != demand.cells.map(\.id) { fault("cells differ") }
        if Set(guest.cells.map(\.hostCell)).count != guest.cells.count { fault("two cells on one host cell") }
        if Set(guest.cells.map(\.pageSize)).count > 1, demand.pageSize?.value != .any, demand.pageSize?.value != .large
        {
            fault("mixed pages")
        }
        for (cell, wanted) in zip(guest.cells, demand.cells) {
            guard let host = request.host.cell(cell.hostCell) else {
                fault("no such host cell")
                continue
            }
            if cell.memory != wanted.memory || cell.vcpus != wanted.vcpus { fault("cell \(cell.id) differs") }
            if let forced = demand.forcedCells[cell.id], forced.value != cell.hostCell { fault("forced cell ignored") }
            let base = request.host.host.basePage
            switch demand.pageSize?.value {
            case nil, .small: if cell.pageSize != base { fault("page") }
            case .large: if cell.pageSize == base { fault("page") }
            case .any: break
            case .exactly(let size): if cell.pageSize != size { fault("page") }
            }
            if !cell.pageSize.divides(cell.memory) { fault("memory is no whole number of pages") }
            if cell.pageSize != base, host.pool(of: cell.pageSize) == nil { fault("no such pool on the cell") }
            if VCPUSet(cell.pins.keys) != cell.vcpus { fault("pins are not for the cell's vCPUs") }
            if cell.dedicatedVCPUs != cell.vcpus.intersection(demand.dedicatedVCPUs) { fault("dedicated differs") }
            for (vcpu, cpus) in cell.pins {
                if !cpus.isSubset(of: host.cpus) || cpus.isEmpty { fault("vCPU \(vcpu) on \(cpus)") }
                if cell.dedicatedVCPUs.contains(vcpu), cpus.count != 1 { fault("vCPU \(vcpu) has no CPU of its own") }
            }
            faults += threadFaults(guest, cell, demand, host)
        }
        if demand.emulatorPolicy == .isolate {
            let own = guest.cells.flatMap { cell in cell.dedicatedVCPUs.compactMap { cell.pins[$0]?.first } }
            let host = guest.cells.first.flatMap { request.host.cell($0.hostCell) }
            if guest.emulatorCPUs.count != 1 || !guest.emulatorCPUs.isDisjoint(with: CPUSet(own))
                || !guest.emulatorCPUs.isSubset(of: host?.cpus ?? [])
            {
                fault("emulator on \(guest.emulatorCPUs)")
            }
        } else if guest.emulatorCPUs.isEmpty {
            fault("emulator nowhere")
        }
        return faults
    }

    private func threadFaults(
        _ guest: GuestPlacement, _ cell: GuestCellPlacement, _ demand: GuestDemand, _ host: Cell
    ) -> [String] {
        let own = CPUSet(cell.dedicatedVCPUs.compactMap { cell.pins[$0]?.first })
        guard own.count == cell.dedicatedVCPUs.count else { return ["\(guest.name): a CPU is used twice"] }
        guard own.count > 0 else { return [] }
        let perCore = host.siblings.map { $0.intersection(own).count }.filter { $0 > 0 }
        switch demand.threadPolicy {
        case .prefer: return []
        case .isolate: return perCore.contains { $0 > 1 } ? ["\(guest.name): isolate shares a core"] : []
        case .require:
            guard host.siblings.contains(where: { $0.count > 1 }) else { return ["\(guest.name): require without SMT"] }
            return perCore.count { $0 == 1 } > 1 ? ["\(guest.name): more than one odd thread: \(own)"] : []
        }
    }

    private func hostFaults(_ placement: Placement) -> [String] {
        var faults: [String] = []
        let policy = request.policy
        let hasSets = policy.dedicatedCPUs != nil || policy.sharedCPUs != nil
        var all = request.host.cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
        if let limit = request.host.guestLimits?.cpus { all = all.intersection(limit) }
        let dedicatedSet = (hasSets ? policy.dedicatedCPUs?.value ?? [] : all).intersection(all)
            .subtracting(policy.housekeepingCPUs?.value ?? [])
        let sharedSet = hasSets ? policy.sharedCPUs?.value ?? [] : all
        var alone = CPUSet()
        var empty = CPUSet()
        var owners: [(String, CPUSet)] = []
        for guest in placement.guests {
            guard let demand = request.guests.first(where: { $0.name == guest.name })?.demand else { continue }
            var own = CPUSet()
            for cell in guest.cells {
                for vcpu in cell.dedicatedVCPUs { own.formUnion(cell.pins[vcpu] ?? []) }
            }
            if demand.threadPolicy == .isolate {
                for core in request.host.cells.flatMap(\.siblings) where !core.isDisjoint(with: own) {
                    empty.formUnion(core.subtracting(own))
                }
            }
            if demand.emulatorPolicy == .isolate { own.formUnion(guest.emulatorCPUs) }
            if !own.isSubset(of: dedicatedSet) { faults.append("\(guest.name): \(own) is not all dedicated") }
            if !own.isDisjoint(with: alone) { faults.append("\(guest.name): \(own) is taken twice") }
            alone.formUnion(own)
            owners.append((guest.name, own))
        }
        for (name, own) in owners where !own.isDisjoint(with: empty) {
            faults.append("\(name): on a sibling that is to be kept empty")
        }
        let foreignAlone = request.foreign.reduce(into: CPUSet()) { $0.formUnion($1.takenCPUs) }
        let foreignMany = request.foreign.flatMap(\.sharedVCPUs).reduce(into: CPUSet()) { $0.formUnion($1.cpus ?? []) }
        if !alone.isDisjoint(with: foreignAlone.union(foreignMany)) { faults.append("a foreign domain's CPU is taken") }
        if !empty.isDisjoint(with: foreignAlone.union(foreignMany)) { faults.append("an isolated sibling is in use") }
        let left = sharedSet.intersection(all).subtracting(alone).subtracting(empty).subtracting(foreignAlone)
        faults += sharedFaults(placement, left: left)
        faults += memoryFaults(placement)
        return faults
    }

    private func sharedFaults(_ placement: Placement, left: CPUSet) -> [String] {
        var faults: [String] = []
        let ratio = request.policy.cpuAllocationRatio
        var total = 0
        for cell in request.host.cells {
            let here = left.intersection(cell.cpus)
            var count = 0
            for guest in placement.guests {
                for part in guest.cells where part.hostCell == cell.id {
                    let shared = part.vcpus.subtracting(part.dedicatedVCPUs)
                    if shared.count > here.count { faults.append("\(guest.name): \(shared.count) shared on \(here)") }
                    for vcpu in shared where part.pins[vcpu] != here {
                        faults.append("\(guest.name): shared vCPU \(vcpu) is not on all of \(here)")
                    }
                    count += shared.count
                }
            }
            total += count
            let foreign = request.foreign.flatMap(\.sharedVCPUs).filter { group in
                guard let cpus = group.cpus else { return request.host.cells.count == 1 }
                return !cpus.isDisjoint(with: cell.cpus)
                    && request.host.cells.allSatisfy { $0.id == cell.id || cpus.isDisjoint(with: $0.cpus) }
            }.reduce(0) { $0 + $1.count }
            if count > 0, count + foreign > Int(ratio.applied(to: UInt64(here.count))) {
                faults.append("cell \(cell.id): \(count) + \(foreign) shared vCPUs on \(here.count) CPUs")
            }
        }
        let floating = placement.guests.filter { $0.cells.isEmpty }.compactMap { guest in
            request.guests.first { $0.name == guest.name }?.demand.vcpus
        }
        if let most = floating.max(), most > left.count {
            faults.append("\(most) floating vCPUs on \(left.count) CPUs")
        }
        let foreign = request.foreign.flatMap(\.sharedVCPUs).reduce(0) { $0 + $1.count }
        if !floating.isEmpty, total + foreign + floating.reduce(0, +) > Int(ratio.applied(to: UInt64(left.count))) {
            faults.append("too many shared vCPUs on the host")
        }
        return faults
    }

    package func memoryFaults(_ placement: Placement) -> [String] {
        var faults: [String] = []
        var softRoom: UInt64 = 0
        var softUsed: UInt64 = 0
        var rooms: UInt64 = 0
        var overhead: UInt64 = 0
        if case .fixed(let amount) = request.policy.guestOverhead { overhead = amount.count }
        for cell in request.host.cells {
            var (reserved, overcommittable, softMost): (UInt64, UInt64, UInt64) = (0, 0, 0)
            var pages: [PageSize: UInt64] = [:]
            for guest in placement.guests {
                guard let demand = request.guests.first(where: { $0.name == guest.name })?.demand else { continue }
                for part in guest.cells where part.hostCell == cell.id {
                    let more = part.id == guest.cells.first?.id ? demand.fixedOverhead?.count ?? overhead : 0
                    if part.pageSize != request.host.host.basePage {
                        pages[part.pageSize, default: 0] += part.memory.count / part.pageSize.size.count
                        reserved += more
                    } else if demand.pageSize != nil || demand.cpuPolicy != .shared {
                        reserved += part.memory.count + more
                    } else {
                        overcommittable += part.memory.count + more
                        softMost = max(softMost, part.memory.count + more)
                    }
                }
            }
            let ours = reserved + overcommittable
            if let limit = request.host.guestLimits?.memoryCells, !limit.contains(cell.id) {
                if ours > 0 || pages.values.contains(where: { $0 > 0 }) {
                    faults.append("cell \(cell.id): memory that guests may not use")
                }
                continue
            }
            reserved += request.foreign.flatMap(\.memory).filter { $0.cell == cell.id }.reduce(0) {
                $0 + $1.amount.count
            }
            var inPools: UInt64 = 0
            var isGrown = false
            for pool in cell.pools {
                let id = PoolID(cell: cell.id, pageSize: pool.pageSize)
                let asked =
                    (request.policy.pools.first { $0.pool.value == id }?.pages.count ?? 0)
                    + request.foreign.reduce(0) { $0 + ($1.pagesDeclared[id]?.count ?? 0) }
                let held = request.heldPages[id]?.count ?? 0
                let used = pool.used.count > held ? pool.used.count - held : 0
                let foreign = max(used, request.foreign.reduce(0) { $0 + ($1.pagesHeld[id]?.count ?? 0) })
                let start = request.foreign.reduce(0) { $0 + ($1.pagesAtStart[id]?.count ?? 0) }
                let wanted = max(asked, foreign + start) + pages[pool.pageSize, default: 0]
                if !request.policy.managesPools, pages[pool.pageSize, default: 0] > 0, wanted > pool.total.count {
                    faults.append("cell \(cell.id): \(wanted) of \(pool.total) pages of \(pool.pageSize)")
                }
                isGrown = isGrown || (request.policy.managesPools && wanted > pool.total.count)
                let size = request.policy.managesPools ? max(wanted, pool.total.count) : pool.total.count
                inPools += size * pool.pageSize.size.count
            }
            let memory = cell.memory?.count ?? 0
            let reserve = request.policy.reserve(of: cell.id).count
            let room = memory > reserve + inPools ? memory - reserve - inPools : 0
            if isGrown, reserve + inPools + reserved > memory {
                faults.append("cell \(cell.id): pools of \(inPools) KiB")
            }
            if reserved > room, ours > 0 { faults.append("cell \(cell.id): \(reserved) KiB set aside of \(room)") }
            let soften = request.policy.ramAllocationRatio.applied(to: room > reserved ? room - reserved : 0)
            if softMost > room { faults.append("cell \(cell.id): a guest cell of \(softMost) KiB in \(room)") }
            if overcommittable > soften { faults.append("cell \(cell.id): \(overcommittable) KiB of \(soften)") }
            softRoom += soften
            softUsed += overcommittable
            rooms += room
        }
        let floating = placement.guests.filter { $0.cells.isEmpty }.reduce(0) { $0 + $1.memory.count + overhead }
        // Overcommit is for guests together; a single one must fit what is really there.
        let largest = placement.guests.filter { $0.cells.isEmpty }.map { $0.memory.count + overhead }.max() ?? 0
        if largest > rooms { faults.append("a floating guest of \(largest) KiB in \(rooms)") }
        if floating > 0, softUsed + floating > softRoom { faults.append("floating guests: no memory") }
        return faults
    }
}
