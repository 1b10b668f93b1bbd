/// Searches the arrangements that moves lead to, those first that may cost least in the end, until the guest has room (A*).
///
/// **Moves.** One guest cell goes to another host cell, where it must fit while it is still counted where it was. Two moves of the same
/// guest cell in a row are never better than one. Guest cells that make no difference move in the order of their names.
///
/// **Bound.** Each cell of the guest needs a host cell, and what must leave that first costs as much as ``ReleaseCost`` says; cells on
/// different host cells add up. Where those that leave have no room anywhere, others must leave some host cell for them.
/// None of these is ever more than any order of moves takes, so what is found first costs least. Bounds are worked out when an
/// arrangement's turn comes, the cheap ones first; so guest cells wait for their turn before it is asked where they may go.
///
/// **States.** Arrangements that differ only in the names of guests or host cells that are alike are looked at once.
///
/// **Limit.** Counted in fit checks. When it is reached, the least bound that is left is what any moves cost at least.
struct RoomSearch {
    /// What the search came to.
    enum Finding {
        /// The moves in their order, what they cost, and the host cells that the guest then has.
        case found([Hop], MoveCost, hosts: [Int])
        /// No order of moves makes room.
        case exhausted
        /// Any that does costs at least so much.
        case limit(atLeast: MoveCost)
    }

    /// One move.
    struct Hop {
        let index: Int
        let target: Int
    }

    /// How the next arrangement is chosen.
    enum Preference {
        /// The one that may cost least in the end: what is found is the best.
        case least
        /// The one that may be nearest: what is found is found soon.
        case nearest
    }

    /// An arrangement, as a move from another.
    private struct Node {
        let parent: Int
        let hop: Hop
        let paid: MoveCost
    }

    /// What waits for its turn: an arrangement, or one of its guest cells that has yet to go to each host cell.
    private struct Entry {
        let node: Int
        /// The guest cell that leaves; nil for the arrangement itself.
        var leaving: Int?
        /// With the move of that guest cell.
        let paid: MoveCost
        var rest: MoveCost
        var bound: MoveCost
        /// Whether the dear bound has been worked out.
        var isBounded = false
    }

    let host: MovingHost
    let goal: RoomGoal
    private let preference: Preference
    private let limit: Int
    private var release: ReleaseCost
    private var nodes: [Node] = []
    private var queue: CostQueue<Entry>
    private var seen: [[Int]: MoveCost] = [:]
    private var checks = 0
    private let start: RoomState
    /// Whether two moves of one guest cell in a row may do what one cannot: something is asked of the host as a whole.
    private let mayDetour: Bool

    /// What each turn costs for a guest cell or host cell, as a part of a fit check, and what waits for its turn, in fit checks.
    private static let (turn, entry) = (4, 4)

    init(_ host: MovingHost, goal: RoomGoal, preference: Preference, limit: Int) {
        (self.host, self.goal, self.preference, self.limit) = (host, goal, preference, limit)
        release = ReleaseCost(host)
        start = RoomState(host)
        mayDetour = host.base.hasHostRules
        queue = CostQueue { left, right in
            let (a, b) = preference == .least ? (left.bound, right.bound) : (left.rest, right.rest)
            if a != b { return a < b }
            if left.paid != right.paid { return preference == .least ? left.paid > right.paid : left.paid < right.paid }
            if left.node != right.node { return left.node < right.node }
            return (left.leaving ?? -1) < (right.leaving ?? -1)
        }
    }

    /// Fit checks made so far.
    var steps: Int { checks + release.checksMade }

    /// Looks for the moves.
    mutating func run() -> Finding {
        let base = goal.least(costs(in: start))
        if !base.isEndless { queue.add(Entry(node: -1, paid: .none, rest: base, bound: base)) }
        var least = base
        while var entry = queue.takeFirst() {
            least = max(least, entry.bound)
            guard steps < limit else { return .limit(atLeast: least) }
            checks += host.run.grid.cells.count + host.movable.count / RoomSearch.turn
            let hops = hops(to: entry.node)
            let state = state(after: hops)
            guard entry.leaving == nil else {
                go(entry, state)
                continue
            }
            let key = state.key(host)
            if let known = seen[key], known <= entry.paid { continue }
            let costs = costs(in: state)
            let base = goal.least(costs)
            guard entry.isBounded || !isPutBack(&entry, rest: withTolls(costs, base, state)) else { continue }
            seen[key] = entry.paid
            if base == .none, let hosts = goal.hosts(in: state.placement(on: host), &checks) {
                return .found(hops, entry.paid, hosts: hosts)
            }
            expand(entry, state, costs, last: hops.last?.index)
        }
        return .exhausted
    }

    /// Whether an arrangement waits once more because it costs more than was known, or leads nowhere.
    private mutating func isPutBack(_ entry: inout Entry, rest: MoveCost) -> Bool {
        guard !rest.isEndless else { return true }
        let before = entry
        entry.isBounded = true
        entry.rest = max(entry.rest, rest)
        entry.bound = max(entry.bound, entry.paid + rest)
        guard preference == .least ? entry.bound > before.bound : entry.rest > before.rest else { return false }
        queue.add(entry)
        return true
    }

    private func hops(to node: Int) -> [Hop] {
        var (hops, node): ([Hop], Int) = ([], node)
        while node >= 0 {
            hops.append(nodes[node].hop)
            node = nodes[node].parent
        }
        return hops.reversed()
    }

    private func state(after hops: [Hop]) -> RoomState {
        var state = start
        for hop in hops { state.move(hop.index, to: hop.target, of: host) }
        return state
    }

    // MARK: Bounds

    /// By cell of the guest and host cell: what must leave.
    private mutating func costs(in state: RoomState) -> [[MoveCost]] {
        goal.queries.indices.map { guest in
            host.run.grid.cells.indices.map { cost(of: guest, on: $0, in: state) }
        }
    }

    /// What must leave a host cell for a cell of the guest.
    private mutating func cost(of guest: Int, on host: Int, in state: RoomState) -> MoveCost {
        guard goal.allows(guest, on: host) else { return .endless }
        let excess = state.excess(on: host, of: self.host)
        var least = MoveCost.endless
        for query in goal.queries[guest] {
            least = min(least, release.cost(query, on: host, residents: state.residents[host], excess: excess))
        }
        return least
    }

    /// The bound with what those that leave need to find a place: of the dearest cell of the guest.
    private mutating func withTolls(_ costs: [[MoveCost]], _ base: MoveCost, _ state: RoomState) -> MoveCost {
        guard !base.isEndless, base > .none else { return base }
        var bound = base
        let excess = host.run.grid.cells.indices.map { state.excess(on: $0, of: host) }
        for (cell, row) in costs.enumerated() {
            var least = MoveCost.endless
            let order = row.indices.sorted { row[$0] != row[$1] ? row[$0] < row[$1] : $0 < $1 }
            for host in order where row[host] < least {
                for query in goal.queries[cell] {
                    let cost = release.cost(
                        query, on: host, residents: state.residents[host], excess: excess[host]
                    ) { release, leaving in
                        var toll = MoveCost.endless
                        for other in excess.indices where other != host && toll > .none {
                            toll = min(
                                toll,
                                release.cost(
                                    leaving.query, on: other, residents: state.residents[other], excess: excess[other]))
                        }
                        return toll
                    }
                    least = min(least, cost)
                }
            }
            bound = max(bound, least)
        }
        return bound
    }

    // MARK: Moves

    /// Has every guest cell wait for its turn to leave, of those that make no difference one.
    private mutating func expand(_ entry: Entry, _ state: RoomState, _ costs: [[MoveCost]], last: Int?) {
        for source in state.residents.indices {
            var lastKind: Int?
            for index in state.residents[source] {
                let cell = host.movable[index]
                guard cell.kind != lastKind else { continue }
                lastKind = cell.kind
                guard mayDetour || index != last else { continue }
                let rest = goal.least(costs.map { row in released(row, source, by: cell.cost) })
                let paid = entry.paid + cell.cost
                checks += RoomSearch.entry
                queue.add(
                    Entry(
                        node: entry.node, leaving: index, paid: paid, rest: rest, bound: max(entry.bound, paid + rest)))
            }
        }
    }

    /// Lets a guest cell go to each host cell that has room for it.
    private mutating func go(_ entry: Entry, _ state: RoomState) {
        guard let index = entry.leaving else { return }
        let (cell, source) = (host.movable[index], state.homes[index])
        let siblings = host.ofGuest[index].filter { $0 != index }.map { state.homes[$0] }
        var placement = mayDetour ? state.placement(on: host) : nil
        let costs = costs(in: state)
        for target in state.residents.indices where target != source && !siblings.contains(target) {
            if placement != nil {
                checks += 1
                guard let undo = placement?.put(cell.need, on: target, page: cell.page) else { continue }
                placement?.take(back: undo)
            } else {
                let lack = release.cost(
                    cell.query, on: target, residents: state.residents[target],
                    excess: state.excess(on: target, of: host))
                guard lack == .none else { continue }
            }
            var next = state
            next.move(index, to: target, of: host)
            var rows = costs
            for guest in rows.indices {
                for changed in [source, target] { rows[guest][changed] = cost(of: guest, on: changed, in: next) }
            }
            let rest = goal.least(rows)
            guard !rest.isEndless else { continue }
            nodes.append(Node(parent: entry.node, hop: Hop(index: index, target: target), paid: entry.paid))
            checks += RoomSearch.entry
            queue.add(
                Entry(
                    node: nodes.count - 1, paid: entry.paid, rest: rest, bound: max(entry.bound, entry.paid + rest)))
        }
    }

    /// The bounds once a guest cell has left a host cell: no other becomes less, and this one by no more than the move cost.
    private func released(_ row: [MoveCost], _ source: Int, by paid: MoveCost) -> [MoveCost] {
        var row = row
        row[source] = row[source].less(paid)
        return row
    }
}
