internal import HostModel
internal import SiteFile

/// How many guests leave their places: one running guest counts for more than any number of those that are shut off.
struct MoveCount: Hashable, Comparable {
    var running = 0
    var stopped = 0

    static func < (left: MoveCount, right: MoveCount) -> Bool {
        (left.running, left.stopped) < (right.running, right.stopped)
    }
}

/// Finds an arrangement for which as few guests as possible leave their places, and says so where fewer are not ruled out.
///
/// A guest stays when it keeps its host cells, its page sizes and the CPUs that it has for itself.
///
/// **At first** few are let go: those that are shut off before running ones; one guest alone if that will do, else as many as it
/// takes, and then each that can stay beside the others is put back, in the order of their names.
///
/// **Then** fewer are ruled out. Guests that cannot all stay are a *clash*: whoever else moves, one of them must. The fewest guests
/// of which one is in each known clash are asked to leave. Either the others have an arrangement, and nothing less does; or those that
/// were to stay are a clash that was not known yet, of which all guests are left out that it does not take. What every choice of fewer
/// guests misses one clash of is ruled out without a search. Numbers grow from none: first those of running guests, with all others
/// free to go, then with so many of them those of the others. Of guests that could change places without a difference one is asked.
struct FewestMoves {
    /// Guests that cannot all stay.
    private struct Clash {
        var guests: Set<Int>
        /// Whether those that make no difference were left out already.
        var isReduced = false
    }

    /// What became of the question whether so few are enough.
    private enum Finding { case enough, tooFew, unknown }

    private var run: PlacementRun
    private let running: [Int]
    private let stopped: [Int]
    /// By guest: the first of those that could change places with it.
    private lazy var twins = run.twins(among: running + stopped)
    private lazy var freed = FreedRoom(run)
    private var clashes: [Clash] = []
    private var best: (arrangement: PlacementRun.Arrangement, count: MoveCount)?
    /// What is proven of the number of moves; nil where that is the number of those found.
    private(set) var bound: Placement.MoveBound?

    /// How many guests are tried as the only one to move, before moves are looked for one after the other.
    private static let singleReleases = 32
    /// The share of the budget that ruling out may take; and of that each question, and each to reduce a clash.
    private static let (share, sharesOfOne, sharesOfReducing) = (8, 16, 64)
    /// What one question costs at least, for each guest on each host cell, in fit checks.
    private static let leastCost = 32

    init(_ run: PlacementRun) {
        self.run = run
        running = run.kept.keys.filter { run.kept[$0]?.isRunning == true }.sorted()
        stopped = run.kept.keys.filter { run.kept[$0]?.isRunning == false }.sorted()
    }

    private var all: Set<Int> { Set(running).union(stopped) }

    /// An arrangement of all guests, or that there is none.
    mutating func search() -> PlacementRun.Attempt {
        if !isFound(keeping: all, share: 4), !release(stopped, keeping: running) {
            if release(running, keeping: []) {
                putBack(stopped)
            } else if case let last = attempt(keeping: []), best == nil {
                return last
            }
        }
        ruleOut()
        guard let best else { return .undecided }
        return .found(repinned(best.arrangement) ?? best.arrangement)
    }

    // MARK: At first

    /// Lets go of few of some guests while others stay; false when letting all of them go does not help.
    private mutating func release(_ candidates: [Int], keeping others: [Int]) -> Bool {
        guard !candidates.isEmpty, isFound(keeping: Set(others), share: 4) else { return false }
        let all = Set(others + candidates)
        for candidate in candidates.prefix(FewestMoves.singleReleases)
        where isFound(keeping: all.subtracting([candidate]), share: 100) { return true }
        putBack(candidates)
        return true
    }

    /// Asks in blocks that are halved whether guests can stay beside those that do.
    ///
    /// Where all of a block can stay, each of it can: so this comes to the same as asking one after the other.
    private mutating func putBack(_ guests: [Int]) {
        guard var staying = best.map({ best in all.filter { run.stays($0, in: best.arrangement) } }) else { return }
        var blocks = halves(guests.filter { !staying.contains($0) }[...])
        while let block = blocks.popLast() {
            if isFound(keeping: staying.union(block), share: 100) {
                staying.formUnion(block)
            } else if block.count > 1 {
                blocks += halves(block)
            }
        }
    }

    /// Both halves of a block, the first one last; a block of one as it is.
    private func halves(_ block: ArraySlice<Int>) -> [ArraySlice<Int>] {
        let middle = block.startIndex + (block.count + 1) / 2
        return [block[middle...], block[..<middle]].filter { !$0.isEmpty }
    }

    private mutating func isFound(keeping: Set<Int>, share: Int) -> Bool {
        if case .found = attempt(keeping: keeping, share: share) { true } else { false }
    }

    /// Searches with some guests where they are, and keeps what it comes to.
    private mutating func attempt(
        keeping: Set<Int>, share: Int = 1, isStrict: Bool = false
    ) -> PlacementRun.Attempt {
        let result = run.attempt(keeping: keeping, share: share, isStrict: isStrict)
        switch result {
        case .found(let arrangement):
            let count = count(arrangement)
            if best.map({ count <= $0.count }) ?? true { best = (arrangement, count) }
        case .impossible: remember(Clash(guests: keeping))
        case .undecided: break
        }
        return result
    }

    /// Adds a clash in the place of those that are one because it is.
    private mutating func remember(_ clash: Clash) {
        clashes.removeAll { $0.guests.isSuperset(of: clash.guests) }
        clashes.append(clash)
    }

    /// Whether a clash is known that is part of these guests.
    private func holdsClash(_ guests: Set<Int>) -> Bool {
        clashes.contains { $0.guests.isSubset(of: guests) }
    }

    private func count(_ arrangement: PlacementRun.Arrangement) -> MoveCount {
        MoveCount(
            running: running.count { !run.stays($0, in: arrangement) },
            stopped: stopped.count { !run.stays($0, in: arrangement) })
    }

    // MARK: Then

    /// Looks for fewer moves until none are to be had, or the search gives up.
    private mutating func ruleOut() {
        let whole = run.budget
        run.budget = whole.part(FewestMoves.share)
        defer { run.budget = whole }
        var least = MoveCount()
        while let found = best?.count.running, least.running < found {
            let left = MoveCount(running: least.running, stopped: stopped.count)
            switch look(letting: Set(stopped), left, staying: []) {
            case .enough: break
            case .tooFew: least.running += 1
            case .unknown:
                bound = Placement.MoveBound(isOfRunning: true, atLeast: least.running, found: found)
                return
            }
        }
        while let found = best?.count, least.running == found.running, least.stopped < found.stopped {
            switch look(letting: [], least, staying: []) {
            case .enough: break
            case .tooFew: least.stopped += 1
            case .unknown:
                bound = Placement.MoveBound(isOfRunning: false, atLeast: least.stopped, found: found.stopped)
                return
            }
        }
    }

    /// Whether it is enough that some guests go, and so many more.
    ///
    /// - Parameter staying: Guests that are not among these: what comes of letting them go is known.
    private mutating func look(letting gone: Set<Int>, _ left: MoveCount, staying: Set<Int>) -> Finding {
        guard !freed.refutes(letting: gone, left, staying: staying) else { return .tooFew }
        guard run.budget.left > 0 else { return .unknown }
        run.budget.spend(run.needs.count * run.grid.cells.count)
        guard let clash = reducedClash(without: gone) else {
            switch ask(keeping: all.subtracting(gone), FewestMoves.sharesOfOne) {
            case .found: return .enough
            case .impossible: return look(letting: gone, left, staying: staying)
            case .undecided: return .unknown
            }
        }
        var (staying, isKnown) = (staying, true)
        var tried: Set<Int?> = []
        for guest in clash.sorted() where !staying.contains(guest) {
            defer { staying.insert(guest) }
            guard tried.insert(twins[guest]).inserted else { continue }
            guard let less = left.less(run.kept[guest]?.isRunning == true) else { continue }
            switch look(letting: gone.union([guest]), less, staying: staying) {
            case .enough: return .enough
            case .tooFew: break
            case .unknown: isKnown = false
            }
        }
        return isKnown ? .tooFew : .unknown
    }

    private mutating func ask(keeping: Set<Int>, _ share: Int) -> PlacementRun.Attempt {
        run.budget.spend(FewestMoves.leastCost * run.needs.count * run.grid.cells.count)
        return attempt(keeping: keeping, share: share, isStrict: true)
    }

    /// A clash that stays one when some guests go: the smallest that is known.
    private mutating func reducedClash(without gone: Set<Int>) -> Set<Int>? {
        let known = clashes.indices.filter { clashes[$0].guests.isDisjoint(with: gone) }
        guard let index = known.min(by: { clashes[$0].guests.count < clashes[$1].guests.count }) else { return nil }
        guard !clashes[index].isReduced else { return clashes[index].guests }
        let guests = reduced(clashes[index].guests)
        remember(Clash(guests: guests, isReduced: true))
        return guests
    }

    /// A clash without the guests that make no difference, which are left out in blocks that are halved.
    private mutating func reduced(_ guests: Set<Int>) -> Set<Int> {
        var set = guests.sorted()
        var block = max(1, set.count / 2)
        while true {
            var start = 0
            while start < set.count, run.budget.left > 0 {
                var rest = set
                rest.removeSubrange(start..<min(start + block, set.count))
                if holdsClash(Set(rest)) {
                    set = rest
                } else if case .impossible = ask(keeping: Set(rest), FewestMoves.sharesOfReducing) {
                    set = rest
                } else {
                    start += block
                }
            }
            if block == 1 { return Set(set) }
            block = max(1, block / 2)
        }
    }

    /// The arrangement in which guests that only have to leave their CPUs stay on their cells; nil where there is none with as few moves.
    private mutating func repinned(_ arrangement: PlacementRun.Arrangement) -> PlacementRun.Arrangement? {
        let moving = all.filter { !run.stays($0, in: arrangement) }
        let leaving = moving.filter { run.kept[$0]?.assignment != arrangement.assignments[$0] }
        let repinned = moving.filter { run.kept[$0]?.cpus?.isEmpty == false }
        guard !leaving.isDisjoint(with: repinned) else { return nil }
        let staying = all.subtracting(moving).union(repinned)
        guard case .found(let other) = run.attempt(keeping: staying, share: 100, isStrict: true, repinned: repinned),
            count(other) <= count(arrangement)
        else { return nil }
        return other
    }
}

extension MoveCount {
    /// One guest less; nil where none is left of its kind.
    fileprivate func less(_ isRunning: Bool) -> MoveCount? {
        guard isRunning ? running > 0 : stopped > 0 else { return nil }
        return isRunning
            ? MoveCount(running: running - 1, stopped: stopped) : MoveCount(running: running, stopped: stopped - 1)
    }
}

extension PlacementRun {
    /// By guest: the first of those that need the same, and have the same but for other CPUs, so that it makes no difference which
    /// of them leaves.
    ///
    /// CPUs are as good as others where their cores are alike and nobody else has any of these.
    fileprivate func twins(among guests: [Int]) -> [Int: Int] {
        var first: [Twin: Int] = [:]
        var twins: [Int: Int] = [:]
        for guest in guests {
            guard let twin = twin(guest, among: guests) else {
                twins[guest] = guest
                continue
            }
            twins[guest] = first[twin, default: guest]
            first[twin] = twins[guest]
        }
        return twins
    }

    /// What guests have in common that could change places.
    private struct Twin: Hashable {
        let need: GuestCounts?
        let place: Assignment
        let isRunning: Bool
        let isIsolated: Bool
        let hasCPUs: Bool
        /// By guest cell: of each of its cores the threads, what of these is free, and how many it has.
        let cores: [[[Int]]]
        /// The stacks that its devices are of.
        let devices: [Int]
    }

    private func twin(_ guest: Int, among guests: [Int]) -> Twin? {
        guard let place = kept[guest] else { return nil }
        let others = guests.filter { $0 != guest }.reduce(into: CPUSet()) { $0.formUnion(kept[$1]?.cpus?.all ?? []) }
        var cores: [[[Int]]] = []
        let own = place.cpus?.all ?? []
        for host in Set(place.assignment.hosts).sorted() where !own.isEmpty {
            let touched = grid.cells[host].cores.filter { !$0.threads.isDisjoint(with: own) }
            guard touched.allSatisfy({ $0.threads.isDisjoint(with: others) }) else { return nil }
            let rows = touched.map { core in
                [
                    core.isWhole ? 1 : 0, core.isEfficient ? 1 : 0, core.threads.count,
                    core.dedicated.count, core.shared.count, core.threads.intersection(own).count,
                    core.shared.intersection(own).count, core.shared.intersection(core.dedicated).count,
                ]
            }
            cores.append(rows.sorted { $0.lexicographicallyPrecedes($1) })
        }
        return Twin(
            need: needs[guest], place: place.assignment, isRunning: place.isRunning,
            isIsolated: request.guests[guest].demand.threadPolicy == .isolate, hasCPUs: place.cpus != nil, cores: cores,
            devices: (keptDevices[guest] ?? []).map { grid.stock.bundles[$0.bundle].stack }.sorted())
    }

    /// Whether a guest that had a place has it in an arrangement too.
    fileprivate func stays(_ guest: Int, in arrangement: Arrangement) -> Bool {
        guard let place = kept[guest], place.assignment == arrangement.assignments[guest] else { return false }
        return place.cpus?.isEmpty != false || arrangement.keptCPUs[guest] != nil
    }
}

extension KeptCPUs {
    /// Whether there are none.
    fileprivate var isEmpty: Bool { emulator == nil && pins.allSatisfy(\.isEmpty) }

    /// All of them.
    fileprivate var all: CPUSet { CPUSet(pins.flatMap(\.values) + [emulator].compactMap(\.self)) }
}
