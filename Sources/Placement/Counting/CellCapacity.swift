internal import HostModel

/// What is left for others once `isolate` guests took some whole cores of a cell.
struct IsolateOption: Hashable {
    /// Pairs of siblings: the sum of half the threads of each core, rounded down.
    var pairs = 0
    /// Cores with an odd number of threads, three or more: a pair there can be a triple.
    var triples = 0
    /// Threads.
    var threads = 0
    /// CPUs that leave shared use because they are on, or beside, an isolated thread.
    var sharedLost = 0
    /// How many cores of each kind were taken, by the index of the kind in ``CellCapacity/kinds``.
    var taken: [Int] = []

    /// Whether every use of `other` is possible here too.
    func covers(_ other: IsolateOption) -> Bool {
        pairs >= other.pairs && triples >= other.triples && threads >= other.threads && sharedLost <= other.sharedLost
    }
}

/// The CPUs of one cell as counts.
///
/// Whether a set of dedicated guest cells fits a host cell is arithmetic, no search:
/// - `isolate` takes whole cores. A core with fewer usable threads can do nothing that one with more cannot, so the poorest
///   whole cores are taken. Only where siblings of dedicated CPUs are shared CPUs is there a choice between losing a dedicated
///   thread and losing a shared one; all such choices are kept (`options`).
/// - `require` takes pairs of siblings. A core with f usable threads has f/2 pairs. With cores of an odd number of threads a
///   pair there may be a triple. A guest of n vCPUs may have p pairs, x of them triples, and one odd thread: n = 2p + x + (0 or
///   1) with x at most p. So a missing pair can be saved by two triples, and an even guest's first one by one triple.
/// - everything else takes any threads.
struct CellCapacity {
    /// By the number of whole cores taken: the choices that are not worse than another.
    let options: [[IsolateOption]]
    /// The kinds of whole cores, poorest first.
    let kinds: [CoreKind]
    /// CPUs for shared use while no dedicated vCPU is there.
    let sharedCPUs: Int

    init(_ cell: GridCell) {
        sharedCPUs = cell.cores.reduce(0) { $0 + $1.shared.count }
        var all = IsolateOption()
        var kinds: [CoreKind: Int] = [:]
        for core in cell.cores {
            let threads = core.dedicated.count
            all.add(threads: threads, times: 1)
            if let kind = CoreKind(core) { kinds[kind, default: 0] += 1 }
        }
        self.kinds = kinds.keys.sorted()
        options = CellCapacity.options(from: all, kinds: self.kinds.map { ($0, kinds[$0, default: 0]) })
    }

    private static func options(from all: IsolateOption, kinds: [(kind: CoreKind, count: Int)]) -> [[IsolateOption]] {
        let wholeCores = kinds.reduce(0) { $0 + $1.count }
        var options = Array(repeating: [IsolateOption](), count: wholeCores + 1)
        options[0] = [all]
        options[0][0].taken = kinds.map { _ in 0 }
        var seen = 0
        for (index, (kind, count)) in kinds.enumerated() {
            // Largest number first, so that every entry is extended by this kind once at most.
            for taken in stride(from: seen, through: 0, by: -1) {
                for base in options[taken] {
                    for more in 1...count {
                        options[taken + more].insertUnlessCovered(base.without(kind, index: index, times: more))
                    }
                }
            }
            seen += count
        }
        return options
    }
}

/// Whole cores that are alike.
struct CoreKind: Hashable, Comparable {
    /// Threads that a dedicated vCPU may take.
    let threads: Int
    /// Threads that are in shared use.
    let shared: Int
    /// Whether they are efficiency cores.
    let isEfficient: Bool

    /// The kind of a core that `isolate` may take, or nil.
    init?(_ core: Core) {
        guard core.isWhole, !core.dedicated.isEmpty else { return nil }
        threads = core.dedicated.count
        shared = core.shared.count
        isEfficient = core.isEfficient
    }

    static func < (left: CoreKind, right: CoreKind) -> Bool {
        (left.threads, left.shared, left.isEfficient ? 1 : 0) < (right.threads, right.shared, right.isEfficient ? 1 : 0)
    }
}

extension IsolateOption {
    fileprivate mutating func add(threads count: Int, times: Int) {
        pairs += count / 2 * times
        triples += count >= 3 && count % 2 == 1 ? times : 0
        threads += count * times
    }

    func without(_ kind: CoreKind, index: Int, times: Int) -> IsolateOption {
        var rest = self
        rest.taken[index] += times
        rest.add(threads: kind.threads, times: -times)
        rest.sharedLost += kind.shared * times
        return rest
    }
}

extension [IsolateOption] {
    fileprivate mutating func insertUnlessCovered(_ option: IsolateOption) {
        guard !contains(where: { $0.covers(option) }) else { return }
        removeAll { option.covers($0) }
        append(option)
    }
}
