public import Diagnostics

/// What became of one check.
public struct CheckResult: Hashable, Sendable {
    /// What a check comes to.
    public enum CheckVerdict: String, Hashable, Sendable, CaseIterable {
        /// Nothing is wrong.
        case fine
        /// There is something to say.
        case found
        /// It could not be told.
        case unknown
    }

    /// The check's stable name, such as `numa_balancing`.
    public var name: String
    /// What it comes to.
    public var verdict: CheckVerdict
    /// What was found: what, why it matters as a note, the command that helps as a hint.
    public var findings: [Diagnostic]

    package init(name: String, verdict: CheckVerdict, findings: [Diagnostic] = []) {
        self.name = name
        self.verdict = verdict
        self.findings = findings
    }
}

/// Looks a host over for what keeps guests from starting, makes them slow, or works against a plan. A function: observations in,
/// results out.
public enum Checkup {
    /// The results of all checks, in a fixed order.
    public static func results(_ host: Observations) -> [CheckResult] {
        checks.map { check in
            guard let findings = check.look(host) else { return CheckResult(name: check.name, verdict: .unknown) }
            return CheckResult(name: check.name, verdict: findings.isEmpty ? .fine : .found, findings: findings)
        }
    }

    /// The names of all checks, in their order.
    public static var names: [String] { checks.map(\.name) }

    private static let checks: [Check] =
        Check.virtualization + Check.libvirt + Check.pages + Check.memory + Check.cpus + Check.isolation
        + Check.shutdown
}

/// One check: nil when it cannot be told.
struct Check: Sendable {
    let name: String
    let look: @Sendable (Observations) -> [Diagnostic]?

    init(_ name: String, _ look: @escaping @Sendable (Observations) -> [Diagnostic]?) {
        self.name = name
        self.look = look
    }
}

extension Diagnostic {
    /// A finding: what, why it matters, what helps.
    init(
        found code: DiagnosticCode, _ severity: Severity, _ what: String, why: String, help: String?
    ) {
        self.init(code, what, severity: severity, notes: [why], hint: help)
    }
}

/// The command that sets a kernel parameter to 0, now and from the next boot on, by a file of that name.
func setting(_ parameter: String, _ name: String) -> String {
    "echo '\(parameter) = 0' > /etc/sysctl.d/60-\(name).conf && sysctl -p /etc/sysctl.d/60-\(name).conf"
}

/// Names for a sentence: all of a few, else the first and a count.
func listed(_ names: [String]) -> String {
    names.count <= 4
        ? names.joined(separator: ", ") : names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
}
