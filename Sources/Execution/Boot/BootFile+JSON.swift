internal import HostModel

/// The document that `apply` writes and the boot unit reads.
extension BootFile: Codable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/boot"
    /// The version that is written; every 1.x is read.
    public static let formatVersion = "1.0"

    private enum CodingKeys: String, CodingKey {
        case kind, host, cells, pools, sites, isolation
        case formatVersion = "format_version"
        case divided = "devices"
    }

    /// Reads a document. Nothing has a default but the host's name; fields that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(String.self, forKey: .kind)
        guard kind == BootFile.kind else {
            throw container.wrong(.kind, "this is a '\(kind)', not a '\(BootFile.kind)'")
        }
        let version = try container.decode(String.self, forKey: .formatVersion)
        guard version.split(separator: ".").first == "1" else {
            throw container.wrong(.formatVersion, "version \(version) is not supported; this program reads 1.x")
        }
        self.init(
            host: try container.decodeIfPresent(String.self, forKey: .host),
            cells: try container.decode([KnownCell].self, forKey: .cells),
            targets: try container.decode([PoolTarget].self, forKey: .pools),
            sites: try container.decodeIfPresent([String].self, forKey: .sites) ?? [],
            isolation: try container.decodeIfPresent(CPUIsolation.self, forKey: .isolation),
            divided: try container.decodeIfPresent([DividedDevice].self, forKey: .divided) ?? [])
        try check(container)
    }

    private func check(_ container: KeyedDecodingContainer<CodingKeys>) throws {
        guard !cells.isEmpty else { throw container.wrong(.cells, "there are no cells") }
        for (left, right) in zip(cells, cells.dropFirst()) where left.id == right.id {
            throw container.wrong(.cells, "cell \(left.id) is listed twice")
        }
        for (left, right) in zip(targets, targets.dropFirst()) where left.pool == right.pool {
            throw container.wrong(.pools, "the \(left.pool.pageSize) pool of cell \(left.pool.cell) is listed twice")
        }
        for (left, right) in zip(divided, divided.dropFirst()) where left.device == right.device {
            throw container.wrong(.divided, "the device \(left.device) is listed twice")
        }
        for target in targets where !cells.contains(where: { $0.id == target.pool.cell }) {
            throw container.wrong(.pools, "there is no cell \(target.pool.cell)")
        }
    }

    /// Writes a document.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(BootFile.kind, forKey: .kind)
        try container.encode(BootFile.formatVersion, forKey: .formatVersion)
        try container.encodeIfPresent(host, forKey: .host)
        try container.encode(cells, forKey: .cells)
        try container.encode(targets, forKey: .pools)
        if !sites.isEmpty { try container.encode(sites, forKey: .sites) }
        try container.encodeIfPresent(isolation, forKey: .isolation)
        if !divided.isEmpty { try container.encode(divided, forKey: .divided) }
    }
}

extension PoolTarget: Codable {
    private enum CodingKeys: String, CodingKey { case pages }

    /// Reads a target: `{"cell": 0, "page_kib": 2048, "pages": 512}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try PoolID(from: decoder),
            pages: try container.decode(PageCount.self, forKey: .pages))
    }

    /// Writes a target.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try pool.encode(to: encoder)
        try container.encode(pages, forKey: .pages)
    }
}

extension KeyedDecodingContainer {
    /// The error for a value that has the right type and is wrong all the same.
    fileprivate func wrong(_ key: Key, _ what: String) -> DecodingError {
        DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: what)
    }
}
