internal import HostModel
public import SiteFile

/// How much room a host has in addition to its placed guests.
///
/// The planner itself decides how many more guests fit: it places them together with all others, as for a plan. As few questions as
/// possible are asked: sums give an upper bound (``SumRefutation``), placing guests one by one on free resources gives a lower bound,
/// and bisection closes the gap, since more guests never fit where fewer do not. Which guests would move is determined once, for the
/// number found.
public struct Headroom: Sendable {
    /// How many more guests fit.
    public struct Count: Hashable, Sendable {
        /// So many were placed.
        public var found: Int
        /// Whether one more was proven not to fit; false where the search gave up.
        public var isExact: Bool
        /// Guests that would have to leave their place for that, ascending.
        public var moved: [String]
        /// What is proven of the number of moves; nil where fewer are not enough.
        public var moveBound: Placement.MoveBound?
        /// What the next one lacks; empty where that is not known.
        public var reasons: [Shortage]
    }

    let request: PlacementRequest
    /// Where the guests are.
    let placed: Placement

    /// The most guests that are looked for.
    public static let most = 10_000

    /// - Parameters:
    ///   - request: The present guests.
    ///   - placed: Their placement, which is one of all of them.
    public init(_ request: PlacementRequest, placed: Placement) {
        var request = request
        request.explains = false
        request.guests.sort { $0.name < $1.name }
        let places = placed.guests.keyed(by: \.name)
        for index in request.guests.indices {
            guard let place = places[request.guests[index].name], !place.cells.isEmpty else { continue }
            request.guests[index].present = PresentPlacement(
                place, basePage: request.host.host.basePage, isRunning: request.guests[index].present?.isRunning == true
            )
        }
        self.request = request
        self.placed = placed
    }

    /// How many times the guests of `batch` fit beside all others.
    public func count(of batch: [GuestDemand]) -> Count {
        guard !batch.isEmpty else { return Count(found: 0, isExact: true, moved: [], moveBound: nil, reasons: []) }
        var (found, failed) = (0, refuted(batch))
        var (hasFound, hasFailed, isExact) = (false, false, true)
        var best: Placement?
        // What goes on top of what is there is most often all that does.
        var guess = min(max(1, greedy(batch, below: failed)), failed - 1)
        while found + 1 < failed {
            switch Placer.verdict(on: with(batch, guess)) {
            case .placed: (found, hasFound) = (guess, true)
            case .infeasible: (failed, hasFailed, isExact) = (guess, true, true)
            case .undecided: (failed, hasFailed, isExact) = (guess, true, false)
            }
            if found + 1 == failed, found > 0 {
                let answer = Placer.place(with(batch, found))
                best = answer.verdict == .placed ? answer : nil
                // The search for few moves gave up; a smaller number of guests may still be proven.
                if best == nil { (found, failed, hasFound, hasFailed, isExact) = (0, found, false, true, false) }
            }
            guess =
                hasFound && hasFailed ? (found + failed) / 2 : nearby(found, failed, hasFailed: hasFailed)
        }
        var next = found < Headroom.most ? Placer.place(with(batch, found + 1)) : nil
        // Where the verdict alone was undecided, the search for few moves may have found a place.
        while let more = next, more.verdict == .placed {
            (found, best) = (found + 1, more)
            next = found < Headroom.most ? Placer.place(with(batch, found + 1)) : nil
        }
        isExact = found < Headroom.most && (isExact || next?.verdict == .infeasible)
        // What a search lacked that gave up, the next guest need not lack.
        let reasons = isExact ? next.map(reasons) ?? [] : []
        return Count(
            found: found, isExact: isExact, moved: best?.moved ?? [], moveBound: best?.moveBound, reasons: reasons)
    }

    /// The next number to try while nothing, or all, has fitted: one more first, then twice as many more each time.
    private func nearby(_ found: Int, _ failed: Int, hasFailed: Bool) -> Int {
        hasFailed ? (found + failed) / 2 : min(failed - 1, found + max(1, found / 8))
    }

    private func reasons(_ answer: Placement) -> [Shortage] {
        let names = Set(request.guests.map(\.name))
        let added = answer.unplaced.first { !names.contains($0.name) } ?? answer.unplaced.first
        return (added?.reasons ?? []).map { reason in
            var reason = reason
            // The added guests have made-up names.
            reason.heldBy.removeAll { $0.hasPrefix(Headroom.prefix) }
            return reason
        }
    }

    /// The question with so many batches more.
    private func with(_ batch: [GuestDemand], _ count: Int) -> PlacementRequest {
        var question = request
        let width = String(Headroom.most).count
        for number in 1...max(1, count) where count > 0 {
            let padded = number.padded(to: width)
            for (part, demand) in batch.enumerated() {
                question.guests.append(PlacementGuest(name: "\(Headroom.prefix)\(padded)-\(part)", demand: demand))
            }
        }
        return question
    }

    /// Sorts after every domain name and is not a valid one.
    private static let prefix = "\u{10FFFF}"

    // MARK: Bounds

    /// The least number that sums refute, or one above the most that are looked for.
    private func refuted(_ batch: [GuestDemand]) -> Int {
        var (holding, failing) = (0, Headroom.most + 1)
        let sums = SumsWithMore(request, batch: batch)
        guard let sums else { return 1 }
        while failing - holding > 1 {
            let middle = holding + (failing - holding) / 2
            if sums.refutes(middle) { failing = middle } else { holding = middle }
        }
        return failing
    }

    /// How many batches go one after the other on what is free, with everybody else where they are.
    private func greedy(_ batch: [GuestDemand], below limit: Int) -> Int {
        let run = PlacementRun(request, budget: SearchBudget(0))
        guard let needs = run.grid.needs(of: batch), let search = run.occupied else { return 0 }
        return GreedyConstruction.CellOrder.inTurn(prefersPack: search.prefersPack).map { preference in
            var construction = GreedyConstruction(search: search, order: .cellsFirst, preference: preference)
            var count = 0
            while count + 1 < limit, needs.allSatisfy({ construction.add($0) }) { count += 1 }
            return count
        }.max() ?? 0
    }
}

extension HostGrid {
    /// What guests need; nil if one of them does not fit even an empty host.
    fileprivate func needs(of demands: [GuestDemand]) -> [GuestCounts]? {
        var needs: [GuestCounts] = []
        for demand in demands {
            do {
                needs.append(try GuestCounts(demand, on: self))
            } catch {
                return nil
            }
        }
        return needs
    }
}

extension GreedyConstruction {
    /// Puts a guest where it has room; false when it has none.
    fileprivate mutating func add(_ need: GuestCounts) -> Bool {
        if need.cells.isEmpty || !need.spread.isEmpty, !placeFloating(need) { return false }
        return need.cells.isEmpty || place(need) != nil
    }
}

extension PlacementRun {
    /// The host with every guest where it is; nil when one has no place that can be kept.
    var occupied: PlacementSearch? {
        let held = committed(Set(kept.keys))
        let (grid, needs) = (held.grid, held.needs.split(DeviceSplits(held.needs).ways.first ?? [:]))
        var search = PlacementSearch(
            grid: grid, needs: needs, allowsMixedPages: true, prefersPack: request.policy.placement == .pack, limit: 0)
        for need in needs { search.state.addFloating(need) }
        for (guest, need) in needs.enumerated() where !need.cells.isEmpty {
            guard let assignment = kept[guest]?.assignment, search.fix(guest, assignment) else { return nil }
        }
        return search
    }
}

/// The sums of a host's guests plus a number of batches.
private struct SumsWithMore {
    private let needs: [GuestCounts]
    private let batch: [GuestCounts]
    private let state: PlacementState

    /// Nil if one of the batch does not fit even an empty host.
    init?(_ request: PlacementRequest, batch: [GuestDemand]) {
        let run = PlacementRun(request, budget: SearchBudget(0))
        guard let more = run.grid.needs(of: batch) else { return nil }
        needs = run.needs.compactMap(\.self)
        self.batch = more
        state = PlacementState(run.grid)
    }

    func refutes(_ count: Int) -> Bool {
        var state = state
        for need in needs { state.addFloating(need) }
        for need in batch { for _ in 0..<count { state.addFloating(need) } }
        guard state.hostLack == nil else { return true }
        return SumRefutation(
            needs.filter { !$0.cells.isEmpty }, and: batch.filter { !$0.cells.isEmpty }, times: count, on: state
        ).refutes
    }
}
