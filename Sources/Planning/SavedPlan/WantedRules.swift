internal import DomainXML
internal import HostModel

/// Holds wanted settings and a mark against the host. What a definition has already may stay, even if the host has it no more.
struct WantedRules {
    let guest: String
    let wanted: WantedSettings
    let mark: OwnershipMark
    /// The settings of the present definition; nil for a domain that does not exist yet.
    let prior: FoundSettings?
    let rules: SavedPlanRules

    /// The first thing that is wrong; nil when all is well.
    var problem: String? { nameProblem ?? vcpuProblem ?? cpuProblem ?? cellProblem ?? pageProblem ?? schedulerProblem }

    private var nameProblem: String? {
        if mark.site != rules.site { return "its mark names the site '\(mark.site)'" }
        if mark.guest != guest { return "its mark names the guest '\(mark.guest)'" }
        return [mark.host, mark.flavor].compactMap { $0.flatMap(PlanName.problem) }.first
    }

    private var vcpuProblem: String? {
        if wanted.vcpus < 1 { return "a guest needs at least one vCPU" }
        let numbered = Set(wanted.vcpuPins.keys).union(wanted.schedulers.keys).union(mark.ownCPUs.keys)
        let beyond = numbered.filter { $0.rawValue >= wanted.vcpus && prior?.vcpuPins[$0] == nil }
        return beyond.min().map { "vCPU \($0) does not exist: the guest has \(wanted.vcpus)" }
    }

    private var cpuProblem: String? {
        var known = rules.host.onlineCPUs
        for cpus in prior.map(WantedRules.pins) ?? [] { known.formUnion(cpus) }
        let pins =
            Array(wanted.vcpuPins.values) + Array(wanted.ioThreadPins.values) + [wanted.emulatorPin].compactMap(\.self)
        if pins.contains(where: \.isEmpty) { return "a thread is pinned to no CPU" }
        let given = CPUSet(Array(mark.ownCPUs.values) + [mark.emulatorCPU].compactMap(\.self))
        let missing = (WantedRules.pins(wanted) + [given]).map { $0.subtracting(known) }.first { !$0.isEmpty }
        return missing.map { "CPU \($0) is not online on this host" }
    }

    /// All CPUs that settings name.
    private static func pins(_ parts: some SettingValues) -> [CPUSet] {
        parts.vcpuPins.sorted { $0.key < $1.key }.map(\.value)
            + parts.ioThreadPins.sorted { $0.key < $1.key }.map(\.value)
            + [parts.emulatorPin, parts.vcpuCPUs].compactMap(\.self)
    }

    private var cellProblem: String? {
        var known = CellSet(rules.host.cells.map(\.id))
        for cells in WantedRules.cells(prior?.numaTune) { known.formUnion(cells) }
        let placed = CellSet(mark.placement.map(\.hostCell))
        let missing = (WantedRules.cells(wanted.numaTune) + [placed]).map { $0.subtracting(known) }.first {
            !$0.isEmpty
        }
        return missing.map { "cell \($0) does not exist on this host" }
    }

    private static func cells(_ tune: NUMATune?) -> [CellSet] {
        guard let tune else { return [] }
        return [tune.hostCells].compactMap(\.self) + tune.memNodes.sorted { $0.key < $1.key }.map(\.value.hostCells)
    }

    private var pageProblem: String? {
        let known = Set(rules.host.hugePageSizes + [rules.host.host.basePage]).union(
            WantedRules.sizes(prior?.hugePages))
        let missing = (WantedRules.sizes(wanted.hugePages) + mark.placement.map(\.pageSize)).first {
            !known.contains($0)
        }
        return missing.map { "this host has no \($0) pages" }
    }

    private static func sizes(_ pages: HugePages?) -> [PageSize] {
        switch pages {
        case nil, .defaultSize: []
        case .all(let size): [size]
        case .perCell(let sizes): sizes.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private var schedulerProblem: String? {
        let schedulers = wanted.schedulers.filter { prior?.schedulers[$0.key] != $0.value }
        let isWrong = schedulers.values.contains { scheduler in
            !["fifo", "rr", "batch", "idle"].contains(scheduler.policy)
                || !(1...99).contains(scheduler.priority ?? 1)
        }
        return isWrong ? "a vCPU has a scheduler unknown to the kernel" : nil
    }
}
