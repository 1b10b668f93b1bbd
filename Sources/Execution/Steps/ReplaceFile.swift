import Planning

/// A small text file of the host that is replaced as a whole.
public struct FileChange: Hashable, Sendable {
    /// The file.
    public var path: String
    /// Its text before; nil when it was not there.
    public var before: String?
    /// Its text after; nil when it is removed.
    public var after: String?
    /// Whether the folder of the file comes with it, and goes with it again.
    public var makesFolder: Bool

    package init(path: String, before: String?, after: String?, makesFolder: Bool = false) {
        self.path = path
        self.before = before
        self.after = after
        self.makesFolder = makesFolder
    }

    /// The change that leads back.
    public var inverse: FileChange {
        FileChange(path: path, before: after, after: before, makesFolder: makesFolder)
    }
}

/// Replaces a file as a whole, or removes it.
public struct FileWrite: WriteKind {
    /// The change.
    public var file: FileChange

    static var verb: HostWrite.Verb { .file }

    var action: HostWrite { .replaceFile(self) }
    var domain: String? { nil }
    var place: String { file.path }

    var words: String {
        file.after == nil ? "remove \(file.path)" : "\(file.before == nil ? "write" : "replace") \(file.path)"
    }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.files.make(file)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.files.text(of: file.path) == file.after }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [.replaceFile(file.inverse)] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedFile(id: file.path)) { $0.texts += [file.before, file.after] }
    }

    /// What reserves pages at boot stays with the pages that guests stand on.
    func guestsStanding(in run: Run) -> [String] {
        let hasGrownPools = run.begun.contains { write in
            guard case .setPools(let pools) = write.action else { return false }
            return pools.pools.contains { $0.target > $0.prior }
        }
        return hasGrownPools ? run.report.started : []
    }
}

extension HostWrite {
    /// Replaces a file as a whole, or removes it.
    public static func replaceFile(_ change: FileChange) -> HostWrite { .replaceFile(FileWrite(file: change)) }
}

/// A file with the texts that it has had; nil for no file.
private struct TouchedFile: TouchedThing {
    let id: String
    var texts: [String?] = []

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        texts.contains(try look.run.host.files.text(of: id)) ? nil : .file(id)
    }
}

extension RollbackCheck.ForeignChange {
    /// The file has another text.
    public static func file(_ path: String) -> Self {
        Self("\(path) is neither as before nor as the transaction left it")
    }
}

extension FileChange {
    /// The write with what leads back.
    var effect: Effect { Effect([], .replaceFile(self), inverse: [.replaceFile(inverse)]) }
}

/// `{"path": "/etc/numactl-plan/boot.json", "before": null, "after": "…", "makes_folder": true}`. A key that is absent is null, or
/// false.
extension FileChange: Codable {
    private enum CodingKeys: String, CodingKey {
        case path, before, after
        case makesFolder = "makes_folder"
    }

    /// Reads a change.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            path: try container.decode(String.self, forKey: .path),
            before: try container.decodeIfPresent(String.self, forKey: .before),
            after: try container.decodeIfPresent(String.self, forKey: .after),
            makesFolder: try container.decodeIfPresent(Bool.self, forKey: .makesFolder) ?? false)
    }

    /// Writes a change.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
        if makesFolder { try container.encode(makesFolder, forKey: .makesFolder) }
    }
}
