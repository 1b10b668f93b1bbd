/// Lists the sets of guest cells that fill a host cell as far as it must be, one after the other.
///
/// It stands where it stopped: whoever asks for the next set later gets the next one.
struct PatternListing {
    /// What asking for the next set came to.
    enum Outcome {
        /// There is one more; ``set`` has it.
        case found
        /// There is none.
        case end
        /// The limit was reached.
        case limit
    }

    /// The kinds of the guest cells that may be on the host cell, each as often as there are such guest cells.
    private let copies: [Int]
    /// By place in these: the next of another kind.
    private let ends: [Int]
    private let sizes: [CPUsAndMemory]
    /// By kind: the guest, of those with several cells.
    private let guests: [Int?]
    private let table: SumTable
    private let slack: CPUsAndMemory
    /// The places of the copies that are in the set.
    private var taken: [Int] = []
    private var from = 0
    /// What the host cell has beside the set.
    private(set) var room: CPUsAndMemory
    /// The kinds in the set, ascending.
    private(set) var set: [Int] = []
    /// Whether the set as it stands was given out: it stays until the next is asked for.
    private var isGiven = false
    private var isEnd = false

    /// - Parameters:
    ///   - copies: Kinds, ascending.
    ///   - sizes: By kind.
    ///   - guests: By kind: the guest, of those with several cells, of which no set has two.
    init(
        _ copies: [Int], sizes: [CPUsAndMemory], guests: [Int?], capacity: CPUsAndMemory, slack: CPUsAndMemory
    ) {
        self.copies = copies
        self.sizes = sizes
        self.guests = guests
        self.slack = slack
        room = capacity
        var ends = Array(copies.indices)
        for place in copies.indices.reversed() {
            let hasNext = place + 1 < copies.count && copies[place + 1] == copies[place]
            ends[place] = hasNext ? ends[place + 1] : place + 1
        }
        self.ends = ends
        table = SumTable(copies.map { sizes[$0] }, limit: capacity)
    }

    /// What making it took, as fit checks.
    var cost: Int { table.cost }

    /// Goes on to the next set.
    ///
    /// - Parameter looks: Counts looks at sums, up to `limit`.
    mutating func next(looks: inout Int, limit: Int) -> Outcome {
        if isGiven {
            isGiven = false
            goBack()
        }
        while !isEnd {
            guard looks < limit else { return .limit }
            looks += 1
            if from == copies.count {
                isGiven = !set.isEmpty && room.isAtMost(slack)
                if isGiven { return .found }
                goBack()
            } else if !table.reaches(from: from, between: room - slack, and: room) {
                goBack()
            } else if canTake(copies[from]) {
                set.append(copies[from])
                taken.append(from)
                room = room - sizes[copies[from]]
                from += 1
            } else {
                // Leaving one out leaves out all that are alike.
                from = ends[from]
            }
        }
        return .end
    }

    private func canTake(_ kind: Int) -> Bool {
        guard sizes[kind].isAtMost(room) else { return false }
        return guests[kind].map { guest in !set.contains { guests[$0] == guest } } ?? true
    }

    /// Leaves the last one out, and all that are like it.
    private mutating func goBack() {
        guard let last = taken.popLast() else {
            isEnd = true
            return
        }
        set.removeLast()
        room = room + sizes[copies[last]]
        from = ends[last]
    }
}
