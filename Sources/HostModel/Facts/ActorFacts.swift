/// CPUs of the host that a program beside the guests has to itself, as apply recorded them: an actor.
///
/// A guest's definition says where it is; of an actor nothing else does.
public struct ActorRecord: Hashable, Sendable {
    /// The site that names it.
    public var site: String
    /// Its name in the site.
    public var name: String
    /// Its CPUs; at least one.
    public var cpus: CPUSet
    /// Its huge pages on each cell that it has CPUs on; nil for none.
    public var pages: ActorPages?
    /// The systemd unit that is confined to its CPUs; nil for none.
    public var unit: String?

    /// Records an actor.
    package init(site: String, name: String, cpus: CPUSet, pages: ActorPages? = nil, unit: String? = nil) {
        self.site = site
        self.name = name
        self.cpus = cpus
        self.pages = pages
        self.unit = unit
    }
}

/// Huge pages of one size.
public struct ActorPages: Hashable, Sendable {
    /// The size of a page.
    public var size: PageSize
    /// How many; at least one.
    public var count: PageCount

    /// So many pages.
    package init(size: PageSize, count: PageCount) {
        self.size = size
        self.count = count
    }

    /// The memory that they hold.
    public var memory: KiB { count * size }
}

extension ActorPages: CustomStringConvertible {
    /// `2 x 1GiB`.
    public var description: String { "\(count) x \(size)" }
}

/// `{"site": "rack7", "name": "ovs-pmd", "cpus": "2,18", "page_kib": 1048576, "pages": 2, "unit": "openvswitch.service"}`.
extension ActorRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case site, name, cpus, pages, unit
        case pageSize = "page_kib"
    }

    /// Reads an actor; it has no pages unless both their size and their number are there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let size = try container.decodeIfPresent(PageSize.self, forKey: .pageSize)
        let count = try container.decodeIfPresent(PageCount.self, forKey: .pages) ?? .zero
        let cpus = try container.decode(CPUSet.self, forKey: .cpus)
        guard !cpus.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .cpus, in: container, debugDescription: "an actor has at least one CPU")
        }
        self.init(
            site: try container.decode(String.self, forKey: .site),
            name: try container.decode(String.self, forKey: .name), cpus: cpus,
            pages: size.flatMap { count > .zero ? ActorPages(size: $0, count: count) : nil },
            unit: try container.decodeIfPresent(String.self, forKey: .unit))
    }

    /// Writes an actor; what it does not have is left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(site, forKey: .site)
        try container.encode(name, forKey: .name)
        try container.encode(cpus, forKey: .cpus)
        try container.encodeIfPresent(pages?.size, forKey: .pageSize)
        try container.encodeIfPresent(pages?.count, forKey: .pages)
        try container.encodeIfPresent(unit, forKey: .unit)
    }
}
