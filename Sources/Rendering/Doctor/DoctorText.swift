package import Diagnostics
package import Doctor

/// A checkup for a terminal: the worst kinds of findings in full, the others shorter, then what was fine and what could not be told.
public struct DoctorText {
    /// How many kinds of findings are shown with the reason why they matter.
    private static let shownInFull = 3

    private let host: String?
    private let results: [CheckResult]
    private let notes: [Diagnostic]

    /// Takes the results and what could not be read.
    package init(host: String?, _ results: [CheckResult], unread: [Diagnostic] = []) {
        self.host = host
        self.results = results
        notes = unread
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let findings = results.flatMap(\.findings)
        let kinds = DoctorText.kinds(of: findings)
        return joinedSections([
            [paint("host \(host.map { displayable($0) } ?? Amount.unknown)", .heading)],
            kinds.prefix(DoctorText.shownInFull).flatMap { findingLines([$0], width: width) },
            others(Array(kinds.dropFirst(DoctorText.shownInFull)), width),
            list("fine", .fine, width), list("unknown", .unknown, width), findingLines(notes, width: width),
            [paint(summary(findings), .heading)],
        ])
    }

    /// One finding for each kind, the worst first: the first of its code and severity, with the number of those like it.
    private static func kinds(of findings: [Diagnostic]) -> [Diagnostic] {
        Diagnostic.Severity.allCases.flatMap { severity in
            var kinds: [[Diagnostic]] = []
            for finding in findings where finding.severity == severity {
                if let place = kinds.firstIndex(where: { $0.first?.code == finding.code }) {
                    kinds[place].append(finding)
                } else {
                    kinds.append([finding])
                }
            }
            return kinds.compactMap(shown)
        }
    }

    private static func shown(_ alike: [Diagnostic]) -> Diagnostic? {
        guard var first = alike.first else { return nil }
        if alike.count > 1 { first.notes.append("and \(alike.count - 1) more like this: --format json has all") }
        return first
    }

    /// What is less urgent: what was found and what helps, without the reasons.
    private func others(_ findings: [Diagnostic], _ width: Int) -> [String] {
        guard let first = findings.first else { return [] }
        let lines = findings.flatMap { finding in
            var short = finding
            short.notes = []
            return findingLines([short], width: width)
        }
        return lines + ["why each matters: numactl-plan explain \(first.code.rawValue)"]
    }

    private func list(_ title: String, _ verdict: CheckResult.CheckVerdict, _ width: Int) -> [String] {
        let names = results.filter { $0.verdict == verdict }.map(\.name)
        guard !names.isEmpty else { return [] }
        let margin = String(repeating: " ", count: title.count + 2)
        return wrapped(names.joined(separator: ", "), to: width - margin.count).enumerated().map {
            ($0.offset == 0 ? "\(title): " : margin) + $0.element
        }
    }

    private func summary(_ findings: [Diagnostic]) -> String {
        let counts = Diagnostic.Severity.allCases.compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : Amount.count(count, severity.rawValue)
        }
        let fine = results.count { $0.verdict == .fine }
        let unknown = results.count { $0.verdict == .unknown }
        return "Doctor: \(counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")); "
            + "\(fine) of \(Amount.count(results.count, "check")) passed\(unknown == 0 ? "" : ", \(unknown) unknown")."
    }
}
