internal import HostModel

/// Gives guest cells of one host cell their CPUs, once the counts are known to fit.
///
/// The order keeps what the counts promised: whole cores for `isolate` first, of the kinds that the count chose; then the pairs
/// of all `require` guests, with a triple where a pair can be saved; then odd threads, `prefer` guests (largest first), and the
/// emulators' threads. Within that: behind the fewest last-level caches, cores that are already broken before whole ones for
/// single threads, whole ones first for several, lowest CPU first.
struct CPUAllocation {
    /// What one guest cell wants.
    struct Want {
        let need: CellNeed
        /// Whether one of `need.singles` is for the emulator.
        let hasEmulator: Bool
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
    private let kinds: [CoreKind]

    /// Prepares a cell on which `load` is to be put.
    init(_ check: CellCheck, load: CellLoad) {
        cores = check.cell.cores
        cacheOf = check.cell.cacheOf
        kinds = check.capacity.kinds
        let threads = load.paired + load.singles
        let possible = check.capacity.options[load.wholeCores].filter {
            $0.threads >= threads && $0.hasPairs(for: load)
        }
        option = possible.min { $0.sharedLost < $1.sharedLost } ?? IsolateOption()
    }

    /// CPUs for every want, in the order of the wants.
    mutating func allocate(_ wants: [Want]) -> [Grant] {
        var grants = wants.map { _ in Grant() }
        let bySize = wants.indices.sorted { left, right in
            (wants[right].need.dedicated, left) < (wants[left].need.dedicated, right)
        }
        var quota = option.taken
        for index in bySize where wants[index].need.wholeCores > 0 {
            grants[index].vcpus = takeWholeCores(wants[index].need.wholeCores, quota: &quota)
        }
        takePairs(wants, order: bySize, grants: &grants)
        for index in bySize {
            let want = wants[index]
            let forVCPUs = want.need.singles - (want.hasEmulator ? 1 : 0)
            let odd = want.need.paired - (want.need.paired > 0 ? grants[index].vcpus.count : 0)
            if odd > 0 { grants[index].vcpus += takeThreads(odd, near: grants[index].vcpus) }
            if forVCPUs > 0 { grants[index].vcpus += takeThreads(forVCPUs, near: []) }
        }
        for index in bySize where wants[index].hasEmulator {
            grants[index].emulator = takeThreads(1, near: grants[index].vcpus).first
        }
        for index in grants.indices { grants[index].vcpus.sort(by: inCoreOrder) }
        return grants
    }

    /// Core by core, each by its lowest thread, so that vCPUs beside each other share a core.
    private func inCoreOrder(_ left: CPU, _ right: CPU) -> Bool {
        func core(_ cpu: CPU) -> CPU { cores.first { $0.threads.contains(cpu) }?.threads.first ?? cpu }
        return (core(left), left) < (core(right), right)
    }

    // MARK: isolate

    private mutating func takeWholeCores(_ count: Int, quota: inout [Int]) -> [CPU] {
        var taken: [CPU] = []
        while taken.count < count {
            let candidates = cores.indices.filter { index in
                guard let kind = CoreKind(cores[index]), let number = kinds.firstIndex(of: kind) else { return false }
                return quota[number] > 0
            }
            guard let index = bestCache(for: count - taken.count, among: candidates, counting: { _ in 1 }),
                let cpu = cores[index].dedicated.first, let kind = CoreKind(cores[index]),
                let number = kinds.firstIndex(of: kind)
            else { break }
            quota[number] -= 1
            taken.append(cpu)
            cores[index].dedicated = []
            cores[index].shared = []
            cores[index].isWhole = false
        }
        return taken
    }

    // MARK: require

    private mutating func takePairs(_ wants: [Want], order: [Int], grants: inout [Grant]) {
        let available = cores.reduce(0) { $0 + $1.dedicated.count / 2 }
        var missing = max(0, wants.reduce(0) { $0 + $1.need.pairs } - available)
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

    private mutating func takeThreads(_ count: Int, near: [CPU]) -> [CPU] {
        var taken: [CPU] = []
        let home = near.first.map { cacheOf[$0] ?? 0 }
        while taken.count < count {
            let rest = count - taken.count
            let candidates = cores.indices.filter { !cores[$0].dedicated.isEmpty }
            let local = candidates.filter { index in
                cores[index].threads.first.map { cacheOf[$0] ?? 0 } == home
            }
            let pool = local.isEmpty ? candidates : local
            guard let cache = cacheForThreads(rest, among: pool) else { break }
            let inCache = pool.filter { cacheIndex($0) == cache }
            // A core that is used up exactly is best; then the largest that is used up; then the smallest that is broken.
            let full = inCache.filter { cores[$0].dedicated.count <= rest }
                .max { (cores[$0].dedicated.count, $1) < (cores[$1].dedicated.count, $0) }
            let broken = inCache.min { (cores[$0].dedicated.count, $0) < (cores[$1].dedicated.count, $1) }
            guard let index = full ?? broken else { break }
            taken += take(min(rest, cores[index].dedicated.count), of: index)
        }
        return taken
    }

    /// The cache with the fewest free threads that still suffice; if none does, the one with the most.
    private func cacheForThreads(_ count: Int, among indices: [Int]) -> Int? {
        bestCache(for: count, among: indices, counting: { $0.dedicated.count }).map(cacheIndex)
    }

    /// A core behind the best cache: the fewest free units that suffice, else the most; of that cache the first core.
    private func bestCache(for count: Int, among indices: [Int], counting units: (Core) -> Int) -> Int? {
        var sums: [Int: (units: Int, first: Int)] = [:]
        for index in indices {
            let cache = cacheIndex(index)
            let known = sums[cache] ?? (0, index)
            sums[cache] = (known.units + units(cores[index]), min(known.first, index))
        }
        let enough = sums.values.filter { $0.units >= count }.min { ($0.units, $0.first) < ($1.units, $1.first) }
        return (enough ?? sums.values.max { ($0.units, -$0.first) < ($1.units, -$1.first) })?.first
    }

    private func cacheIndex(_ core: Int) -> Int { cores[core].threads.first.map { cacheOf[$0] ?? 0 } ?? 0 }

    private mutating func take(_ count: Int, of index: Int) -> [CPU] {
        let cpus = Array(cores[index].dedicated.prefix(count))
        cores[index].dedicated.subtract(CPUSet(cpus))
        cores[index].isWhole = false
        return cpus
    }
}
