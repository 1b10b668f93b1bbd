internal import HostModel
internal import SiteFile

/// Gives guest cells of one host cell their CPUs, once the counts are known to fit.
///
/// The order keeps what the counts promised. Whole cores for `isolate` come first, of the kinds that the count chose. Then the
/// `require` guests take their pairs, with a triple where a pair can be saved, and with them their odd thread and their emulator's
/// as long as the pairs of those to come stay. Then `prefer` guests, and what is left over. The largest come first; which cores each
/// takes is a ``CoreChoice``, made among cores of one kind where these suffice.
struct CPUAllocation {
    /// What one guest cell wants.
    struct Want {
        let need: CellCounts
        /// Whether one of `need.singles` is for the emulator.
        let hasEmulator: Bool
        /// The kind of core to have first.
        let kind: GuestDemand.CPUKind
    }

    /// What one guest cell got.
    struct Grant: Hashable {
        /// One CPU for each dedicated vCPU, in the order of the vCPUs: siblings beside each other.
        var vcpus: [CPU] = []
        /// The emulator's CPU.
        var emulator: CPU?
    }

    private var cores: [Core]
    private let cacheOf: [CPU: Int]
    private let option: IsolateOption
    /// The ways to take whole cores that keep what the counts promised: asked before a kind of core is preferred.
    private let isPossible: (IsolateOption) -> Bool
    /// What there is before anything is taken.
    private let untouched: IsolateOption
    private let kinds: [CoreKind]

    /// Prepares a cell on which `load` is to be put.
    ///
    /// - Parameter mayLose: How many CPUs shared use may lose to whole cores, what the counts chose at least.
    init(_ check: CellCheck, load: CellLoad, mayLose: Int) {
        cores = check.cell.cores
        cacheOf = check.cell.cacheOf
        kinds = check.capacity.kinds
        let threads = load.paired + load.singles
        let possible = check.capacity.options[load.wholeCores].filter {
            $0.threads >= threads && $0.hasPairs(for: load)
        }
        let chosen = possible.min { $0.sharedLost < $1.sharedLost } ?? IsolateOption()
        option = chosen
        untouched = check.capacity.options[0][0]
        isPossible = {
            $0.threads >= threads && $0.hasPairs(for: load) && $0.sharedLost <= max(mayLose, chosen.sharedLost)
        }
    }

    /// CPUs for every want, in the order of the wants.
    mutating func allocate(_ wants: [Want]) -> [Grant] {
        var grants = wants.map { _ in Grant() }
        let bySize = wants.indices.sorted { left, right in
            (wants[right].need.dedicated, left) < (wants[left].need.dedicated, right)
        }
        takeWholeCores(wants, order: bySize, grants: &grants)
        takePairs(wants, order: bySize, grants: &grants)
        for index in bySize { takeRest(of: wants[index], grant: &grants[index]) }
        for index in grants.indices {
            grants[index].vcpus.sort(by: inCoreOrder)
            let need = wants[index].need
            let granted = grants[index].vcpus.count + (grants[index].emulator == nil ? 0 : 1)
            precondition(granted == need.dedicated, "CPUs that the counts promised are not there")
        }
        return grants
    }

    /// Cache by cache, and in these core by core, each by its lowest thread, so that vCPUs beside each other share a core and a cache.
    private func inCoreOrder(_ left: CPU, _ right: CPU) -> Bool {
        func core(_ cpu: CPU) -> CPU { cores.first { $0.threads.contains(cpu) }?.threads.first ?? cpu }
        return (cacheOf[left] ?? 0, core(left), left) < (cacheOf[right] ?? 0, core(right), right)
    }

    // MARK: isolate

    /// Whole cores for all, of the kinds that the count chose or that are asked for.
    private mutating func takeWholeCores(_ wants: [Want], order: [Int], grants: inout [Grant]) {
        let isolated = order.filter { wants[$0].need.wholeCores > 0 }
        if let preferred = preferredCores(isolated.map { wants[$0] }) {
            for (index, own) in zip(isolated, preferred) { grants[index].vcpus += own.compactMap { isolate($0) } }
            return
        }
        for (index, counts) in zip(isolated, countedCores(isolated.map { wants[$0] })) {
            // The emulator takes a core beside its guest's: room for that is looked for at the same time.
            let more = wants[index].hasEmulator && counts.count { $0 > 0 } == 1 ? 1 : 0
            for (kind, count) in counts.enumerated() where count > 0 {
                let used = Set(grants[index].vcpus.compactMap { cacheOf[$0] })
                let candidates = cores.indices.filter { CoreKind(cores[$0]) == kinds[kind] }
                    .map { candidate($0, giving: 1) }
                let choice = CoreChoice(candidates, used: used)
                for part in (choice.best(count + more) ?? choice.best(count) ?? []).prefix(count) {
                    grants[index].vcpus += [isolate(part.core)].compactMap(\.self)
                }
            }
        }
    }

    /// Takes a core whole, and gives its first thread.
    private mutating func isolate(_ core: Int) -> CPU? {
        let cpu = cores[core].dedicated.first
        cores[core].dedicated = []
        cores[core].shared = []
        cores[core].isWhole = false
        return cpu
    }

    /// By want: whole cores of each kind, as the counts chose them, of one kind where that suffices.
    private func countedCores(_ wants: [Want]) -> [[Int]] {
        var quota = option.taken
        return wants.map { CPUAllocation.draw($0.need.wholeCores, from: &quota, order: Array(quota.indices)) }
    }

    /// By want: the cores that it takes whole, of the kind asked for first; nil where all cores are of one kind, or others would lose
    /// what the counts promised them.
    private func preferredCores(_ wants: [Want]) -> [[Int]]? {
        guard Set(cores.map(\.isEfficient)).count > 1 else { return nil }
        var (taken, rest): (Set<Int>, IsolateOption) = ([], untouched)
        var choices: [[Int]] = []
        for want in wants {
            guard let own = wholeCores(for: want, besides: taken) else { return nil }
            taken.formUnion(own)
            for kind in own.compactMap({ CoreKind(cores[$0]) }) {
                guard let index = kinds.firstIndex(of: kind) else { return nil }
                rest = rest.without(kind, index: index, times: 1)
            }
            choices.append(own)
        }
        return isPossible(rest) ? choices : nil
    }

    /// The best whole cores of the first kind that has enough of them, and room for the emulator. Cores beside which shared vCPUs run
    /// come last.
    private func wholeCores(for want: Want, besides taken: Set<Int>) -> [Int]? {
        let count = want.need.wholeCores
        for all in CPUAllocation.tries(want.kind, cores).map({ $0.filter { !taken.contains($0) } }) {
            let whole = all.filter { cores[$0].isWhole }
            guard count + (want.hasEmulator && all.count == whole.count ? 1 : 0) <= whole.count else { continue }
            let apart = whole.filter { cores[$0].shared.isSubset(of: cores[$0].dedicated) }
            // The emulator takes a core beside its guest's, while there is one.
            let more = want.hasEmulator && whole.count > count ? 1 : 0
            let choice = CoreChoice(
                (apart.count < count + more ? whole : apart).map { core in
                    var candidate = candidate(core, giving: 1)
                    // Where one kind does not suffice, leaving cores of the kind asked for is worth nothing.
                    if isMixed(all, want.kind), cores[core].isEfficient == (want.kind == .efficiency) {
                        candidate.size = 0
                    }
                    return candidate
                })
            return choice.best(count + more).map { $0.prefix(count).map(\.core) }
        }
        return nil
    }

    /// Whether cores that a guest with a wish is offered are of both kinds.
    private func isMixed(_ offered: [Int], _ wish: GuestDemand.CPUKind) -> Bool {
        wish != .any && Set(offered.map { cores[$0].isEfficient }).count > 1
    }

    /// Draws so many from the first kind that has them all, else from one after the other.
    private static func draw(_ count: Int, from left: inout [Int], order: [Int]) -> [Int] {
        var (drawn, missing) = (left.map { _ in 0 }, count)
        for kind in order.first(where: { left[$0] >= count }).map({ [$0] }) ?? order {
            drawn[kind] = min(missing, left[kind])
            left[kind] -= drawn[kind]
            missing -= drawn[kind]
        }
        return drawn
    }

    // MARK: require

    private mutating func takePairs(_ wants: [Want], order: [Int], grants: inout [Grant]) {
        var pairsToCome = wants.reduce(0) { $0 + $1.need.pairs }
        guard pairsToCome <= freePairs else { return takePairsAndTriples(wants, order: order, grants: &grants) }
        for index in order where wants[index].need.paired > 0 {
            let want = wants[index]
            pairsToCome -= want.need.pairs
            if takeAtOnce(want, leaving: pairsToCome, grant: &grants[index]) { continue }
            for _ in 0..<want.need.pairs { grants[index].vcpus += takeFromCore(2, near: grants[index].vcpus) }
        }
    }

    /// Pairs of siblings that are still there.
    private var freePairs: Int { cores.reduce(0) { $0 + $1.dedicated.count / 2 } }

    /// Takes all threads of a `require` guest, its emulator's too; false, and nothing taken, when that breaks pairs of others.
    private mutating func takeAtOnce(_ want: Want, leaving pairs: Int, grant: inout Grant) -> Bool {
        let need = want.need
        let single = need.paired % 2 == 0 && cores.allSatisfy { $0.threads.count <= 2 } ? 0 : 1
        let before = cores
        let singles = single + (want.hasEmulator ? 1 : 0)
        guard let parts = bestChoice(need.paired + need.singles, want.kind, singles: singles) else { return false }
        var taken = parts.map { take($0.threads, of: $0.core) }
        guard freePairs >= pairs else {
            cores = before
            return false
        }
        if want.hasEmulator { grant.emulator = CPUAllocation.emulatorCPU(from: &taken) }
        grant.vcpus = taken.flatMap(\.self)
        return true
    }

    /// Takes the emulator's thread out of those of its guest: one that is alone on its core, else one of a core with an odd number,
    /// so that the vCPUs keep their pairs.
    private static func emulatorCPU(from taken: inout [[CPU]]) -> CPU? {
        let index = taken.lastIndex { $0.count == 1 } ?? taken.lastIndex { $0.count % 2 == 1 } ?? taken.indices.last
        return index.flatMap { taken[$0].popLast() }
    }

    private mutating func takePairsAndTriples(_ wants: [Want], order: [Int], grants: inout [Grant]) {
        var missing = max(0, wants.reduce(0) { $0 + $1.need.pairs } - freePairs)
        var saved = wants.map { _ in 0 }
        for index in order where missing > 0 && wants[index].need.hasCheapSaving {
            saved[index] = 1
            missing -= 1
        }
        for index in order where missing > 0 {
            let more = min(missing, wants[index].need.savablePairs - saved[index])
            saved[index] += more
            missing -= more
        }
        for index in order where wants[index].need.paired > 0 {
            let need = wants[index].need
            let triples = saved[index] == 0 ? 0 : 2 * saved[index] - (need.hasCheapSaving ? 1 : 0)
            for _ in 0..<triples { grants[index].vcpus += takeFromCore(3, near: grants[index].vcpus) }
            for _ in 0..<need.pairs - saved[index] - triples {
                grants[index].vcpus += takeFromCore(2, near: grants[index].vcpus)
            }
        }
    }

    /// Takes two or three threads of one core: three only of an odd core; two of an even one if there is any, behind a cache
    /// that the guest uses already if possible.
    private mutating func takeFromCore(_ count: Int, near: [CPU]) -> [CPU] {
        let caches = Set(near.map { cacheOf[$0] ?? 0 })
        let best = cores.indices
            .filter { cores[$0].dedicated.count >= count && (count == 2 || cores[$0].dedicated.count % 2 == 1) }
            .min { left, right in rank(left).lexicographicallyPrecedes(rank(right)) }
        func rank(_ index: Int) -> [Int] {
            let free = cores[index].dedicated.count
            let isFar = cores[index].threads.first.map { caches.contains(cacheOf[$0] ?? 0) ? 0 : 1 } ?? 1
            return [near.isEmpty ? 0 : isFar, count == 2 && free % 2 == 1 && free > 2 ? 1 : 0, free, index]
        }
        return best.map { take(count, of: $0) } ?? []
    }

    // MARK: prefer and single threads

    /// Takes what a want has not got yet: the threads of `prefer`, an odd one, an emulator's.
    private mutating func takeRest(of want: Want, grant: inout Grant) {
        let lacksEmulator = want.hasEmulator && grant.emulator == nil
        let missing = want.need.dedicated - grant.vcpus.count - (want.hasEmulator ? 1 : 0)
        let used = Set(grant.vcpus.map { cacheOf[$0] ?? 0 })
        let kind = kind(of: grant.vcpus, asked: want.kind)
        guard let parts = bestChoice(missing + (lacksEmulator ? 1 : 0), kind, used: used) else { return }
        var taken = parts.map { take($0.threads, of: $0.core) }
        if lacksEmulator { grant.emulator = CPUAllocation.emulatorCPU(from: &taken) }
        grant.vcpus += taken.flatMap(\.self)
    }

    /// The kind of core that a guest has already, else the one asked for: an emulator goes with its vCPUs.
    private func kind(of cpus: [CPU], asked: GuestDemand.CPUKind) -> GuestDemand.CPUKind {
        let kinds = Set(cpus.compactMap { cpu in cores.first { $0.threads.contains(cpu) }?.isEfficient })
        guard asked != .any, kinds.count == 1 else { return asked }
        return kinds.contains(true) ? .efficiency : .performance
    }

    /// The best cores for so many threads: of one kind where these suffice, the one asked for first.
    private func bestChoice(
        _ threads: Int, _ kind: GuestDemand.CPUKind, singles: Int? = nil, used: Set<Int> = []
    ) -> [CoreChoice.CoreShare]? {
        for cores in CPUAllocation.tries(kind, cores) {
            let candidates = cores.map { candidate($0, giving: self.cores[$0].dedicated.count) }
            if let best = CoreChoice(candidates, singles: singles, used: used).best(threads) { return best }
        }
        return nil
    }

    /// The cores that have something to give, kind by kind in the order in which they are tried; at last all.
    private static func tries(_ kind: GuestDemand.CPUKind, _ cores: [Core]) -> [[Int]] {
        let all = cores.indices.filter { !cores[$0].dedicated.isEmpty }
        let (slow, fast) = (all.filter { cores[$0].isEfficient }, all.filter { !cores[$0].isEfficient })
        return switch kind {
        case .any: [all]
        case .performance: [fast, slow, all]
        case .efficiency: [slow, fast, all]
        }
    }

    private func candidate(_ core: Int, giving threads: Int) -> CoreChoice.Candidate {
        CoreChoice.Candidate(
            core: core, free: threads, isUntouched: cores[core].isWhole,
            cache: cores[core].threads.first.map { cacheOf[$0] ?? 0 } ?? 0, size: cores[core].dedicated.count)
    }

    private mutating func take(_ count: Int, of index: Int) -> [CPU] {
        let cpus = Array(cores[index].dedicated.prefix(count))
        cores[index].dedicated.subtract(CPUSet(cpus))
        cores[index].isWhole = false
        return cpus
    }
}
