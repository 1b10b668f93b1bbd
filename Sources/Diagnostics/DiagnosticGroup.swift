/// Findings of which the same is to be said: of one code, severity and hint.
///
/// Errors stand for themselves, as each must be corrected, but for guests that do not fit, where no line of the site is wrong; so does
/// what has notes. Fewer than ``least`` are no group.
public struct DiagnosticGroup: Hashable, Sendable {
    /// So many findings are shown as one.
    static let least = 3
    /// So many messages of a group are shown before the rest is counted.
    public static let shown = 8

    /// The findings, in their order; never empty.
    public let all: [Diagnostic]

    /// The first of them.
    public var first: Diagnostic { all[0] }

    /// The findings in groups, in the order of the first of each.
    public static func of(_ findings: [Diagnostic]) -> [DiagnosticGroup] {
        let groups = Dictionary(grouping: findings.filter(\.isPlain), by: GroupKey.init).filter {
            $0.value.count >= least
        }
        var shown: Set<GroupKey> = []
        return findings.compactMap { finding in
            guard finding.isPlain, let group = groups[GroupKey(finding)] else { return DiagnosticGroup(all: [finding]) }
            return shown.insert(GroupKey(finding)).inserted ? DiagnosticGroup(all: group) : nil
        }
    }

    private struct GroupKey: Hashable {
        let code: DiagnosticCode
        let severity: Diagnostic.Severity
        let hint: String?

        init(_ finding: Diagnostic) { (code, severity, hint) = (finding.code, finding.severity, finding.hint) }
    }
}

extension Diagnostic {
    /// Whether it says no more than its message and its hint.
    fileprivate var isPlain: Bool { (severity != .error || code == .doesNotFit) && notes.isEmpty && label == nil }
}
