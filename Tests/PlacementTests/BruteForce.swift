import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile

/// Decides by trying everything whether all guests of a small host fit together; only prunes what can never become valid.
///
/// It answers on single CPUs, not on counts: for every way to choose host cells and page sizes it looks for real CPUs, one guest
/// cell after the other, over all subsets of the free ones.
struct BruteForce {
    let request: PlacementRequest
    /// Guests that have to stay where they are: with their host cells, page sizes and own CPUs.
    let staying: Set<String>
    private var answers: [CellKey: Int?] = [:]
    private let wishes: WishRule

    /// A cell and the dedicated needs on it.
    private struct CellKey: Hashable {
        let cell: CellID
        let needs: [Need]
    }

    init(request: PlacementRequest, staying: Set<String> = []) {
        self.request = request
        self.staying = staying
        wishes = WishRule(request)
    }

    /// Whether an arrangement exists.
    mutating func fits() -> Bool {
        var chosen: [String: [(host: CellID, page: PageSize)]] = [:]
        return extend(0, &chosen)
    }

    private mutating func extend(_ index: Int, _ chosen: inout [String: [(host: CellID, page: PageSize)]]) -> Bool {
        guard index < request.guests.count else { return memoryHolds(chosen) && cpusExist(chosen, isWhole: true) }
        let guest = request.guests[index]
        guard guest.demand.isBound else {
            guard DeviceRule(request.host).holds(for: guest.demand, on: []) else { return false }
            chosen[guest.name] = []
            return hasDevices(chosen) && extend(index + 1, &chosen)
        }
        return extendCells(guest, index, [], &chosen)
    }

    private mutating func extendCells(
        _ guest: PlacementGuest, _ index: Int, _ parts: [(host: CellID, page: PageSize)],
        _ chosen: inout [String: [(host: CellID, page: PageSize)]]
    ) -> Bool {
        guard parts.count < guest.demand.cells.count else {
            guard DeviceRule(request.host).holds(for: guest.demand, on: parts.map(\.host)) else { return false }
            chosen[guest.name] = parts
            let result =
                hasDevices(chosen) && memoryHolds(chosen) && cpusExist(chosen, isWhole: false)
                && extend(index + 1, &chosen)
            chosen[guest.name] = nil
            return result
        }
        let cell = guest.demand.cells[parts.count]
        for host in request.host.cells where !parts.contains(where: { $0.host == host.id }) {
            if let forced = guest.demand.forcedCells[cell.id], forced.value != host.id { continue }
            let place = staying.contains(guest.name) ? guest.present?.cells[cell.id] : nil
            if let place, place.hostCell != host.id { continue }
            for page in pages(for: guest.demand, cell, host) {
                if let place, page != place.hugePage ?? request.host.host.basePage { continue }
                if extendCells(guest, index, parts + [(host.id, page)], &chosen) { return true }
            }
        }
        return false
    }

    private func hasDevices(_ chosen: [String: [(host: CellID, page: PageSize)]]) -> Bool {
        wishes.holds(chosen.mapValues { $0.map(\.host) })
    }

    private func pages(for demand: GuestDemand, _ cell: GuestCellDemand, _ host: Cell) -> [PageSize] {
        let base = request.host.host.basePage
        let huge = host.pools.map(\.pageSize).filter { size in demand.cells.allSatisfy { size.divides($0.memory) } }
        switch demand.pageSize?.value {
        case nil, .small: return [base]
        case .any: return huge + [base]
        case .large: return huge
        case .exactly(let size): return size == base ? [base] : huge.filter { $0 == size }
        }
    }

    private func memoryHolds(_ chosen: [String: [(host: CellID, page: PageSize)]]) -> Bool {
        ValidityChecker(request: request).memoryFaults(partial(chosen)).isEmpty
    }

    /// A placement without pins, for the memory rules of the checker.
    private func partial(_ chosen: [String: [(host: CellID, page: PageSize)]]) -> Placement {
        let guests = request.guests.compactMap { guest in
            chosen[guest.name].map { parts in
                GuestPlacement(
                    name: guest.name, memory: guest.demand.memory,
                    cells: zip(guest.demand.cells, parts).map { cell, part in
                        GuestCellPlacement(
                            id: cell.id, hostCell: part.host, vcpus: cell.vcpus, memory: cell.memory,
                            pageSize: part.page,
                            pins: [:], dedicatedVCPUs: [])
                    })
            }
        }
        return Placement(verdict: .placed, guests: guests, cells: [])
    }

    /// A dedicated need of one guest cell.
    private struct Need: Hashable {
        let count: Int
        let policy: GuestDemand.ThreadPolicy
        let needsEmulator: Bool
        /// The CPUs of the vCPUs and of the emulator, when the guest stays where it is.
        var own: (cpus: UInt64, emulator: UInt64)? { hasOwn ? (cpus, emulator) : nil }
        var hasOwn = false
        var cpus: UInt64 = 0
        var emulator: UInt64 = 0
    }

    /// Whether real CPUs exist for what was chosen so far; host-wide rules are asked only of a whole choice.
    private mutating func cpusExist(
        _ chosen: [String: [(host: CellID, page: PageSize)]], isWhole: Bool
    ) -> Bool {
        let policy = request.policy
        let hasSets = policy.dedicatedCPUs != nil || policy.sharedCPUs != nil
        var all = request.host.cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
        if let limit = request.host.guestLimits?.cpus { all = all.intersection(limit) }
        let taken = request.foreign.reduce(into: CPUSet()) { $0.formUnion($1.takenCPUs) }
        let many = request.foreign.flatMap(\.sharedVCPUs).reduce(into: CPUSet()) { $0.formUnion($1.cpus ?? []) }
        let dedicated = (hasSets ? policy.dedicatedCPUs?.value ?? [] : all).intersection(all)
            .subtracting(taken).subtracting(many)
            .subtracting(policy.housekeepingCPUs?.value ?? [])
        let shared = (hasSets ? policy.sharedCPUs?.value ?? [] : all).intersection(all).subtracting(taken)
        // Per cell, the most CPUs that can be left for sharing; a host-wide rule needs only these.
        var left = 0
        var sharedTotal = 0
        for cell in request.host.cells {
            var needs: [Need] = []
            var sharedCounts: [Int] = []
            for guest in request.guests {
                for (index, part) in (chosen[guest.name] ?? []).enumerated() where part.host == cell.id {
                    let vcpus = guest.demand.cells[index].vcpus
                    let own = vcpus.intersection(guest.demand.dedicatedVCPUs).count
                    let emulator = index == 0 && guest.demand.emulatorPolicy == .isolate
                    var need = Need(count: own, policy: guest.demand.threadPolicy, needsEmulator: emulator)
                    if staying.contains(guest.name), let present = guest.present {
                        need.hasOwn = true
                        need.cpus = vcpus.intersection(guest.demand.dedicatedVCPUs).reduce(0) {
                            $0 | mask(present.pins[$1] ?? [])
                        }
                        if emulator { need.emulator = mask(present.emulatorCPUs ?? []) }
                    }
                    needs.append(need)
                    sharedCounts.append(vcpus.count - own)
                }
            }
            let foreign = request.foreign.flatMap(\.sharedVCPUs).filter { group in
                guard let cpus = group.cpus else { return request.host.cells.count == 1 }
                return request.host.cells.allSatisfy { ($0.id == cell.id) != cpus.isDisjoint(with: $0.cpus) }
            }.reduce(0) { $0 + $1.count }
            let sum = sharedCounts.reduce(0, +)
            let key = CellKey(cell: cell.id, needs: needs)
            let known = answers[key]
            let answer =
                known
                ?? mostShared(
                    cell, needs: needs, free: dedicated.intersection(cell.cpus), shared: shared.intersection(cell.cpus),
                    busy: taken.union(many))
            answers[key] = .some(answer)
            guard let most = answer else { return false }
            if let largest = sharedCounts.max(), largest > most { return false }
            if sum > 0, sum + foreign > Int(policy.cpuAllocationRatio.applied(to: UInt64(most))) { return false }
            left += most
            sharedTotal += sum
        }
        guard isWhole else { return true }
        let foreign = request.foreign.flatMap(\.sharedVCPUs).reduce(0) { $0 + $1.count }
        let floating = request.guests.filter { !$0.demand.isBound }.map(\.demand.vcpus)
        if let most = floating.max(), most > left { return false }
        return floating.isEmpty
            || sharedTotal + foreign + floating.reduce(0, +) <= Int(policy.cpuAllocationRatio.applied(to: UInt64(left)))
    }

    /// The most shared CPUs that any choice of dedicated CPUs leaves on a cell, or nil when no choice exists.
    private func mostShared(_ cell: Cell, needs: [Need], free: CPUSet, shared: CPUSet, busy: CPUSet) -> Int? {
        var best: Int?
        var seen = Set<[UInt64]>()
        func go(_ index: Int, _ free: UInt64, _ lost: UInt64) {
            guard index < needs.count else {
                let left = shared.count { lost & (1 << UInt64($0.rawValue)) == 0 }
                best = max(best ?? left, left)
                return
            }
            guard seen.insert([UInt64(index), free, lost]).inserted else { return }
            let need = needs[index]
            if need.policy == .require, need.count > 0, !cell.siblings.contains(where: { $0.count > 1 }) { return }
            let cpus = cell.cpus.map { UInt64(1) << UInt64($0.rawValue) }.filter { $0 & free != 0 }
            let cores = cell.siblings.map { $0.reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) } }
            let busyMask = busy.reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) }
            for subset in need.own.map({ [$0.cpus] }) ?? subsets(of: cpus, count: need.count) {
                if subset & free != subset || subset.nonzeroBitCount != need.count { continue }
                let perCore = cores.map { ($0 & subset).nonzeroBitCount }
                var gone = subset
                switch need.policy {
                case .prefer: break
                case .require: if perCore.count(where: { $0 == 1 }) > 1 { continue }
                case .isolate:
                    if perCore.contains(where: { $0 > 1 }) { continue }
                    let touched = zip(cores, perCore).filter { $0.1 > 0 }.reduce(UInt64(0)) { $0 | $1.0 }
                    // Every thread of a touched core must be unused: not lost to another guest, not foreign.
                    if touched & (lost | busyMask) != 0 { continue }
                    gone = touched
                }
                if need.needsEmulator {
                    for cpu in cpus where cpu & gone == 0 && (need.own.map { $0.emulator == cpu } ?? true) {
                        go(index + 1, free & ~gone & ~cpu, lost | gone | cpu)
                    }
                } else {
                    go(index + 1, free & ~gone, lost | gone)
                }
            }
        }
        go(0, free.reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) }, 0)
        return best
    }

    private func mask(_ cpus: CPUSet) -> UInt64 { cpus.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

    private func subsets(of cpus: [UInt64], count: Int) -> [UInt64] {
        guard count > 0 else { return [0] }
        guard cpus.count >= count, let first = cpus.first else { return [] }
        let rest = Array(cpus.dropFirst())
        return subsets(of: rest, count: count - 1).map { $0 | first } + subsets(of: rest, count: count)
    }
}
