public import Diagnostics
public import Doctor

/// A checkup for a terminal: the findings, the worst first, then what was fine and what could not be told.
public struct DoctorText {
    private let host: String?
    private let results: [CheckResult]
    private let notes: [Diagnostic]

    /// Takes the results and what could not be read.
    public init(host: String?, _ results: [CheckResult], unread: [Diagnostic] = []) {
        self.host = host
        self.results = results
        notes = unread
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let findings = results.flatMap(\.findings)
        return joinedSections([
            [paint("host \(host.map { displayable($0) } ?? Amount.unknown)", .heading)],
            Diagnostic.Severity.allCases.flatMap { severity in
                findings.filter { $0.severity == severity }.flatMap { findingLines([$0], []) }
            },
            list("fine", .fine, width), list("not known", .unknown, width), findingLines(notes, []),
            [paint(summary(findings), .heading)],
        ])
    }

    private func list(_ title: String, _ verdict: CheckResult.Verdict, _ width: Int) -> [String] {
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
        return "Doctor: \(counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")); "
            + "\(fine) of \(Amount.count(results.count, "check")) fine."
    }
}
