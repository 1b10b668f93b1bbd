public import Diagnostics
public import Execution
internal import HostModel
internal import SystemPackage

/// How a run at boot ended.
public struct BootOutcome: Hashable, Sendable {
    /// What the run came to.
    public enum BootVerdict: Hashable, Sendable, CaseIterable {
        /// Every pool holds what the file asks for.
        case complete
        /// At least one pool holds less; what was granted is kept.
        case short
        /// Nothing was written: `numactl-plan=report` is on the kernel's command line.
        case reported
        /// Nothing was done: `numactl-plan=off` is on the kernel's command line.
        case disabled
        /// Nothing was done: the machine's cells are not those that the file was made for.
        case mismatch
        /// Nothing was done: the file or the host could not be read.
        case unusable
    }

    /// What the run came to.
    public var verdict: BootVerdict
    /// What became of every pool, ascending by pool.
    public var grants: [BootGrant<SysfsError>]
    /// What was found, in words.
    public var diagnostics: [Diagnostic]

    package init(_ verdict: BootVerdict, grants: [BootGrant<SysfsError>] = [], diagnostics: [Diagnostic] = []) {
        self.verdict = verdict
        self.grants = grants
        self.diagnostics = diagnostics
    }

    static let disabled = BootOutcome(
        .disabled,
        diagnostics: [
            Diagnostic(
                .bootDisabled, "numactl-plan=off is on the kernel's command line; nothing is reserved", severity: .note)
        ])

    static func mismatch(_ path: FilePath, _ differences: [String]) -> BootOutcome {
        BootOutcome(
            .mismatch,
            diagnostics: [
                Diagnostic(
                    .bootFileMismatch, "\(path) was made for a machine with different cells; nothing is reserved",
                    notes: differences, hint: "numactl-plan apply rewrites it")
            ])
    }

    init(isReport: Bool, grants: [BootGrant<SysfsError>], found: [Diagnostic]) {
        let short = grants.filter(\.isShort)
        let sizes = Set(short.map(\.pool.pageSize))
        let wanted = grants.filter { sizes.contains($0.pool.pageSize) }.map { ($0.pool, $0.asked) }
        let arguments = KernelArguments(
            Dictionary(wanted, uniquingKeysWith: max), atLeast: KernelArguments.bootPageSize)
        let help = isReport ? "" : arguments.text
        self.init(
            isReport ? .reported : short.isEmpty ? .complete : .short, grants: grants,
            diagnostics: found + short.map { $0.finding(isReport: isReport, help: help) })
    }
}

extension BootGrant where Failure == SysfsError {
    /// What is to be said of a pool that holds too little.
    fileprivate func finding(isReport: Bool, help: String) -> Diagnostic {
        let address = "pool \(pool.pageSize) cell \(pool.cell)"
        let severity: Diagnostic.Severity = isReport ? .note : .warning
        if let failure { return Diagnostic(.poolUnwritable, "\(address): \(failure)", severity: severity) }
        let verb = isReport ? "holds" : "was granted"
        let limit = "more than \(allowed) pages would leave the cell less memory than is reserved for the host"
        let isHelped = pool.pageSize >= KernelArguments.bootPageSize && allowed == asked && !help.isEmpty
        return Diagnostic(
            .poolShort, "\(address): asked for \(asked) pages, \(verb) \(granted)", severity: severity,
            notes: allowed < asked ? [limit] : [], hint: isHelped ? "boot with: \(help)" : nil)
    }
}
