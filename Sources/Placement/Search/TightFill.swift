internal import HostModel

/// The search for nearly full hosts: fills one host cell after the other, each as full as necessary.
///
/// The room left on finished cells cannot exceed what the host has beyond the guests' needs (`slack`). So a cell is finished only by
/// sets of guest cells that fill it up to the slack. ``SumTable`` holds the sums of CPUs and memory that the remaining guest cells
/// can reach; branches that cannot get near enough to full are never entered. Identical cells are taken in order, each with the
/// hardest remaining guest cell.
///
/// CPUs and memory are counted as ``SumScale`` does. They only prune: whether a set really fits is decided by ``PlacementState``.
///
/// Where guests have a choice of page sizes, or rules hold for the host as a whole, filling does not tell that nothing fits, or
/// remembers nothing. Then less is asked as well (`isRelaxed`): in the sums the least memory counts that a guest with a choice takes,
/// a finished cell has to have sizes for all on it, and no rule of the host holds. Any arrangement is one of that question too, so where
/// it has none there is none. What it finds may be an arrangement, which is then tried.
///
/// Three more rules close branches:
/// - *A set that a larger one can stand for is left out.* If a guest cell that is not on this cell would fit there beside the set, or
///   in the place of a member that needs no more than it in any respect, then of any arrangement with the set there is one with the
///   other set: the two change places, and the smaller one fits wherever the larger one did. Only guests of one cell that may be
///   anywhere change places.
/// - *What is left has to have somewhere to go.* A cell is not finished while a guest cell is left that fits none of the cells to
///   come, or a guest with more cells left than there are cells to come.
/// - *What is known to fail is not tried again.* Whether the cells to come take what is left depends on nothing else, so it is
///   remembered: by the cells that are finished, and by how many guest cells of each kind are left. Guests that are alike and have
///   the same cells left are one kind.
struct TightFill {
    /// What is open when a cell begins to be filled.
    private struct Opening {
        /// Items, the hardest first; those of one kind stand together.
        let items: [Int]
        /// By open item: what it can stand for.
        let kinds: [Int]
        let table: SumTable
        /// Whether the first item has to be on this cell.
        let mustTakeFirst: Bool
    }

    private let question: FillQuestion
    private let limit: Int
    private var state: PlacementState
    private var hosts: [Int?]
    /// By guest: how many of its cells are not placed yet.
    private var left: [Int]
    /// Decisions made so far.
    private var decisions = 0
    /// The slack that is left.
    private var slack: CPUsAndMemory
    private var numbers: [[Int]: Int] = [:]
    private var refuted: Set<[Int]> = []

    /// How many refuted states are remembered.
    private static let memory = 200_000

    /// Whether an arrangement was found, of what is asked here.
    private(set) var hasFound = false

    /// What was done, in fit checks.
    var steps: Int { decisions + state.checksMade - question.search.state.checksMade }

    private var items: [FillQuestion.Item] { question.items }
    private var search: PlacementSearch { question.search }
    private var order: [Int] { question.order }
    private var capacity: [CPUsAndMemory] { question.capacity }

    init(_ question: FillQuestion, limit: Int) {
        self.question = question
        self.limit = limit
        state = question.state
        slack = question.slack
        hosts = question.items.map { _ in nil }
        left = question.search.needs.map { _ in 0 }
        for item in question.items { left[item.guest] += 1 }
    }

    /// The result; nil if this search is inconclusive and another has to go on.
    mutating func run() -> SearchResult? {
        switch fill(0) {
        case .exhausted: return question.isComplete || question.isRelaxed ? .impossible : nil
        case .limit: return nil
        case .found:
            hasFound = true
            return question.arrangement(hosts, tries: &decisions).map { .found($0) }
        }
    }

    // MARK: Cells

    private mutating func fill(_ position: Int) -> SearchOutcome {
        let open = openItems()
        guard !open.isEmpty else { return .found }
        guard position < order.count else { return .exhausted }
        let key = [position] + open.map(\.kind)
        guard !question.isByCell || !refuted.contains(key) else { return .exhausted }
        let table = SumTable(open.map { items[$0.item].size }, limit: capacity[order[position]])
        decisions += table.cost
        let opening = Opening(
            items: open.map(\.item), kinds: open.map(\.kind), table: table,
            // Where all cells to come are alike, the hardest item left may as well go to this one.
            mustTakeFirst: isLikeAllAfter(position))
        let outcome = complete(position, opening, from: 0, used: CPUsAndMemory(cpus: 0, memory: 0))
        if outcome == .exhausted, question.isByCell, refuted.count < TightFill.memory { refuted.insert(key) }
        return outcome
    }

    /// The items that are not placed, with what each can stand for now: those of a guest of several cells for the same cell of
    /// guests that are alike and have the same cells left.
    private mutating func openItems() -> [(item: Int, kind: Int)] {
        var parts: [Int: [Int]] = [:]
        let open = items.indices.filter { hosts[$0] == nil }
        for item in open where search.needs[items[item].guest].cells.count > 1 {
            parts[items[item].guest, default: []].append(items[item].shape)
        }
        var kinds: [(item: Int, kind: Int)] = []
        for item in open {
            let key = [items[item].shape] + (parts[items[item].guest] ?? []).sorted()
            let kind = numbers[key] ?? numbers.count
            numbers[key] = kind
            kinds.append((item, kind))
        }
        // Items of one size stand together already; among these, those of one kind shall.
        var start = 0
        while start < kinds.count {
            let size = items[kinds[start].item].size
            let end = kinds[start...].firstIndex { items[$0.item].size != size } ?? kinds.count
            kinds[start..<end].sort { ($0.kind, $0.item) < ($1.kind, $1.item) }
            start = end
        }
        return kinds
    }

    private func isLikeAllAfter(_ position: Int) -> Bool {
        let first = order[position]
        guard items.indices.allSatisfy({ hosts[$0] != nil || !question.isForced(items[$0]) }) else { return false }
        return order[(position + 1)...].allSatisfy { other in
            state.checks[first].isLike(state.checks[other]) && state.loads[first] == state.loads[other]
                && state.pages(on: first).elementsEqual(state.pages(on: other))
        }
    }

    // MARK: One cell

    /// Decides for each open item from `first` on whether it goes to this cell, and closes the cell once it is full enough.
    ///
    /// Taking an item recurses, leaving one out loops: the stack is as deep as the number of items, not items times cells.
    private mutating func complete(_ position: Int, _ opening: Opening, from first: Int, used: CPUsAndMemory)
        -> SearchOutcome
    {
        let host = order[position]
        let room = capacity[host] - used
        var from = first
        while true {
            decisions += 1
            guard steps < limit else { return .limit }
            guard from < opening.items.count else { return close(position, opening, waste: room) }
            guard opening.table.reaches(from: from, between: room - slack, and: room) else { return .exhausted }
            let index = opening.items[from]
            let item = items[index]
            let isBeside = isBesideItsGuest(item, on: host)
            let canTake = !isBeside && item.size.isAtMost(room) && question.isAllowed(item, on: host)
            if canTake, let undo = state.put(item.need, on: host, page: item.page) {
                hosts[index] = host
                left[item.guest] -= 1
                let outcome = complete(position, opening, from: from + 1, used: used + item.size)
                if outcome != .exhausted { return outcome }
                left[item.guest] += 1
                hosts[index] = nil
                state.take(back: undo)
            }
            if opening.mustTakeFirst, from == 0 { return .exhausted }
            // Leaving one out leaves out all of its kind, unless only its own guest is the obstacle.
            let kind = opening.kinds[from]
            from += 1
            while !isBeside, from < opening.items.count, opening.kinds[from] == kind { from += 1 }
        }
    }

    private mutating func close(_ position: Int, _ opening: Opening, waste: CPUsAndMemory) -> SearchOutcome {
        guard waste.cpus <= slack.cpus, waste.memory <= slack.memory, canGoOn(after: position, opening),
            hasPages(position, opening), !isCovered(position, opening, waste: waste)
        else { return .exhausted }
        slack = slack - waste
        let outcome = fill(position + 1)
        if outcome != .found { slack = slack + waste }
        return outcome
    }

    /// Whether every remaining item fits on some later cell.
    private func canGoOn(after position: Int, _ opening: Opening) -> Bool {
        let toCome = order.count - position - 1
        return opening.items.allSatisfy { index in
            hosts[index] != nil || (items[index].last > position && left[items[index].guest] <= toCome)
        }
    }

    /// Whether there may be page sizes for all that have a choice.
    private mutating func hasPages(_ position: Int, _ opening: Opening) -> Bool {
        guard question.hasChoices else { return true }
        let members = opening.items.filter { hosts[$0] == order[position] }
        return question.fits(members, on: order[position], tries: &decisions) != false
    }

    /// Whether a larger set can stand for the one on this cell.
    private mutating func isCovered(_ position: Int, _ opening: Opening, waste: CPUsAndMemory) -> Bool {
        guard question.isByCell else { return false }
        let host = order[position]
        let members = opening.items.filter { hosts[$0] == host }
        let others = opening.items.filter { hosts[$0] == nil && items[$0].isFree }
        for other in others where items[other].size.isAtMost(waste) {
            if state.lack(of: items[other].need, on: host, page: items[other].page) == nil,
                !question.hasChoices || fits(members + [other], on: host)
            {
                return true
            }
        }
        for member in members where items[member].isFree && !(opening.mustTakeFirst && member == opening.items[0]) {
            for other in others where isAbove(other, member, by: waste) {
                if fits(members.map { $0 == member ? other : $0 }, on: host) { return true }
            }
        }
        return false
    }

    private func isAbove(_ other: Int, _ member: Int, by waste: CPUsAndMemory) -> Bool {
        let (larger, smaller) = (items[other], items[member])
        // Whatever pages the larger one would have elsewhere, the smaller one may have too.
        return (larger.size - smaller.size).isAtMost(waste) && smaller.mayHavePages(of: larger)
            && (larger.need != smaller.need || larger.size != smaller.size)
            && smaller.need.isAtMost(larger.need) && smaller.size.isAtMost(larger.size)
    }

    private mutating func fits(_ set: [Int], on host: Int) -> Bool {
        question.fits(set, on: host, tries: &decisions) == true
    }

    private func isBesideItsGuest(_ item: FillQuestion.Item, on host: Int) -> Bool {
        guard search.needs[item.guest].cells.count > 1 else { return false }
        return items.indices.contains { items[$0].guest == item.guest && hosts[$0] == host }
    }
}

extension FillQuestion.Item {
    /// Whether it may have its memory in pages of each size that another may have, and needs no more of them.
    fileprivate func mayHavePages(of other: FillQuestion.Item) -> Bool {
        let own = choice.isEmpty ? [page] : choice
        return memory <= other.memory && (other.choice.isEmpty ? [other.page] : other.choice).allSatisfy(own.contains)
    }
}

extension CellCounts {
    /// Whether a host cell that takes `other` takes this in its place.
    fileprivate func isAtMost(_ other: CellCounts) -> Bool {
        wholeCores <= other.wholeCores && paired == other.paired && singles <= other.singles && shared <= other.shared
            && memory <= other.memory && overhead <= other.overhead && isReserved == other.isReserved
            && needsSMT == other.needsSMT && devices.areAtMost(other.devices)
    }
}
