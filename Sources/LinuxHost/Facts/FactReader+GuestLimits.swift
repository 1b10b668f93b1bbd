internal import Diagnostics
internal import HostModel

/// The folder of the control groups.
private let groupFolder = ProgramGroups.folder

extension FactReader {
    /// What the control group of the machine's guests leaves them, or nil when that is everything.
    ///
    /// libvirt puts guests into `machine.slice`, without systemd into `machine`. The group's effective sets are what the kernel
    /// enforces: of version 2 `cpuset.cpus.effective`, of version 1 `cpuset.effective_cpus`, before Linux 4.7 `cpuset.cpus`. The
    /// slice is there as long as a guest runs; before the first one its unit's AllowedCPUs= and AllowedMemoryNodes= say what it
    /// will be, and the root of the groups what it can be at most. A host without these files limits nothing.
    mutating func guestLimits(online: CPUSet, cells: CellSet) -> GuestLimits? {
        let isVersion1 = names(in: "\(groupFolder)/cpuset") != nil
        let limits = isVersion1 ? version1Limits() : version2Limits()
        guard var limits else { return nil }
        if let cpus = limits.cpus, online.isSubset(of: cpus) || cpus.isDisjoint(with: online) { limits.cpus = nil }
        limits.cpus = limits.cpus?.intersection(online)
        if let memory = limits.memoryCells, cells.isSubset(of: memory) || memory.isDisjoint(with: cells) {
            limits.memoryCells = nil
        }
        limits.memoryCells = limits.memoryCells?.intersection(cells)
        return limits.cpus == nil && limits.memoryCells == nil ? nil : limits
    }

    private mutating func version2Limits() -> GuestLimits? {
        for group in ["machine.slice", "machine"] where names(in: "\(groupFolder)/\(group)") != nil {
            // Without the controller the group has no sets of its own, and none but the root's apply.
            if let limits = limits(of: group, effectiveSuffix: ".effective") { return limits }
            return limits(of: nil, effectiveSuffix: ".effective")
        }
        let root = limits(of: nil, effectiveSuffix: ".effective")
        guard let unit = unitLimits() else { return root }
        func within<Element>(_ outer: IDSet<Element>?, _ inner: IDSet<Element>?) -> IDSet<Element>? {
            guard let outer else { return inner }
            return inner.map(outer.intersection) ?? outer
        }
        return GuestLimits(
            cpus: within(root?.cpus, unit.cpus), memoryCells: within(root?.memoryCells, unit.memoryCells),
            source: unit.source)
    }

    private mutating func limits(of group: String?, effectiveSuffix: String) -> GuestLimits? {
        let folder = group.map { "\(groupFolder)/\($0)" } ?? groupFolder
        let effective: CPUSet? = nonEmptyList("\(folder)/cpuset.cpus\(effectiveSuffix)")
        // What the group lends to partitions below it is the guests' as well.
        let lent: CPUSet? = group.flatMap { _ in nonEmptyList("\(folder)/cpuset.cpus.exclusive") }
        let cpus = effective.map { $0.union(lent ?? []) }
        let cells: CellSet? = nonEmptyList("\(folder)/cpuset.mems\(effectiveSuffix)")
        guard cpus != nil || cells != nil else { return nil }
        return GuestLimits(cpus: cpus, memoryCells: cells, source: "/\(folder)")
    }

    private mutating func version1Limits() -> GuestLimits? {
        let root = "\(groupFolder)/cpuset"
        let groups = ["machine.slice", "machine", "libvirt/qemu"].map { "\(root)/\($0)" }
        let folder = groups.first { names(in: $0) != nil } ?? root
        // A new group's sets are empty until libvirt copies its parent's.
        for folder in [folder, root] {
            let cpus: CPUSet? =
                nonEmptyList("\(folder)/cpuset.effective_cpus") ?? nonEmptyList("\(folder)/cpuset.cpus")
            let cells: CellSet? =
                nonEmptyList("\(folder)/cpuset.effective_mems") ?? nonEmptyList("\(folder)/cpuset.mems")
            if cpus != nil || cells != nil {
                return GuestLimits(cpus: cpus, memoryCells: cells, source: "/\(folder)")
            }
        }
        return nil
    }

    /// The set of a list file; nil when it is absent, makes no sense, or is empty.
    private mutating func nonEmptyList<Element>(_ name: String) -> IDSet<Element>? {
        let set: IDSet<Element>? = list(name)
        return set?.isEmpty == true ? nil : set
    }

    // MARK: The slice before its first guest

    private mutating func unitLimits() -> GuestLimits? {
        let files = settingFiles("machine.slice", in: unitFolders)
        let (cpuText, cpuFiles) = setting("AllowedCPUs", in: files)
        let (cellText, cellFiles) = setting("AllowedMemoryNodes", in: files)
        let cpus: CPUSet? = systemdList(cpuText, files: cpuFiles)
        let cells: CellSet? = systemdList(cellText, files: cellFiles)
        guard cpus != nil || cells != nil else { return nil }
        let sources = (cpuFiles + cellFiles).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return GuestLimits(
            cpus: cpus, memoryCells: cells, source: sources.map { "/\($0)" }.joined(separator: ", "))
    }
}
