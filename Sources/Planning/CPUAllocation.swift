internal import HostModel

/// Gives guest cells of one host cell their CPUs, once the counts are known to fit.
///
/// The order keeps what the counts promised. Whole cores for `isolate` come first, of the kinds that the count chose. Then the
/// `require` guests take their pairs, with a triple where a pair can be saved, and with them their odd thread and their emulator's
/// as long as the pairs of those to come stay. Then `prefer` guests, and what is left over. The largest come first; which cores each
/// takes is a ``CoreChoice``, made among cores of one kind where these suffice.
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

    /// Core by core, each by its lowest thread, so that vCPUs beside each other share a core.
    private func inCoreOrder(_ left: CPU, _ right: CPU) -> Bool {
        func core(_ cpu: CPU) -> CPU { cores.first { $0.threads.contains(cpu) }?.threads.first ?? cpu }
        return (core(left), left) < (core(right), right)
    }

    // MARK: isolate

    /// Whole cores for all, of the kinds that the count chose.
    private mutating func takeWholeCores(_ wants: [Want], order: [Int], grants: inout [Grant]) {
        var quota = option.taken
        for index in order where wants[index].need.wholeCores > 0 {
            var missing = wants[index].need.wholeCores
            // Of one kind where that suffices.
            let one = quota.indices.first { quota[$0] >= missing }
            for kind in one.map({ [$0] }) ?? Array(quota.indices) where missing > 0 {
                let count = min(missing, quota[kind])
                let used = Set(grants[index].vcpus.compactMap { cacheOf[$0] })
                let candidates = cores.indices.filter { CoreKind(cores[$0]) == kinds[kind] }
                    .map { candidate($0, giving: 1) }
                for part in CoreChoice(candidates, used: used).best(count) ?? [] {
                    grants[index].vcpus += [cores[part.core].dedicated.first].compactMap(\.self)
                    cores[part.core].dedicated = []
                    cores[part.core].shared = []
                    cores[part.core].isWhole = false
                }
                quota[kind] -= count
                missing -= count
            }
        }
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
        guard let parts = bestChoice(need.paired + need.singles, singles: single + (want.hasEmulator ? 1 : 0)) else {
            return false
        }
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
        guard let parts = bestChoice(missing + (lacksEmulator ? 1 : 0), used: used) else { return }
        var taken = parts.map { take($0.threads, of: $0.core) }
        if lacksEmulator { grant.emulator = CPUAllocation.emulatorCPU(from: &taken) }
        grant.vcpus += taken.flatMap(\.self)
    }

    /// The best cores for so many threads.
    private func bestChoice(_ threads: Int, singles: Int? = nil, used: Set<Int> = []) -> [CoreChoice.Part]? {
        let all = cores.indices.filter { !cores[$0].dedicated.isEmpty }
            .map { candidate($0, giving: cores[$0].dedicated.count) }
        return CoreChoice(all, singles: singles, used: used).best(threads)
    }

    private func candidate(_ core: Int, giving threads: Int) -> CoreChoice.Candidate {
        CoreChoice.Candidate(
            core: core, free: threads, isUntouched: cores[core].isWhole,
            cache: cores[core].threads.first.map { cacheOf[$0] ?? 0 } ?? 0)
    }

    private mutating func take(_ count: Int, of index: Int) -> [CPU] {
        let cpus = Array(cores[index].dedicated.prefix(count))
        cores[index].dedicated.subtract(CPUSet(cpus))
        cores[index].isWhole = false
        return cpus
    }
}
