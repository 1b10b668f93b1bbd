internal import Diagnostics
package import Doctor

/// A checkup as the document `numactl-plan/doctor`, for programs.
public struct DoctorJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/doctor"

    private let host: String?
    private let results: [CheckResult]
    private let exit: ExitReport

    /// Takes the results and the code that the process ends with.
    package init(host: String?, _ results: [CheckResult], exit: ExitReport) {
        self.host = host
        self.results = results
        self.exit = exit
    }

    /// Writes the document; what is absent is null. Findings have what as `message`, why in `notes`, the command as `hint`.
    public func encode(to encoder: any Encoder) throws {
        let document: JSONValue = [
            "kind": .text(DoctorJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .optional(host)],
            "checks": .list(
                results.map { result in
                    [
                        "name": .text(result.name), "result": .text(result.verdict.rawValue),
                        "findings": diagnosticPart.list(result.findings),
                    ]
                }),
            "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }
}
