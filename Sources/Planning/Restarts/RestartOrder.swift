/// Finds the order in which guests are power cycled one after the other, each of them finding its room.
///
/// What is free after some of them were cycled depends only on which these are, not on their order; so a search over sets of
/// guests, each looked at once, is exact. A guest that takes nothing beyond what it holds spoils nothing for the others: it comes as
/// soon as it fits, and only the others are tried in more than one order. The search gives up after a number of sets, never after a
/// time.
struct RestartOrder {
    /// A guest that is power cycled.
    struct WaitingGuest {
        var name: String
        var live: Tenancy
        var planned: Tenancy

        /// Whether it takes nothing that it does not hold already.
        var takesNoMore: Bool {
            planned.pages.allSatisfy { live.pages[$0.key, default: 0] >= $0.value }
                && planned.memory.allSatisfy { live.memory[$0.key, default: 0] >= $0.value }
        }
    }

    /// What the search came to.
    enum Answer {
        /// The guests' names in that order, and what is left.
        case order([String], RoomLedger)
        /// No order exists: the guests of the longest beginning of one that was found are done, these are left.
        case none(stuck: [WaitingGuest], RoomLedger)
        /// The search gave up; the same.
        case undecided(stuck: [WaitingGuest], RoomLedger)
    }

    private let guests: [WaitingGuest]
    private var failed: Set<Set<Int>> = []
    private var deepest: (done: Set<Int>, ledger: RoomLedger)
    private var setsLeft: Int

    /// How many sets of guests are looked at before the search gives up.
    static let limit = 20_000

    /// - Parameter guests: Those to be power cycled, in the order in which they come where nothing else decides.
    init(_ guests: [WaitingGuest], in ledger: RoomLedger) {
        self.guests = guests
        deepest = ([], ledger)
        setsLeft = RestartOrder.limit
    }

    /// The order, or which guests are in each other's way.
    mutating func search() -> Answer {
        if let (order, ledger) = order(after: [], deepest.ledger) {
            return .order(order.map { guests[$0].name }, ledger)
        }
        let stuck = guests.indices.filter { !deepest.done.contains($0) }.map { guests[$0] }
        return setsLeft > 0 ? .none(stuck: stuck, deepest.ledger) : .undecided(stuck: stuck, deepest.ledger)
    }

    private mutating func order(after before: Set<Int>, _ first: RoomLedger) -> ([Int], RoomLedger)? {
        var (done, ledger, order) = (before, first, [Int]())
        while let next = guests.indices.first(where: { index in
            !done.contains(index) && guests[index].takesNoMore
        }) {
            ledger = cycled(next, ledger)
            done.insert(next)
            order.append(next)
        }
        if done.count > deepest.done.count { deepest = (done, ledger) }
        guard done.count < guests.count else { return (order, ledger) }
        guard setsLeft > 0, !failed.contains(done) else { return nil }
        setsLeft -= 1
        for next in guests.indices where !done.contains(next) && fits(next, ledger) {
            if let (rest, last) = self.order(after: done.union([next]), cycled(next, ledger)) {
                return (order + [next] + rest, last)
            }
        }
        failed.insert(done)
        return nil
    }

    /// Whether a guest finds its room. What it has now it finds again, however full the host is.
    private func fits(_ index: Int, _ ledger: RoomLedger) -> Bool {
        guard !guests[index].takesNoMore else { return true }
        var ledger = ledger
        ledger.leave(guests[index].live, planned: guests[index].planned)
        return ledger.lacks(guests[index].planned).isEmpty
    }

    private func cycled(_ index: Int, _ ledger: RoomLedger) -> RoomLedger {
        var ledger = ledger
        ledger.leave(guests[index].live, planned: guests[index].planned)
        ledger.enter(guests[index].planned)
        return ledger
    }
}
