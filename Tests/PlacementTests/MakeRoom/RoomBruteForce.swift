import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile

/// Makes room for a guest by trying every order of moves, those first that have cost least; knows nothing of the search.
///
/// Whether a host cell holds what is on it is asked of ``BruteForce``, on single CPUs and with the memory rules of the checker: each
/// guest cell is a guest of its own there, bound to its host cell, and while one moves there are two of it.
struct RoomBruteForce {
    /// What moves cost: memory of running guests in KiB, then their number, then that of running guests.
    struct Cost: Hashable, Comparable {
        var memory: UInt64 = 0
        var steps = 0
        var running = 0

        static func < (left: Cost, right: Cost) -> Bool {
            (left.memory, left.steps, left.running) < (right.memory, right.steps, right.running)
        }
    }

    /// A guest cell with the pages that it has.
    struct Part: Hashable {
        let guest: String
        let cell: GuestCellID
        let page: PageSize
    }

    /// Where everybody is, and what the pools hold.
    struct State: Hashable {
        var homes: [Part: CellID]
        var pools: [PoolID: UInt64]
    }

    private struct CellKey: Hashable {
        let cell: CellID?
        let parts: [[String]]
        let pools: [PoolID: UInt64]
    }

    let request: PlacementRequest
    private let name: String
    private let demands: [String: GuestDemand]
    private let movable: Set<String>
    private let floating: [PlacementGuest]
    private var answers: [CellKey: Bool] = [:]
    /// States that were looked at.
    private(set) var visited = 0

    /// More states than this are not looked at.
    static let most = 6_000

    init(_ request: PlacementRequest, for name: String) {
        self.request = request
        self.name = name
        demands = Dictionary(uniqueKeysWithValues: request.guests.map { ($0.name, $0.demand) })
        movable = Set(
            request.guests.filter { $0.name != name && $0.demand.isBound && $0.demand.forcedCells.isEmpty }.map(\.name))
        floating = request.guests.filter { $0.name != name && !$0.demand.isBound }
    }

    private func runs(_ guest: String) -> Bool {
        request.guests.first { $0.name == guest }?.present?.isRunning == true
    }

    /// Where everybody is at first.
    var start: State {
        var state = State(homes: [:], pools: [:])
        for guest in request.guests where guest.name != name {
            for (id, cell) in guest.present?.cells ?? [:] {
                let page = cell.hugePage ?? request.host.host.basePage
                state.homes[Part(guest: guest.name, cell: id, page: page)] = cell.hostCell
            }
        }
        for cell in request.host.cells {
            for pool in cell.pools { state.pools[PoolID(cell: cell.id, pageSize: pool.pageSize)] = pool.total.count }
        }
        return state
    }

    /// The least that any order of moves costs until the guest fits; nil where none leads there. `isWhole` is false where too many
    /// states were left.
    mutating func least() -> (cost: Cost?, isWhole: Bool) {
        var open: [Cost: [State]] = [Cost(): [start]]
        var done: Set<State> = []
        while let cost = open.keys.min() {
            for state in open.removeValue(forKey: cost) ?? [] where done.insert(state).inserted {
                visited += 1
                guard visited <= Self.most else { return (nil, false) }
                if hasRoom(state) { return (cost, true) }
                for part in state.homes.keys where movable.contains(part.guest) {
                    for target in request.host.cells.map(\.id) {
                        guard let next = moved(part, to: target, in: state), !done.contains(next) else { continue }
                        let isRunning = runs(part.guest)
                        let paid = Cost(
                            memory: cost.memory + (isRunning ? memory(part) : 0), steps: cost.steps + 1,
                            running: cost.running + (isRunning ? 1 : 0))
                        open[paid, default: []].append(next)
                    }
                }
            }
        }
        return (nil, true)
    }

    private func memory(_ part: Part) -> UInt64 {
        demands[part.guest]?.cells.first { $0.id == part.cell }?.memory.count ?? 0
    }

    /// The state after one move; nil where the guest cell finds no room while it is still where it was.
    mutating func moved(_ part: Part, to target: CellID, in state: State) -> State? {
        guard let from = state.homes[part], from != target,
            !state.homes.contains(where: { $0.key.guest == part.guest && $0.value == target })
        else { return nil }
        guard holds(state, extra: [(part, target)], changed: target) else { return nil }
        var next = state
        next.homes[part] = target
        let pool = PoolID(cell: target, pageSize: part.page)
        if request.policy.managesPools, let total = next.pools[pool] {
            let asked = request.policy.pools.first { $0.pool.value == pool }?.pages.count ?? 0
            let used = next.homes.filter { $0.value == target && $0.key.page == part.page }.keys.reduce(0) {
                $0 + memory($1) / part.page.size.count
            }
            next.pools[pool] = max(total, asked + used)
        }
        return next
    }

    // MARK: Room

    /// Whether the guest fits beside everybody.
    mutating func hasRoom(_ state: State) -> Bool {
        guard let demand = demands[name] else { return false }
        guard demand.isBound else {
            return holds(state, extra: [], changed: nil, more: [PlacementGuest(name: name, demand: demand)])
        }
        return extend(demand, [], state)
    }

    private mutating func extend(_ demand: GuestDemand, _ chosen: [(Part, CellID)], _ state: State) -> Bool {
        guard chosen.count < demand.cells.count else { return holds(state, extra: chosen, changed: nil) }
        let cell = demand.cells[chosen.count]
        for host in request.host.cells where !chosen.contains(where: { $0.1 == host.id }) {
            if let forced = demand.forcedCells[cell.id], forced.value != host.id { continue }
            for page in pages(for: demand, on: host) {
                let all = chosen + [(Part(guest: name, cell: cell.id, page: page), host.id)]
                if holds(state, extra: all, changed: host.id), extend(demand, all, state) { return true }
            }
        }
        return false
    }

    private func pages(for demand: GuestDemand, on host: Cell) -> [PageSize] {
        let base = request.host.host.basePage
        let huge = host.pools.map(\.pageSize).filter { size in demand.cells.allSatisfy { size.divides($0.memory) } }
        switch demand.pageSize?.value {
        case nil, .small: return [base]
        case .any: return huge + [base]
        case .large: return huge
        case .exactly(let size): return size == base ? [base] : huge.filter { $0 == size }
        }
    }

    /// Whether host cells hold everybody and some more.
    ///
    /// - Parameter changed: The host cell that is to be looked at; nil for all.
    mutating func holds(
        _ state: State, extra: [(Part, CellID)], changed: CellID?, more: [PlacementGuest] = []
    ) -> Bool {
        let all = state.homes.map { ($0.key, $0.value) } + extra
        // What floats is asked of the host as a whole.
        guard floating.isEmpty, more.isEmpty else { return holds(nil, all, state.pools, more) }
        for cell in request.host.cells where changed.map({ $0 == cell.id }) ?? true {
            if !holds(cell.id, all.filter { $0.1 == cell.id }, state.pools, []) { return false }
        }
        return true
    }

    private mutating func holds(
        _ cell: CellID?, _ parts: [(Part, CellID)], _ pools: [PoolID: UInt64], _ more: [PlacementGuest]
    ) -> Bool {
        let rows = parts.map { ["\($0.0.guest)", "\($0.0.cell)", "\($0.0.page)", "\($0.1)"] }
        let key = CellKey(
            cell: cell, parts: rows.sorted { $0.lexicographicallyPrecedes($1) } + more.map { [$0.name] },
            pools: pools.filter { $0.key.cell == cell || cell == nil })
        if let known = answers[key] { return known }
        var question = request
        question.guests =
            parts.enumerated().map { index, entry in
                PlacementGuest(name: "p\(index)", demand: part(entry.0, on: entry.1))
            } + (cell == nil ? floating + more : [])
        if let cell {
            question.host.cells.removeAll { $0.id != cell }
            question.foreign = request.foreign.map { load in
                var load = load
                let cpus = question.host.cells.first?.cpus ?? []
                load.takenCPUs = load.takenCPUs.intersection(cpus)
                load.sharedVCPUs.removeAll { $0.cpus?.isDisjoint(with: cpus) ?? false }
                load.memory.removeAll { $0.cell != cell }
                return load
            }
        }
        for index in question.host.cells.indices {
            for number in question.host.cells[index].pools.indices {
                let size = question.host.cells[index].pools[number].pageSize
                let total = pools[PoolID(cell: question.host.cells[index].id, pageSize: size)] ?? 0
                question.host.cells[index].pools[number] = HugepagePool(
                    pageSize: size, total: PageCount(total), free: PageCount(total))
            }
        }
        var search = BruteForce(request: question)
        let answer = search.fits()
        answers[key] = answer
        return answer
    }

    /// A guest cell as a guest of its own.
    private func part(_ part: Part, on host: CellID) -> GuestDemand {
        guard let demand = demands[part.guest], let index = demand.cells.firstIndex(where: { $0.id == part.cell })
        else {
            return GuestDemand(vcpus: 1, memory: .zero)
        }
        let cell = demand.cells[index]
        let own = cell.vcpus.enumerated().filter { demand.dedicatedVCPUs.contains($0.element) }.map { VCPU($0.offset) }
        var single = demand
        single.vcpus = cell.vcpus.count
        single.memory = cell.memory
        single.cells = [GuestCellDemand(id: 0, vcpus: VCPUSet(numbers: 0..<cell.vcpus.count), memory: cell.memory)]
        single.dedicatedVCPUs = VCPUSet(own)
        if index > 0 { single.emulatorPolicy = nil }
        single.forcedCells = [0: Located(host)]
        let isBase = part.page == request.host.host.basePage
        if demand.pageSize != nil { single.pageSize = Located(isBase ? .small : .exactly(part.page)) }
        return single
    }
}
