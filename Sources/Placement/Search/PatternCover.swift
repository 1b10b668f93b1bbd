/// The search for nearly full hosts by patterns: sets of guest cells that fill one host cell as far as it must be.
///
/// What finished host cells waste cannot exceed what the host has beyond the guests' needs (lemma 5). Where that is little, there are
/// not many sets of guest cells that a host cell may end with; all are listed first. Then they are put together: the guest cells of
/// the kind that the fewest patterns are left for get one pattern after the other, so dead ends show early, whichever host cell they
/// are on. ``TightFill`` fills host cells in a fixed order instead and never lists what it can fill them with.
///
/// Guest cells that are alike are one kind with a number, and so are host cells; a pattern is a number of each kind. A guest with
/// several cells has kinds of its own, of which no pattern has two. After a pattern failed, the branches beside do without it: an
/// arrangement that has it anywhere is one already refuted, its host cells named in another order (lemma 4). What guest cells are
/// left on how many host cells of each kind is remembered once it failed (lemma 8). Of the patterns for one kind those come first that
/// are worth most, by prices that say which cannot be in any arrangement (``ExactCover``).
///
/// Patterns are checked by ``CellCheck``; the sums only tell which sets are worth a check. So it answers as ``TightFill`` does, and is
/// asked less in the same way. Of guests with a choice of page sizes a pattern is a set for which there are sizes that fit; so where
/// each such guest has one cell and no rule holds for the host as a whole, what is found is an arrangement.
struct PatternCover: ResumableSearch {
    /// Guest cells that are alike.
    private struct Kind {
        let items: [Int]
        let size: CPUsAndMemory
        /// The guest, of those with several cells.
        let guest: Int?
    }

    /// Host cells that are alike.
    private struct HostKind {
        let hosts: [Int]
        let capacity: CPUsAndMemory
    }

    private let question: FillQuestion
    private var kinds: [Kind] = []
    private var hostKinds: [HostKind] = []
    /// Up to which kind of host cells all patterns are listed.
    private var listed = 0
    /// The patterns of the next kind, as far as they are listed, and a host cell of that kind to ask whether it takes them.
    private var listing: (patterns: PatternListing, trial: FillQuestion.PageTrial)?
    private var cover: ExactCover
    private var looks = 0
    private var checks = 0

    /// How many patterns are listed at most.
    private static let most = 60_000
    /// Looks at sums for which one fit check is counted.
    private static let looksPerCheck = 8

    /// What was done, in fit checks.
    var steps: Int { checks + looks / PatternCover.looksPerCheck + cover.steps }

    /// Whether all patterns are listed.
    var isListed: Bool { listed == hostKinds.count }

    /// Whether going on says nothing more.
    private(set) var isOver = false

    /// - Parameter question: One in which host cells can be looked at by themselves.
    init?(_ question: FillQuestion) {
        guard question.isByCell else { return nil }
        self.question = question
        let needs = question.search.needs
        var members: [[Int]: [Int]] = [:]
        for (index, item) in question.items.enumerated() {
            let isAlone = needs[item.guest].cells.count == 1
            members[isAlone ? [item.shape] : [item.shape, index], default: []].append(index)
        }
        let kinds = members.values.sorted { $0[0] < $1[0] }.map { items in
            let item = question.items[items[0]]
            return Kind(items: items, size: item.size, guest: needs[item.guest].cells.count > 1 ? item.guest : nil)
        }
        guard kinds.count <= ExactCover.mostKinds else { return nil }
        let likeness = question.search.likenessOfCells
        let hostKinds = Set(likeness).sorted().map { number in
            let hosts = likeness.indices.filter { likeness[$0] == number }
            return HostKind(hosts: hosts, capacity: question.capacity[hosts[0]])
        }
        self.kinds = kinds
        self.hostKinds = hostKinds
        cover = ExactCover(
            left: kinds.map(\.items.count), hostsLeft: hostKinds.map(\.hosts.count), slack: question.slack)
    }

    /// Goes on until it is decided, or `limit` fit checks are made in all; nil when it was not, or says nothing.
    mutating func run(limit: Int) -> SearchResult? {
        while !isOver, listed < hostKinds.count {
            guard list(limit) else { return nil }
            listed += 1
            listing = nil
        }
        guard !isOver else { return nil }
        switch cover.run(limit: cover.steps + limit - steps) {
        case .limit: return nil
        case .exhausted:
            isOver = true
            return question.isComplete || question.isRelaxed ? .impossible : nil
        case .found: return arrangement()
        }
    }

    // MARK: Patterns

    /// Goes on listing the patterns of a kind of host cells; false when that takes too long, or there are too many.
    private mutating func list(_ limit: Int) -> Bool {
        if listing == nil { open() }
        while steps < limit {
            let most = looks + (limit - steps) * PatternCover.looksPerCheck
            switch listing?.patterns.next(looks: &looks, limit: most) {
            case .found: addPattern()
            case .limit: return false
            case .end, nil: return true
            }
            guard cover.count <= PatternCover.most else {
                isOver = true
                return false
            }
        }
        return false
    }

    private mutating func open() {
        let host = hostKinds[listed]
        var state = question.state
        let open = kinds.indices.filter { kind in
            let item = question.items[kinds[kind].items[0]]
            return question.isAllowed(item, on: host.hosts[0])
                && state.lack(of: item.need, on: host.hosts[0], page: item.page) == nil
        }
        let patterns = PatternListing(
            open.flatMap { Array(repeating: $0, count: kinds[$0].items.count) }, sizes: kinds.map(\.size),
            guests: kinds.map(\.guest), capacity: host.capacity, slack: question.slack)
        checks += kinds.count + patterns.cost
        listing = (patterns, FillQuestion.PageTrial(question, on: host.hosts[0]))
    }

    /// Adds the set that is listed, if the host cell takes it.
    private mutating func addPattern() {
        guard let set = listing?.patterns.set, let waste = listing?.patterns.room,
            listing?.trial.fits(set.map { kinds[$0].items[0] }, tries: &checks) != false
        else { return }
        cover.add(set, on: listed, waste: waste)
    }

    /// What was found, if it is an arrangement of the question itself.
    private mutating func arrangement() -> SearchResult? {
        var open = kinds.map { $0.items.makeIterator() }
        var hosts = hostKinds.map { $0.hosts.makeIterator() }
        var places: [Int?] = question.items.map { _ in nil }
        isOver = true
        for index in cover.chosen {
            let pattern = cover.pattern(index)
            guard let host = hosts[pattern.hosts].next() else { return nil }
            for entry in pattern.entries {
                for _ in 0..<entry.count {
                    guard let item = open[entry.kind].next() else { return nil }
                    places[item] = host
                }
            }
        }
        return question.arrangement(places, tries: &checks).map { .found($0) }
    }
}
