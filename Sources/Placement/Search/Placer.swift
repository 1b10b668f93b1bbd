internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Places all guests of a host together.
///
/// **Model.** Each guest cell needs threads (whole cores, pairs of siblings, or any), shared vCPUs, and memory in pages of one size
/// (``GuestCounts``). Each host cell offers cores, memory and pools (``HostGrid``). A placement gives every guest cell one host cell,
/// different ones for the cells of one guest; guests without cells count against the host as a whole. CPU numbers come
/// last: the search works on counts alone.
///
/// **Lemmas.** What the search relies on, and where that is checked:
/// 1. *Counts suffice.* Whether dedicated threads fit a host cell is arithmetic over its cores (``CellCapacity``). ``CPUAllocation``
///    then finds single CPUs for any load that fits; it traps when it cannot, and never pins a dedicated vCPU to a shared CPU.
/// 2. *Poorest cores first.* `isolate` takes the whole cores with the fewest usable threads: a core with more can do all that one
///    with fewer can. Where siblings are shared CPUs, two choices may be incomparable; every one that no other covers is kept.
/// 3. *Loads only add up.* A load that does not fit a cell does not fit it with more on it. So a guest without a place of its own
///    has none beside others (``LoneRefutation``), what does not fit the sum of all cells fits no arrangement, and a guest cell
///    that lost a host cell in a branch has lost it for all of that branch (``ExhaustiveSearch``).
/// 4. *Twins.* Guests with equal needs can change places, and so can host cells with equal offers while they are empty. When a host
///    cell has failed for one of several twins, it is closed to the others in the branches beside: an arrangement that uses it for a
///    twin is one already refuted, with two names exchanged.
/// 5. *Slack.* The host wastes at most what it has beyond the sum of all needs. On a nearly full host this bounds how empty a
///    finished cell may be (``TightFill``, ``PatternCover``, ``LearningSearch``). With floors (lemma 6) that holds of multiples too: where three guests for each cell are
///    above a quarter of one, no cell is finished with two.
/// 6. *Floors.* Where amounts only add up (``Measures``), they do so in whole multiples of any unit too: the sum of the amounts'
///    floors is at most the floor of the room. Counted in units of a large guest, three guests of more than a third of a cell
///    need two cells, however much is left over (``SumRefutation``, ``RemainingSums``). Memory that may come from several cells is in
///    these sums too: wherever it is laid out, no cell gives more than it has. It may be divided anywhere, so in multiples it is nothing.
/// 7. *Exchange.* If a guest cell j that is elsewhere would fit a host cell in the place of i, and i needs no more than j in any
///    respect, then i fits where j was: with any arrangement there is one in which the two have changed places. So a host cell is
///    finished only with sets to which no such j is left (``TightFill``).
/// 8. *What is left decides.* Whether the guests that are left have places depends on what is on the host cells, not on how that
///    came about. Host cells that are alike may be named in any order, and so may guests. So what has failed once fails again, in
///    whatever branch it is met, and is remembered (``TightFill``, ``PatternCover``, ``ExhaustiveSearch``). What a closed cell rules out (lemma 4) has
///    been refuted beside, so a branch that fails with cells closed fails with them open.
/// 9. *Reasons.* A dead end has a reason: guest cells on host cells that cannot all be there. By lemma 3 they cannot in any other
///    branch either. Reasons combine as clauses do, so one that is empty in the end proves that nothing fits (``LearningSearch``).
///
/// 10. *Pages come last.* Once it is known which guest cells are on a host cell, which page sizes they may have there is asked of that
///    cell alone: no other cell's memory or pools come into it. So a host cell may be finished with a set if some sizes fit, and if that
///    holds of all cells it is an arrangement, unless a guest of several cells would have different sizes, or the host as a whole lacks
///    something (``FillQuestion``).
/// 11. *Devices are amounts.* A guest cell draws so many devices of a kind from what is near its host cell. Whether all amounts can
///    be drawn is a flow from stacks of devices that are alike, which only falls with more guests; so it is asked of a host cell like its
///    CPUs, and of the host as a whole where stacks are shared, like memory of several cells. Cells with equal stacks are alike, and a
///    guest that draws no more of anything takes another's place. Which device it is comes last, as page sizes and CPU numbers do
///    (``DeviceStock``, ``DeviceChoice``). Of a guest of several cells each device is near one of them; the ways to say near which are
///    tried one after the other (``DeviceSplits``), and if there are too many, nothing is refuted.
/// 12. *Prices.* Let each guest cell be worth any number, the same for those that are alike. In an arrangement a host cell has no more of
///    that than the set that is worth most of all that may be on it. So where the guest cells that are left are worth more than that,
///    over all host cells that are left, there is none, whatever the numbers; and a set that is worth less than the most by more than what
///    is there too much is in none (``ExactCover``). It is the sum over all host cells once more, of an amount that is made up so that
///    it does not add up.
///
/// **Order of attempts.** A guest that has a valid place keeps it. Only when the rest does not fit around those are guests let go, as
/// few as can be: of running ones, and then of those that are shut off (``FewestMoves``). Where fewer are not ruled out within the
/// limit, the answer says how many are. Pages of one size for a guest are tried before a mix. Where guests may have memory from several
/// cells, and a choice of sizes for it, these are tried one way after the other (``SpreadWays``), first those in which all have the same.
/// Whose memory it is makes no difference, only how much has which size; and what no size can help is refuted before. Where the limit
/// ends the ways, nothing is refuted.
///
/// **Verdict.** Found and refuted are proofs. All searches for an answer have one limit together, counted in fit checks and never in
/// time (``SearchBudget``); when it is used up the answer is undecided, and the same question has the same answer on any machine.
/// Explaining a refusal takes no more than deciding took, or a fortieth of the limit where that is more; what is not minimal by
/// then is said not to be. When nothing fits, guests are placed one by one, so that the answer can say what each of the others lacks and
/// who holds it.
public enum Placer {
    /// Answers a request. Pure: the same request has the same answer, whatever the order of its guests.
    public static func place(_ request: PlacementRequest) -> Placement {
        var sorted = request
        sorted.guests.sort { $0.name < $1.name }
        let budget = SearchBudget(sorted.searchLimit)
        let bestEffort = BestEffort(request: sorted, budget: budget)
        let attempt = bestEffort.attempt()
        var answer = attempt.placement ?? PlacementRun(sorted, budget: budget).run()
        // With memory from elsewhere they might fit yet.
        if !attempt.isRefuted, answer.verdict == .infeasible { answer.verdict = .undecided }
        if sorted.explains, answer.verdict == .infeasible {
            explain(&answer, sorted, explainingBudget(after: budget))
        }
        return answer
    }

    /// The verdict of ``place(_:)`` alone, which takes less where guests have to move.
    static func verdict(on request: PlacementRequest) -> Placement.SearchVerdict {
        var sorted = request
        sorted.guests.sort { $0.name < $1.name }
        let budget = SearchBudget(sorted.searchLimit)
        let bestEffort = BestEffort(request: sorted, budget: budget)
        guard bestEffort.candidates.isEmpty, !bestEffort.hasChoices else { return place(request).verdict }
        return PlacementRun(sorted, budget: budget).verdict()
    }

    /// How many of the guests without a place are told what would help them.
    private static let explained = 3
    /// The share of the search limit that explaining may take where deciding took less, and the fit checks that it always may.
    private static let (explaining, leastExplaining) = (40, 100_000)

    private static func explainingBudget(after deciding: SearchBudget) -> SearchBudget {
        SearchBudget(max(deciding.spent, deciding.total / explaining, leastExplaining))
    }

    private static func explain(_ answer: inout Placement, _ request: PlacementRequest, _ budget: SearchBudget) {
        let explanation = Explanation(request: request, budget: budget)
        (answer.conflict, answer.conflictIsMinimal) = explanation.conflict()
        for index in answer.unplaced.indices.prefix(explained) {
            let guest = answer.unplaced[index]
            answer.unplaced[index].remedies = explanation.remedies(for: guest.name, lacking: guest.reasons)
        }
    }
}

/// One run of the placement.
struct PlacementRun {
    let request: PlacementRequest
    let grid: HostGrid
    /// By guest: what it needs, or nil for a guest that this host can never take.
    let needs: [GuestCounts?]
    let obstacles: [Int: StaticObstacle]
    let kept: [Int: KeptPlacement]
    /// By guest: which of the devices that were chosen for it before it can keep, where it stays or may be anywhere.
    let keptDevices: [Int: [DeviceChoice.Grant]]
    /// What all its searches together may do.
    var budget: SearchBudget

    /// - Parameters:
    ///   - leaving: Guests whose memory may come from any host cell, where nothing says that it must not.
    ///   - pages: Which of several possible page sizes memory has that comes from several cells.
    init(
        _ request: PlacementRequest, leaving: Set<Int> = [], pages: SpreadPages = .same(0), budget: SearchBudget
    ) {
        self.request = request
        self.budget = budget
        var grid = HostGrid(request)
        var needs: [GuestCounts?] = []
        var obstacles: [Int: StaticObstacle] = [:]
        var kept: [Int: KeptPlacement] = [:]
        for (index, guest) in request.guests.enumerated() {
            do {
                let choice = SpreadChoice(
                    goesElsewhere: leaving.contains(index),
                    present: leaving.contains(index) ? [:] : guest.present?.interleaved ?? [:],
                    pages: pages.choice(of: index))
                let need = try GuestCounts(guest.demand, on: grid, spreading: choice)
                kept[index] = KeptPlacement(guest, need: need, grid: grid)
                needs.append(need)
            } catch {
                needs.append(nil)
                obstacles[index] = error
            }
        }
        for (guest, need) in zip(request.guests, needs) {
            if let need { grid.commitHandPins(of: guest.demand, need) }
        }
        var devices: [Int: [DeviceChoice.Grant]] = [:]
        for (index, guest) in request.guests.enumerated() where !guest.demand.deviceWishes.isEmpty {
            guard let need = needs[index], kept[index] != nil || !need.floatingDevices.isEmpty else { continue }
            let grants = grid.stock.keepable(
                guest.present, grid.stock.amounts(of: guest.demand), on: kept[index]?.assignment.hosts ?? [])
            if !grants.isEmpty { devices[index] = grants }
        }
        keptDevices = devices
        self.grid = grid
        self.needs = needs
        self.obstacles = obstacles
        self.kept = kept
    }

    func run() -> Placement {
        let impossiblePools = poolShortages
        guard impossiblePools.isEmpty else { return refusal(impossiblePools) }
        guard obstacles.isEmpty, !someGuestFitsNowhere else { return partialAnswer(.infeasible) }
        guard !kept.isEmpty else { return answer(attempt(keeping: [])) }
        var moves = FewestMoves(self)
        let result = moves.search()
        var placement = answer(result)
        placement.moveBound = moves.bound
        return placement
    }

    /// Whether a guest has no place on the empty host: then neither moves nor searches help.
    var someGuestFitsNowhere: Bool {
        var alone = LoneRefutation(PlacementState(grid), allowsMixedPages: true)
        return alone.refutes(anyOf: needs.compactMap(\.self))
    }

    /// The verdict alone: that of ``run()``, whose moves are not kept few.
    func verdict() -> Placement.SearchVerdict {
        guard poolShortages.isEmpty, obstacles.isEmpty, !someGuestFitsNowhere else { return .infeasible }
        if !kept.isEmpty, case .found = attempt(keeping: Set(kept.keys), share: 4) { return .placed }
        return switch attempt(keeping: []) {
        case .found: .placed
        case .impossible: .infeasible
        case .undecided: .undecided
        }
    }

    /// What a search with some guests kept came to.
    enum Attempt {
        case found(Arrangement)
        case impossible
        case undecided
    }

    /// A host with everything on it.
    struct Arrangement {
        /// The grid without the CPUs of guests that keep theirs.
        var grid: HostGrid
        /// The needs that were searched with: no dedicated CPUs for guests that keep theirs.
        var needs: [GuestCounts]
        /// By guest.
        var assignments: [Assignment]
        /// Guests that keep their CPUs.
        var keptCPUs: [Int: KeptCPUs]
        /// By guest: the devices that it keeps, of which the needs know nothing.
        var keptDevices: [Int: [DeviceChoice.Grant]] = [:]
    }

    /// Searches with some guests where they are.
    ///
    /// - Parameters:
    ///   - share: Which part of the budget it may take.
    ///   - isStrict: Whether it is impossible when not all of them can stay; else those stay that can beside the ones before.
    ///   - repinned: Those of them that stay on their cells, and need not have the CPUs that they have.
    func attempt(
        keeping: Set<Int>, share: Int = 1, isStrict: Bool = false, repinned: Set<Int> = []
    ) -> Attempt {
        let hold = Hold(guests: keeping, repinned: repinned, isStrict: isStrict)
        let uniform = attempt(hold, mixed: false, share: share)
        guard case .impossible = uniform,
            needs.contains(where: { ($0?.pages.count ?? 0) > 1 && ($0?.cells.count ?? 0) > 1 })
        else { return uniform }
        return attempt(hold, mixed: true, share: share)
    }

    /// Which guests stay in a search.
    private struct Hold {
        var guests: Set<Int>
        let repinned: Set<Int>
        let isStrict: Bool
        /// Whether guests that may be anywhere keep their devices.
        var keepsFloating = true
    }

    private func attempt(_ hold: Hold, mixed: Bool, share: Int) -> Attempt {
        let result = attemptAsHeld(hold, mixed: mixed, share: share)
        let floating = keptDevices.keys.contains { needs[$0]?.floatingDevices.isEmpty == false }
        guard floating, hold.keepsFloating, case .impossible = result else { return result }
        var less = hold
        less.keepsFloating = false
        return attempt(less, mixed: mixed, share: share)
    }

    private func attemptAsHeld(_ hold: Hold, mixed: Bool, share: Int) -> Attempt {
        let held = committed(hold.guests, repinned: hold.repinned, keepsFloating: hold.keepsFloating)
        let (grid, keptCPUs) = (held.grid, held.keptCPUs)
        let isWhole = hold.guests.allSatisfy {
            kept[$0]?.cpus == nil || keptCPUs[$0] != nil || hold.repinned.contains($0)
        }
        if hold.isStrict, !isWhole { return .impossible }
        let splits = DeviceSplits(held.needs)
        var isRefuted = splits.areAll
        var leaving: Int?
        for (number, way) in splits.ways.enumerated() {
            if number > 0, budget.left <= 0 {
                isRefuted = false
                break
            }
            let needs = held.needs.split(way)
            var search = PlacementSearch(
                grid: grid, needs: needs, allowsMixedPages: mixed, prefersPack: request.policy.placement == .pack,
                limit: budget.part(share).left)
            let unfit = inOrderOfKeeping(hold.guests).first { guest in
                kept[guest].map { !search.fix(guest, $0.assignment) } ?? false
            }
            if let unfit {
                leaving = leaving ?? unfit
                continue
            }
            defer { budget.spend(search.steps) }
            switch search.run() {
            case .impossible: break
            case .undecided: isRefuted = false
            case .found(let assignments):
                return .found(
                    Arrangement(
                        grid: grid, needs: needs, assignments: assignments, keptCPUs: keptCPUs,
                        keptDevices: held.keptDevices))
            }
        }
        guard let leaving, !hold.isStrict else { return isRefuted ? .impossible : .undecided }
        // It cannot stay after all. Its CPUs go back, and the search starts again without it.
        var less = hold
        less.guests.remove(leaving)
        return attempt(less, mixed: mixed, share: share)
    }

    /// What is there to be searched for once some guests stay.
    struct Commitment {
        /// The grid without the CPUs and devices that kept guests have for themselves.
        var grid: HostGrid
        /// The needs, which no longer ask for these.
        var needs: [GuestCounts]
        var keptCPUs: [Int: KeptCPUs] = [:]
        var keptDevices: [Int: [DeviceChoice.Grant]] = [:]
    }

    /// Running guests first, then by name: who comes first keeps its place when two claim the same.
    func inOrderOfKeeping(_ guests: Set<Int>) -> [Int] {
        guests.sorted { left, right in
            let (leftRuns, rightRuns) = (kept[left]?.isRunning == true, kept[right]?.isRunning == true)
            return leftRuns == rightRuns ? left < right : leftRuns
        }
    }

    /// Takes what kept guests have for themselves.
    ///
    /// - Parameters:
    ///   - repinned: Those of them that stay on their cells and do not keep their CPUs.
    ///   - keepsFloating: Whether guests whose devices may be anywhere keep these too.
    func committed(_ keeping: Set<Int>, repinned: Set<Int> = [], keepsFloating: Bool = true) -> Commitment {
        var (grid, needs) = (grid, needs.map { $0 ?? GuestCounts(cells: [], forced: [], pages: [nil]) })
        var keptCPUs: [Int: KeptCPUs] = [:]
        var devices: [Int: [DeviceChoice.Grant]] = [:]
        var given: Set<Int> = []
        let floating = keptDevices.keys.filter { keepsFloating && !needs[$0].floatingDevices.isEmpty }
        for guest in inOrderOfKeeping(keeping.union(floating)) {
            for grant in keptDevices[guest] ?? [] where keepsFloating || needs[guest].floatingDevices.isEmpty {
                guard given.insert(grant.bundle).inserted else { continue }
                grid.stock.take(grant.bundle)
                needs[guest].take(grant.lane)
                devices[guest, default: []].append(grant)
            }
            guard let place = kept[guest], keeping.contains(guest) else { continue }
            needs[guest].forced = place.assignment.hosts.map { $0 }
            needs[guest].keptPages = place.assignment.pages
            guard let cpus = place.cpus, !repinned.contains(guest) else { continue }
            let isolated = request.guests[guest].demand.threadPolicy == .isolate
            var trial = grid
            guard trial.commit(cpus, hosts: place.assignment.hosts, isolated: isolated) else { continue }
            grid = trial
            keptCPUs[guest] = cpus
            for index in needs[guest].cells.indices {
                needs[guest].cells[index].wholeCores = 0
                needs[guest].cells[index].paired = 0
                needs[guest].cells[index].singles = 0
            }
        }
        return Commitment(grid: grid, needs: needs, keptCPUs: keptCPUs, keptDevices: devices)
    }

    private func answer(_ attempt: Attempt) -> Placement {
        switch attempt {
        case .found(let arrangement): placement(of: arrangement, verdict: .placed, left: [])
        case .impossible: partialAnswer(.infeasible)
        case .undecided: partialAnswer(.undecided)
        }
    }
}

extension HostGrid {
    /// Takes all CPUs of a guest out of the grid; false and possibly half done when one is not free.
    fileprivate mutating func commit(_ cpus: KeptCPUs, hosts: [Int], isolated: Bool) -> Bool {
        for (index, pins) in cpus.pins.enumerated() {
            let set = CPUSet(pins.values)
            guard areFree(set, on: hosts[index], isolated: isolated) else { return false }
            commit(set, on: hosts[index], isolated: isolated)
        }
        guard let emulator = cpus.emulator else { return true }
        guard areFree([emulator], on: hosts[0], isolated: false) else { return false }
        commit([emulator], on: hosts[0], isolated: false)
        return true
    }
}

extension GuestCounts {
    /// Asks for one device less.
    fileprivate mutating func take(_ lane: Int) {
        if !floatingDevices.isEmpty {
            floatingDevices[lane] -= 1
        } else if !devices.isEmpty {
            devices[lane] -= 1
        } else {
            cells[0].devices[lane] -= 1
        }
    }
}
