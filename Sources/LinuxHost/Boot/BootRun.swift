internal import Diagnostics
public import Execution
internal import HostModel
public import SystemPackage

/// Reserves huge pages while the machine boots, from a boot file alone.
public struct BootRun: Sendable {
    private let root: FilePath
    private let limits: PoolLadderLimits

    /// Works on the running machine, or on the file tree below `root`.
    package init(root: FilePath = "/", limits: PoolLadderLimits = .within(.seconds(60))) {
        self.root = root
        self.limits = limits
    }

    /// Does what the file asks for, unless the kernel's command line or another machine's cells forbid it.
    ///
    /// Pools only grow, never into the memory that a cell must keep, and a short grant is kept: some pages are better than none.
    /// - Parameter path: The boot file, named from this machine's root whatever the root of the run is.
    public func run(_ path: FilePath = BootFile.standardPath) -> BootOutcome {
        let files = HostFiles(root: root)
        var reader = FactReader(files: files)
        let commandLine = reader.text("proc/cmdline")
        let position = BootSwitch(commandLine: commandLine ?? "")
        guard position != .off else { return .disabled }
        let read = BootFile.read(path)
        guard let file = read.value else { return BootOutcome(.unusable, diagnostics: read.diagnostics) }
        let (facts, findings) = HostDiscovery(root: root).facts()
        guard let facts else { return BootOutcome(.unusable, diagnostics: findings) }
        let mismatches = file.mismatches(with: facts)
        guard mismatches.isEmpty else { return .mismatch(path, mismatches) }
        let growth = PoolGrowth(SysfsPools(root: root), limits: limits)
        let isReport = position == .report
        let grants = isReport ? growth.report(file, on: facts) : growth.reserve(file, on: facts, by: growth.inParallel)
        return BootOutcome(isReport: isReport, grants: grants, found: findings.filter { $0.severity != .note })
    }
}
