internal import Diagnostics
public import Execution
internal import Glibc
internal import HostModel
public import SystemPackage

/// Reserves huge pages, keeps interrupts and programs off guests' CPUs and makes virtual functions while the machine boots, from a
/// boot file alone.
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
        let (facts, findings) = HostDiscovery(root: root).facts(isolation: file.isolation != nil)
        guard let facts else { return BootOutcome(.unusable, diagnostics: findings) }
        let mismatches = file.mismatches(with: facts)
        guard mismatches.isEmpty else { return .mismatch(path, mismatches) }
        let growth = PoolGrowth(SysfsPools(root: root), limits: limits)
        let isReport = position == .report
        let grants = isReport ? growth.report(file, on: facts) : growth.reserve(file, on: facts, by: growth.inParallel)
        let moves = file.isolation.map { isolate($0, on: facts, isReport: isReport) } ?? []
        return BootOutcome(
            isReport: isReport, grants: grants,
            found: findings.filter { $0.severity != .note } + moves + divide(file.divided, isReport: isReport))
    }

    /// How long a device or its driver is waited for: drivers are loaded while the unit runs.
    private static let patience = Duration.seconds(30)

    /// Makes the virtual functions that guests have. A device that has enough is left alone, and so is one that has others.
    private func divide(_ devices: [DividedDevice], isReport: Bool) -> [Diagnostic] {
        let host = KernelVirtualFunctions(root: root)
        let (clock, start) = (ContinuousClock(), ContinuousClock.now)
        let wait = HostFiles(root: root).isLive && !isReport ? BootRun.patience : .zero
        return devices.compactMap { wanted in
            while !host.hasDriver(wanted.device), clock.now - start < wait { usleep(100_000) }
            func warning(_ why: String) -> Diagnostic {
                Diagnostic(
                    .vfsNotMade, "\(wanted.device) is not divided into \(wanted.count) virtual functions: \(why)",
                    severity: .warning)
            }
            do throws(StepFailure) {
                guard let now = try host.count(of: wanted.device) else { return warning("it has none to give") }
                guard now < wanted.count else { return nil }
                guard now == 0 else { return warning("it has \(now) already") }
                guard !isReport else {
                    return Diagnostic(
                        .vfsNotMade, "\(wanted.device) would be divided into \(wanted.count) virtual functions",
                        severity: .note)
                }
                try host.divide(wanted.device, into: wanted.count)
                return nil
            } catch {
                return warning("\(error)")
            }
        }
    }

    /// Has interrupts keep off the CPUs of guests, those to come as well, whose drivers are not loaded yet, and programs where that is
    /// wanted: what they start later is where they are. What stays does not keep the others.
    private func isolate(_ isolation: CPUIsolation, on facts: HostFacts, isReport: Bool) -> [Diagnostic] {
        let found = facts.isolation ?? IsolationFacts(interrupts: [])
        let (affinities, programs) = (KernelAffinities(root: root), ProgramThreads(root: root))
        func carryOut(_ what: String, _ now: CPUSet, _ wanted: CPUSet, _ body: () throws(StepFailure) -> Void)
            -> Diagnostic?
        {
            guard !isReport else {
                return Diagnostic(
                    .notIsolated, "\(what) would go from CPUs \(now) to \(wanted)", severity: .note)
            }
            do throws(StepFailure) {
                try body()
                return nil
            } catch {
                if case .keptByKernel = error { return Diagnostic(.keptOnItsCPUs, "\(error)", severity: .note) }
                return Diagnostic(.notIsolated, "\(what): \(error)", severity: .warning)
            }
        }
        let moved = isolation.changes(found, on: facts).compactMap { change in
            carryOut(change.id.words(change.name), change.now, change.wanted) { () throws(StepFailure) in
                try affinities.set(change.id, name: change.name, to: change.wanted)
            }
        }
        let confined = found.threads.compactMap { threads -> Diagnostic? in
            guard let wanted = isolation.place(ofThreadsOn: threads.cpus) else { return nil }
            return carryOut(threads.words, threads.cpus, wanted) { () throws(StepFailure) in
                let present = try programs.movableThreads().filter { $0.allowed == threads.cpus }
                let stayed = try programs.confine(present.map(\.id), to: wanted)
                guard stayed.isEmpty else {
                    throw .keptByKernel("\(stayed.count) of \(threads.words)", reason: "the kernel keeps them")
                }
            }
        }
        return moved + confined
    }
}
