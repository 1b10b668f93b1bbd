/// A search that can go on where it stopped.
protocol ResumableSearch {
    /// What was done, in fit checks.
    var steps: Int { get }

    /// Goes on until it is decided, or `limit` fit checks are made in all; nil when it was not decided.
    mutating func run(limit: Int) -> SearchResult?
}

/// The searches in turn, each with little of the limit at first and then with more: which of them suits a host shows only when it is
/// tried.
struct SearchTurns {
    private let search: PlacementSearch
    private let limit: Int
    /// What was done, in fit checks.
    private(set) var steps = 0
    private let question: FillQuestion?
    private var patterns: PatternCover?
    /// The same of a question that asks less, to refute, and to find where page sizes are all that is left to choose.
    private var fewerPatterns: PatternCover?
    private var swaps: SwapSearch?
    private var learning: LearningSearch?
    /// The question of the CPUs alone, and of the memory alone, while these may refute; nil before they are made.
    private var parts: [PlacementSearch]?
    /// Whether asking less may refute: what asks for less and yet found something would find it again.
    private var isWorthAskingLess = true

    /// What part of the limit the searches may use in each round.
    private static let rounds = [256, 64, 16, 4, 1]
    /// What part of a round's share each search may take, and changing places of a share of at most ``mostSwaps``.
    private static let (covering, filling, refuting, trying, learning, swapping) = (2, 8, 16, 8, 4, 4)
    private static let mostSwaps = 1_000_000
    /// The least that a part of the question is asked with: with less it is not worth being made.
    private static let leastOfPart = 8_000

    /// - Parameter isPart: Whether the question is already a part of another.
    init(_ search: PlacementSearch, limit: Int? = nil, isPart: Bool = false) {
        self.search = search
        self.limit = limit ?? search.limit
        if isPart { parts = [] }
        question = FillQuestion(search: search, byMemory: false)
        patterns = question.flatMap { PatternCover($0) }
        isWorthAskingLess = question?.isExact != true
        swaps = SwapSearch(search: search)
    }

    /// Places every guest, or says that it is impossible or undecided.
    mutating func run() -> SearchResult {
        if isWorthAskingLess, let less = FillQuestion(search: search, byMemory: false, isRelaxed: true) {
            fewerPatterns = PatternCover(less)
        }
        for fraction in SearchTurns.rounds where steps < limit {
            let share = limit / fraction
            if let result = filled(share) ?? tried(share / SearchTurns.trying) { return result }
            // What changing places finds it finds soon, and it refutes nothing.
            let few = min(share, SearchTurns.mostSwaps) / SearchTurns.swapping
            if let result = turn(\.swaps, few) { return result }
            if learning == nil {
                learning = LearningSearch(search: search)
                steps += learning?.steps ?? 0
            }
            if refutesPart(share / SearchTurns.refuting) { return .impossible }
            // Nobody comes after the last.
            if let result = turn(\.learning, fraction == 1 ? limit : share / SearchTurns.learning) { return result }
        }
        return .undecided
    }

    /// Whether the CPUs alone, or the memory alone, do not suffice: each is asked anew, for so many steps at most.
    private mutating func refutesPart(_ share: Int) -> Bool {
        guard share >= SearchTurns.leastOfPart else { return false }
        let asked = parts ?? [.cpus, .memory].compactMap { search.asking(of: $0) }
        parts = []
        for part in asked {
            var turns = SearchTurns(part, limit: min(share, limit - steps), isPart: true)
            let result = turns.run()
            steps += turns.steps
            switch result {
            case .impossible: return true
            case .undecided: parts?.append(part)
            case .found: break
            }
        }
        return false
    }

    /// Lets a search go on for so many steps more.
    private mutating func turn<Search: ResumableSearch>(
        _ search: WritableKeyPath<SearchTurns, Search?>, _ share: Int
    ) -> SearchResult? {
        guard let before = self[keyPath: search]?.steps else { return nil }
        let most = before + min(share, limit - steps)
        let result = self[keyPath: search]?.run(limit: most)
        steps += (self[keyPath: search]?.steps ?? before) - before
        return result
    }

    /// Fills host cells, by patterns where these can be listed.
    private mutating func filled(_ share: Int) -> SearchResult? {
        if let result = turn(\.patterns, share / SearchTurns.covering) { return result }
        let byMemoryFirst = question?.isTighterInMemory == true
        if question != nil, patterns?.isListed != true {
            // What is scarcer says more of what may be on a cell.
            for byMemory in [byMemoryFirst, !byMemoryFirst] {
                guard let question = FillQuestion(search: search, byMemory: byMemory) else { break }
                if let result = fill(question, share / SearchTurns.filling) { return result }
            }
        }
        guard isWorthAskingLess else { return nil }
        let fraction = question == nil ? SearchTurns.covering : SearchTurns.refuting
        if let result = turn(\.fewerPatterns, share / fraction) { return result }
        if fewerPatterns?.isListed != true,
            let less = FillQuestion(search: search, byMemory: byMemoryFirst, isRelaxed: true)
        {
            return fill(less, share / SearchTurns.refuting)
        }
        isWorthAskingLess = fewerPatterns?.isOver != true
        return nil
    }

    private mutating func fill(_ question: FillQuestion, _ share: Int) -> SearchResult? {
        var filling = TightFill(question, limit: min(share, limit - steps))
        let result = filling.run()
        steps += filling.steps
        if question.isRelaxed, filling.hasFound { isWorthAskingLess = false }
        return result
    }

    /// Tries everything.
    private mutating func tried(_ share: Int) -> SearchResult? {
        var exhaustive = ExhaustiveSearch(search: search, limit: min(share, limit - steps))
        let result = exhaustive.run()
        steps += exhaustive.steps
        if case .undecided = result { return nil }
        return result
    }
}
