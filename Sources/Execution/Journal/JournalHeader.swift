/// What a journal is about.
public struct JournalHeader: Hashable, Sendable {
    /// The transaction's name: its time, so that names sort by time.
    public var transaction: String
    /// When it began.
    public var time: UnixTime
    /// The host's name.
    public var host: String
    /// The site's name.
    public var site: String
    /// How libvirt was reached.
    public var uri: String
    /// The folder below which the pools are: `/` on a running machine.
    public var root: String
    /// The process that ran.
    public var process: Int
    /// The program's version.
    public var program: String

    package init(
        transaction: String, time: UnixTime, host: String, site: String, uri: String, root: String, process: Int,
        program: String
    ) {
        self.transaction = transaction
        self.time = time
        self.host = host
        self.site = site
        self.uri = uri
        self.root = root
        self.process = process
        self.program = program
    }
}

extension JournalHeader: Codable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/journal"
    /// The version that is written; every 1.x is read.
    public static let formatVersion = "1.0"

    private enum CodingKeys: String, CodingKey {
        case transaction, host, site, uri, root, process, program, kind
        case time = "time_ms"
        case formatVersion = "format_version"
    }

    /// Reads a header of this format.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .kind) == JournalHeader.kind else {
            throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "not a journal")
        }
        let version = try container.decode(String.self, forKey: .formatVersion)
        guard version.split(separator: ".").first == "1" else {
            throw DecodingError.dataCorruptedError(
                forKey: .formatVersion, in: container,
                debugDescription: "version \(version) is not supported; this program reads 1.x")
        }
        transaction = try container.decode(String.self, forKey: .transaction)
        time = try container.decode(UnixTime.self, forKey: .time)
        host = try container.decode(String.self, forKey: .host)
        site = try container.decode(String.self, forKey: .site)
        uri = try container.decode(String.self, forKey: .uri)
        root = try container.decode(String.self, forKey: .root)
        process = try container.decode(Int.self, forKey: .process)
        program = try container.decode(String.self, forKey: .program)
    }

    /// Writes a header.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(JournalHeader.kind, forKey: .kind)
        try container.encode(JournalHeader.formatVersion, forKey: .formatVersion)
        try container.encode(transaction, forKey: .transaction)
        try container.encode(time, forKey: .time)
        try container.encode(host, forKey: .host)
        try container.encode(site, forKey: .site)
        try container.encode(uri, forKey: .uri)
        try container.encode(root, forKey: .root)
        try container.encode(process, forKey: .process)
        try container.encode(program, forKey: .program)
    }
}
