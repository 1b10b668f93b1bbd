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

    /// Puts a change together.
    public init(path: String, before: String?, after: String?, makesFolder: Bool = false) {
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
