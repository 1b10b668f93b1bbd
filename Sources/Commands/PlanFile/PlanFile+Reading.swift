internal import Diagnostics
internal import FoundationEssentials
internal import HostModel
internal import Planning
internal import Rendering

extension PlanFile {
    /// The longest file that is read, in bytes.
    static let maximumBytes = 64 << 20

    /// Whether the bytes are a plan of ours, saved or printed, whole or spoilt, and no site file.
    static func isRecognized(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        guard start.first == UInt8(ascii: "{") else { return false }
        let word = Array("\"numactl-plan/plan".utf8)
        let head = Array(start.prefix(4_096))
        return head.indices.contains { head[$0...].starts(with: word) }
    }

    /// Reads a saved plan.
    ///
    /// - Throws: ``CommandFailure`` with 65: no JSON, another version, altered since it was saved, or not what a plan is.
    init(bytes: [UInt8], path: String) throws {
        let data = Data(bytes)
        if let key = JSONKeys.firstMisleading(in: bytes) {
            throw CommandFailure(
                .invalidInput,
                [
                    Diagnostic(
                        .planFileInvalid, "\(path):\(key.line): the key '\(displayable(key.name))' \(key.problem)",
                        hint: "plan again: numactl-plan plan --out \(path)")
                ])
        }
        let envelope: Envelope
        do {
            envelope = try JSONDecoder().decode(Envelope.self, from: data)
        } catch {
            throw FactsError.failure(error, in: bytes, path: path, invalid: .planFileInvalid)
        }
        try envelope.check(path: path)
        do {
            let content = try JSONDecoder().decode(Body.self, from: data).payload
            try content.check()
            self = content.file(sha256: envelope.sum, source: (path, bytes))
        } catch {
            throw FactsError.failure(error, in: bytes, path: path, invalid: .planFileInvalid)
        }
    }
}

/// The outside of the file, with the payload as any JSON.
private struct Envelope: Decodable {
    var kind: String
    var version: String
    var payload: JSONValue?
    var sha256: SHA256?

    enum CodingKeys: String, CodingKey {
        case kind, payload, sha256
        case version = "format_version"
    }

    /// The sum of the payload as it is.
    var sum: SHA256 { SHA256(of: (payload ?? .null).canonicalText) }

    func check(path: String) throws {
        guard version.split(separator: ".").first == "1" else {
            throw failure(.badVersion, "\(path) has version \(displayable(version)); this program reads 1.x")
        }
        guard kind == PlanFile.kind, payload != nil else {
            throw failure(
                .planFileInvalid, "\(path) is a \(displayable(kind)), which cannot be applied",
                hint: "save a plan with: numactl-plan plan --out plan.json")
        }
        guard let sha256, sha256 == sum else {
            throw failure(
                .planFileAltered, "\(path) was altered: its payload has the checksum \(sum)",
                hint: "plan again: numactl-plan plan --out \(path)")
        }
    }

    private func failure(_ code: DiagnosticCode, _ message: String, hint: String? = nil) -> CommandFailure {
        CommandFailure(.invalidInput, [Diagnostic(code, message, hint: hint)])
    }
}

private struct Body: Decodable { var payload: Payload }

/// What is read of the payload.
private struct Payload: Decodable {
    var site: PlanFile.SiteFile
    var host: PlanFile.PlannedHost
    var connect: String
    var created: UTCTime
    var expires: UTCTime
    var boot: PlanFile.Boot
    var bases: [PlanFile.Base]
    var steps: [Step]
    var preconditions: Preconditions
    var changes: [ShownChange]

    /// Every step is covered by a precondition: a file that leaves one out would be carried out unseen.
    func check() throws {
        let guests = Set(preconditions.guests.map(\.name))
        let pools = Set(preconditions.pools.map(\.pool))
        for (index, step) in steps.enumerated() {
            let isCovered =
                switch step.subject {
                case .pool(let pool): pools.contains(pool)
                case .guest(let name): guests.contains(name)
                // Others move interrupts and threads too: a plan of them holds whatever happened since.
                case .isolation: true
                // Its step says itself what it must find.
                case .device: true
                // What is recorded of an actor stands in the step.
                case .actor: true
                }
            guard isCovered else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: [PathKey("payload"), PathKey("steps"), PathKey(index)],
                        debugDescription: "it has no precondition"))
            }
        }
    }

    func file(sha256: SHA256, source: (path: String, bytes: [UInt8])) -> PlanFile {
        PlanFile(
            site: site, host: host, connect: connect, created: created, expires: expires, boot: boot, bases: bases,
            steps: steps, preconditions: preconditions, shown: changes, sha256: sha256, source: source)
    }
}

extension PlanFile {
    /// The failure for what this program would not have saved, each with its place.
    func failure(_ problems: [PlanProblem], _ code: DiagnosticCode = .planStepRefused) -> CommandFailure {
        var diagnostics: [Diagnostic] = []
        var sources: [SourceText] = []
        for problem in problems.prefix(PlanFile.mostProblems) {
            let path = [PathKey("payload")] + problem.path.map(PathKey.init(_:))
            let error = DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: problem.message))
            let failure = FactsError.failure(error, in: source.bytes, path: source.path, invalid: code)
            diagnostics += failure.diagnostics
            sources = failure.sources
        }
        diagnostics.append(
            Diagnostic(
                code, "nothing was changed", severity: .note,
                hint: "plan again on a host that you trust: numactl-plan plan --out FILE"))
        return CommandFailure(.invalidInput, diagnostics, sources: sources)
    }

    /// So many problems are listed; one is enough to refuse the plan.
    private static let mostProblems = 5
}

/// A part of the path to a place in the document.
private struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ part: PlanProblem.PathPart) {
        switch part {
        case .member(let name): self.init(name)
        case .index(let index): self.init(index)
        }
    }

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}
