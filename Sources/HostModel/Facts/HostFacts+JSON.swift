/// The facts document: `numactl-plan facts --format json`, and what `--facts FILE` reads.
extension HostFacts: Codable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/facts"
    /// The version that is written; every 1.x is read.
    public static let formatVersion = "1.0"

    private enum CodingKeys: String, CodingKey {
        case kind, time, host, cpus, cells, isolation, actors, libvirt, domains
        case dropIns = "unit_drop_ins"
        case devices = "pci"
        case guestLimits = "guest_limits"
        case formatVersion = "format_version"
    }

    private struct CPULists: Codable {
        var online: CPUSet?
        var isolated: CPUSet?
        /// Left out where there are none.
        var efficiency: CPUSet?
        /// None of the online ones; left out where there are none.
        var parked: CPUSet?
    }

    /// Reads a facts document. Only `cells` is needed; fields that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let kind = try container.decodeIfPresent(String.self, forKey: .kind), kind != HostFacts.kind {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "this is a '\(kind)', not a '\(HostFacts.kind)'")
        }
        let version = try container.decodeIfPresent(String.self, forKey: .formatVersion) ?? HostFacts.formatVersion
        guard version.split(separator: ".").first == "1" else {
            throw DecodingError.dataCorruptedError(
                forKey: .formatVersion, in: container,
                debugDescription: "version \(version) is not supported; this program reads 1.x")
        }
        let cells = try container.decode([Cell].self, forKey: .cells)
        let cpus = try container.decodeIfPresent(CPULists.self, forKey: .cpus)
        self.init(
            host: try container.decodeIfPresent(HostIdentity.self, forKey: .host) ?? HostIdentity(),
            onlineCPUs: cpus?.online?.union(cpus?.parked ?? [])
                ?? cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) },
            isolatedCPUs: cpus?.isolated ?? [],
            efficiencyCPUs: cpus?.efficiency ?? [],
            cells: cells,
            devices: try container.decodeIfPresent([HostDevice].self, forKey: .devices) ?? [],
            libvirt: try container.decodeIfPresent(LibvirtFacts.self, forKey: .libvirt),
            domains: try container.decodeIfPresent([DomainFacts].self, forKey: .domains) ?? [],
            time: try container.decodeIfPresent(UTCTime.self, forKey: .time),
            guestLimits: try container.decodeIfPresent(GuestLimits.self, forKey: .guestLimits),
            isolation: try container.decodeIfPresent(IsolationFacts.self, forKey: .isolation),
            actors: try container.decodeIfPresent([ActorRecord].self, forKey: .actors) ?? [],
            dropIns: try container.decodeIfPresent([UnitDropIn].self, forKey: .dropIns) ?? [])
        parkedCPUs = cpus?.parked ?? []
    }

    /// Writes the facts document.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(HostFacts.kind, forKey: .kind)
        try container.encode(HostFacts.formatVersion, forKey: .formatVersion)
        try container.encodeIfPresent(time, forKey: .time)
        try container.encode(host, forKey: .host)
        func unlessEmpty(_ cpus: CPUSet) -> CPUSet? { cpus.isEmpty ? nil : cpus }
        try container.encode(
            CPULists(
                online: onlineCPUs.subtracting(parkedCPUs), isolated: isolatedCPUs,
                efficiency: unlessEmpty(efficiencyCPUs), parked: unlessEmpty(parkedCPUs)), forKey: .cpus)
        try container.encodeIfPresent(guestLimits, forKey: .guestLimits)
        try container.encode(cells, forKey: .cells)
        try container.encode(devices, forKey: .devices)
        try container.encodeIfPresent(isolation, forKey: .isolation)
        if !actors.isEmpty { try container.encode(actors, forKey: .actors) }
        if !dropIns.isEmpty { try container.encode(dropIns, forKey: .dropIns) }
        try container.encodeIfPresent(libvirt, forKey: .libvirt)
        try container.encode(domains, forKey: .domains)
    }
}

extension HostIdentity: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, arch, kernel
        case bootID = "boot_id"
        case commandLine = "cmdline"
        case basePage = "base_page_kib"
        case machine = "machine_id_sha256"
        case commandLineLeftOut = "cmdline_left_out"
    }

    /// Reads an identity; an ordinary page is 4 KiB unless the document says otherwise.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name),
            arch: try container.decodeIfPresent(String.self, forKey: .arch),
            kernel: try container.decodeIfPresent(String.self, forKey: .kernel),
            bootID: try container.decodeIfPresent(String.self, forKey: .bootID),
            commandLine: try container.decodeIfPresent(String.self, forKey: .commandLine),
            basePage: try container.decodeIfPresent(PageSize.self, forKey: .basePage) ?? PageSize(4),
            machine: try container.decodeIfPresent(SHA256.self, forKey: .machine),
            commandLineLeftOut: try container.decodeIfPresent(Int.self, forKey: .commandLineLeftOut) ?? 0)
    }

    /// Writes an identity; what is unknown is left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encodeIfPresent(arch, forKey: .arch)
        try container.encodeIfPresent(kernel, forKey: .kernel)
        try container.encodeIfPresent(bootID, forKey: .bootID)
        try container.encodeIfPresent(commandLine, forKey: .commandLine)
        try container.encode(basePage, forKey: .basePage)
        try container.encodeIfPresent(machine, forKey: .machine)
        if commandLineLeftOut > 0 { try container.encode(commandLineLeftOut, forKey: .commandLineLeftOut) }
    }
}

extension Cell: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, cpus, siblings, distances, pools, socket
        case memory = "memory_kib"
        case memoryFree = "memory_free_kib"
        case memoryAvailable = "memory_available_kib"
        case lastLevelCaches = "llc"
    }

    /// Reads a cell; `id`, `cpus` and `memory_kib` are needed (`memory_kib` may be null: the host does not tell).
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.memory) else {
            throw DecodingError.keyNotFound(
                CodingKeys.memory, .init(codingPath: container.codingPath, debugDescription: "no memory_kib"))
        }
        self.init(
            id: try container.decode(CellID.self, forKey: .id),
            cpus: try container.decode(CPUSet.self, forKey: .cpus),
            memory: try container.decode(KiB?.self, forKey: .memory),
            memoryFree: try container.decodeIfPresent(KiB.self, forKey: .memoryFree),
            memoryAvailable: try container.decodeIfPresent(KiB.self, forKey: .memoryAvailable),
            siblings: try container.decodeIfPresent([CPUSet].self, forKey: .siblings),
            lastLevelCaches: try container.decodeIfPresent([CPUSet].self, forKey: .lastLevelCaches) ?? [],
            distances: try container.decodeIfPresent([CellID: Int].self, forKey: .distances),
            pools: try container.decodeIfPresent([HugepagePool].self, forKey: .pools) ?? [],
            socket: try container.decodeIfPresent(Int.self, forKey: .socket))
    }

    /// Writes a cell; what is unknown is null or left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(cpus, forKey: .cpus)
        try container.encode(memory, forKey: .memory)
        try container.encodeIfPresent(memoryFree, forKey: .memoryFree)
        try container.encodeIfPresent(memoryAvailable, forKey: .memoryAvailable)
        try container.encode(siblings, forKey: .siblings)
        try container.encode(lastLevelCaches, forKey: .lastLevelCaches)
        try container.encodeIfPresent(distances, forKey: .distances)
        try container.encode(pools, forKey: .pools)
        try container.encodeIfPresent(socket, forKey: .socket)
    }
}
