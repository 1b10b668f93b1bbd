internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Places guests when their host cells do not have all the memory of those for which it is only best there.
///
/// First all such memory may come from any cell. Then guest after guest is asked to stay with its own cells again, so that in the
/// end as few as possible have memory elsewhere.
struct BestEffort {
    let request: PlacementRequest
    let budget: SearchBudget

    /// How many times guests are asked to stay.
    private static let mostAsked = 24
    /// The share of the budget that these questions may take, and of that each one.
    private static let (share, sharesOfOne) = (4, 16)
    /// What part of the share of one way it takes to ask with page sizes left open; and what a way costs at least, for each guest on
    /// each host cell, in fit checks.
    private static let (shareOfOpen, leastCost) = (4, 32)

    /// Guests that have memory which may come from elsewhere.
    var candidates: Set<Int> {
        Set(
            request.guests.indices.filter { index in
                let demand = request.guests[index].demand
                return demand.isBound && demand.cells.contains { $0.memory > .zero && demand.mayComeFromElsewhere($0) }
            })
    }

    /// Whether some guest has several sizes to choose from for memory that comes from cells that its entry names.
    var hasChoices: Bool {
        request.guests.contains { guest in
            guard guest.demand.isBound, guest.demand.cells.contains(where: { $0.memoryCells != nil }) else {
                return false
            }
            return switch guest.demand.pageSize?.value {
            case .any, .large: true
            case nil, .small, .exactly: false
            }
        }
    }

    /// The placement, if one is found; else whether that was refuted too, with all such memory from elsewhere.
    func attempt() -> (placement: Placement?, isRefuted: Bool) {
        let leaving = candidates
        guard !leaving.isEmpty || hasChoices else { return (nil, true) }
        // There is another way to go on: this one may take less.
        let answer = PlacementRun(request, budget: budget.part(20)).run()
        if answer.verdict == .placed { return (answer, false) }
        var placed: Placement?
        let fits = answers(leaving, within: 4) { run, pages in
            guard pages != .open else { return run.verdict() == .infeasible ? false : nil }
            let answer = run.run()
            if answer.verdict == .placed { placed = withFewest(leaving, answer, pages: pages) }
            return answer.verdict == .undecided ? nil : answer.verdict == .placed
        }
        return (placed, fits == false)
    }

    /// Whether all fit with such memory from any cell; nil if undecided.
    func fits(_ decide: (PlacementRun) -> Bool?) -> Bool? { answers(candidates, within: 1) { run, _ in decide(run) } }

    /// Asks with one way after the other to give guests page sizes.
    ///
    /// - Parameters:
    ///   - share: The share of the budget that each question may take.
    ///   - decide: Whether all fit; nil if undecided.
    private func answers(
        _ leaving: Set<Int>, within share: Int, _ decide: (PlacementRun, SpreadPages) -> Bool?
    ) -> Bool? {
        func run(_ pages: SpreadPages, _ share: Int) -> PlacementRun {
            PlacementRun(request, leaving: leaving, pages: pages, budget: budget.part(share))
        }
        var ways = SpreadWays(run(.open, share))
        var isRefuted = true
        for pages in ways.same {
            let answer = decide(run(pages, share), pages)
            if answer == true { return true }
            if answer == nil { isRefuted = false }
        }
        guard ways.hasOthers || (ways.same.count > 1 && !isRefuted) else { return isRefuted ? false : nil }
        // What does not fit with any sizes at all is refuted once and for all, mostly at once.
        if decide(run(.open, share * BestEffort.shareOfOpen), .open) == false { return false }
        while ways.hasOthers {
            let pages: SpreadPages
            switch ways.next(budget) {
            case .way(let way): pages = way
            case .end: return isRefuted || decide(run(.open, share), .open) == false ? false : nil
            case .limit: return nil
            }
            budget.spend(BestEffort.leastCost * request.guests.count * request.host.cells.count)
            let answer = decide(run(pages, share), pages)
            if answer == true { return true }
            if answer == nil { isRefuted = false }
        }
        return decide(run(.open, share), .open) == false ? false : nil
    }

    /// Asks guests in blocks that are halved to stay with their own cells.
    private func withFewest(_ all: Set<Int>, _ first: Placement, pages: SpreadPages) -> Placement {
        var (leaving, answer) = (all, first)
        let budget = budget.part(BestEffort.share)
        var blocks = [all.sorted()]
        var asked = 0
        while let block = blocks.popLast(), asked < BestEffort.mostAsked {
            asked += 1
            let fewer = leaving.subtracting(block)
            // That nobody leaves was tried before.
            let part = budget.part(BestEffort.sharesOfOne)
            let next =
                fewer.isEmpty ? nil : PlacementRun(request, leaving: fewer, pages: pages, budget: part).run()
            if let next, next.verdict == .placed {
                (leaving, answer) = (fewer, next)
            } else if block.count > 1 {
                blocks.append(Array(block[(block.count / 2)...]))
                blocks.append(Array(block[..<(block.count / 2)]))
            }
        }
        return answer
    }
}

extension PresentPlacement {
    /// By guest cell: the host cells that its memory is laid out over by turns now.
    var interleaved: [GuestCellID: CellSet] { cells.mapValues(\.interleaved).filter { !$0.value.isEmpty } }
}
