internal import HostModel
internal import SiteFile

extension Placer {
    /// How room is made for a guest by moving others while they run.
    ///
    /// Guests without a place are not counted, but for the one asked for. The moves take the least memory of running guests; of equal
    /// ones the fewest moves, then the fewest of running guests. Pure: the same question has the same answer.
    ///
    /// - Parameters:
    ///   - name: One of the request's guests.
    ///   - held: By name: guests that something else than the site keeps from moving.
    /// - Returns: nil where no guest of the request has that name.
    public static func room(
        for name: String, in request: PlacementRequest, held: [String: RoomForGuest.Obstacle] = [:]
    ) -> RoomForGuest? {
        RoomRun(name, request, held)?.answer()
    }
}

/// One question for room.
private struct RoomRun {
    private let name: String
    private var request: PlacementRequest
    private let wanted: Int
    private let held: [String: RoomForGuest.Obstacle]
    private let newGuests: [String]
    private let budget: SearchBudget
    private let place: KeptPlacement?
    private let floats: Bool

    /// Which shares of the limit are for asking whether any arrangement exists, for the best moves, and for any moves.
    private static let (existence, best, any) = (8, 10, 20)

    init?(_ name: String, _ question: PlacementRequest, _ held: [String: RoomForGuest.Obstacle]) {
        self.name = name
        self.held = held
        var request = question
        request.explains = false
        request.guests.sort { $0.name < $1.name }
        newGuests = request.guests.filter { $0.present == nil && $0.name != name }.map(\.name)
        request.guests.removeAll { $0.present == nil && $0.name != name }
        guard let wanted = request.guests.firstIndex(where: { $0.name == name }) else { return nil }
        budget = SearchBudget(request.searchLimit)
        place = PlacementRun(request, budget: budget).kept[wanted]
        floats = request.guests[wanted].present != nil && !request.guests[wanted].demand.isBound
        request.guests[wanted].present = nil
        self.wanted = wanted
        self.request = request
    }

    func answer() -> RoomForGuest {
        var answer = RoomForGuest(name, .placed)
        let run = PlacementRun(request, budget: budget)
        if place != nil || floats {
            answer.hostCells = (place?.assignment.hosts ?? []).map { run.grid.cells[$0].id }
            return answer
        }
        answer.uncounted = newGuests
        guard run.needs[wanted] != nil, run.poolShortages.isEmpty else { return settled(answer, .impossible) }
        var host = MovingHost(run, wanted: wanted, held: held)
        func names(_ guests: some Sequence<Int>) -> [String] {
            Set(guests.map { request.guests[$0].name }).sorted()
        }
        answer.uncounted = (newGuests + names(host.uncounted)).sorted()
        answer.fixed = Dictionary(
            host.fixed.map { (request.guests[$0.key].name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard host.misfits.isEmpty else {
            answer.misfits = names(host.misfits)
            return settled(answer, .overfull)
        }
        let goal = RoomGoal(variants.compactMap { $0.needs[wanted] }, on: &host)
        var checks = 0
        let start = RoomState(host).placement(on: host)
        if let hosts = goal.hosts(in: start, &checks) {
            answer.hostCells = hosts.map { run.grid.cells[$0].id }
            return settled(answer, .fits)
        }
        guard mayExist(besides: host) else { return withRestarts(answer) }
        return search(host, goal, answer)
    }

    /// The guest with all memory on its own host cells, then with memory from elsewhere where it may have that.
    private var variants: [PlacementRun] {
        let strict = PlacementRun(request, budget: budget)
        guard BestEffort(request: request, budget: budget).candidates.contains(wanted) else { return [strict] }
        return [strict]
            + (0...request.host.hugePageSizes.count).map { round in
                PlacementRun(request, leaving: [wanted], pages: .same(round), budget: budget)
            }
    }

    /// Whether an arrangement of all may exist in which those that do not move stay on their host cells.
    private func mayExist(besides host: MovingHost) -> Bool {
        variants.contains { run in
            guard run.obstacles[wanted] == nil, let need = run.needs[wanted] else { return false }
            var alone = LoneRefutation(PlacementState(run.grid), allowsMixedPages: true)
            guard !alone.refutes(need) else { return false }
            let staying = Set(host.fixed.keys.filter { run.kept[$0] != nil })
            guard run.obstacles.isEmpty else { return true }
            let attempt = run.attempt(keeping: staying, share: RoomRun.existence, isStrict: true, repinned: staying)
            if case .impossible = attempt { return false }
            return true
        }
    }

    private func search(_ host: MovingHost, _ goal: RoomGoal, _ answer: RoomForGuest) -> RoomForGuest {
        var best = RoomSearch(host, goal: goal, preference: .least, limit: request.searchLimit / RoomRun.best)
        switch best.run() {
        case .found(let hops, _, let hosts): return found(hops, hosts, host, answer)
        case .exhausted: return withRestarts(answer)
        case .limit(let least):
            var any = RoomSearch(host, goal: goal, preference: .nearest, limit: request.searchLimit / RoomRun.any)
            guard case .found(let hops, let cost, let hosts) = any.run() else { return settled(answer, .undecided) }
            var found = found(hops, hosts, host, answer)
            if least.memory < cost.memory { found.atLeast = KiB(UInt64(max(0, least.memory))) }
            return found
        }
    }

    private func found(
        _ hops: [RoomSearch.Hop], _ hosts: [Int], _ host: MovingHost, _ answer: RoomForGuest
    ) -> RoomForGuest {
        var answer = settled(answer, .moves)
        answer.moves = RoomMoves(host).moves(hops)
        answer.hostCells = hosts.map { host.run.grid.cells[$0].id }
        return answer
    }

    /// No order of moves leads to room; restarts may.
    private func withRestarts(_ answer: RoomForGuest) -> RoomForGuest {
        switch Placer.verdict(on: request) {
        case .placed: settled(answer, .restarts)
        case .infeasible: settled(answer, .impossible)
        case .undecided: settled(answer, .unreachable)
        }
    }

    private func settled(_ answer: RoomForGuest, _ outcome: RoomForGuest.Outcome) -> RoomForGuest {
        var answer = answer
        answer.outcome = outcome
        return answer
    }
}
