internal import XMLTree

/// `<cpu><topology>`: sockets × dies × clusters × cores × threads is the number of vCPUs; clusters are 1 when we write.
public struct Topology: Hashable, Sendable {
    /// Sockets of the guest.
    public var sockets: Int
    /// Dies of each socket.
    public var dies: Int
    /// Clusters of each die.
    public var clusters: Int
    /// Cores of each cluster.
    public var cores: Int
    /// Threads of each core.
    public var threads: Int

    /// A topology of that shape; all numbers are at least 1.
    package init(sockets: Int, dies: Int = 1, clusters: Int = 1, cores: Int, threads: Int) {
        self.sockets = sockets
        self.dies = dies
        self.clusters = clusters
        self.cores = cores
        self.threads = threads
    }

    /// The number of vCPUs that the topology describes.
    public var vcpus: Int { sockets * dies * clusters * cores * threads }
}

extension Topology: SettingRules {
    /// The topology.
    public typealias Value = Topology
    static var field: SettingField<Topology> { SettingField(.topology, \.topology) }
    static let path = "cpu.topology"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Topology? {
        guard let element = reading.cpu?.element(named: "topology") else { return nil }
        return try Topology(reading: element)
    }

    static func write(_ value: Topology?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        domain.edit("cpu") { cpu in
            cpu.modify("topology", order: LibvirtOrder.cpu) { element in
                element[attribute: "sockets"] = String(value.sockets)
                // Older versions of libvirt do not know these two: they are written only where they say something.
                element.setOptional("dies", to: value.dies)
                element.setOptional("clusters", to: value.clusters)
                element[attribute: "cores"] = String(value.cores)
                element[attribute: "threads"] = String(value.threads)
            }
        }
    }

    /// A topology that describes another number of vCPUs cannot stay: libvirt refuses it.
    static func leave(in domain: inout XMLElement, for wanted: WantedSettings) {
        guard let element = domain.element(named: "cpu")?.element(named: "topology"),
            let present = try? Topology(reading: element), let vcpus = wanted[VCPUs.self], present.vcpus != vcpus
        else { return }
        domain.edit("cpu") { $0.removeElements(named: "topology") }
    }

    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> Topology? {
        guard let vcpus = wanted[VCPUs.self] else { return wanted.topology ?? present.topology }
        return wanted.topology ?? present.topology.flatMap { $0.vcpus == vcpus ? $0 : nil }
    }

    /// Sockets/cores/threads, or all five numbers where there are several dies or clusters.
    static func entries(of value: Topology, in all: FoundSettings) -> [SettingEntry] {
        let numbers =
            value.dies == 1 && value.clusters == 1
            ? [value.sockets, value.cores, value.threads]
            : [value.sockets, value.dies, value.clusters, value.cores, value.threads]
        return entry(.text(numbers.map(String.init).joined(separator: "/")))
    }

    /// Reads `<topology>`; what it does not say is 1.
    private init(reading element: XMLElement) throws(DomainXMLError) {
        var numbers: [Int] = []
        var product = 1
        for attribute in ["sockets", "dies", "clusters", "cores", "threads"] {
            let number = try element.number(attribute, Self.path, in: 1...highestNumber) ?? 1
            product *= number  // Both are below 65,536 here.
            guard product <= highestNumber else {
                throw DomainXMLError(Self.path, line: element.line, .outOfRange("\(product)"))
            }
            numbers.append(number)
        }
        self.init(
            sockets: numbers[0], dies: numbers[1], clusters: numbers[2], cores: numbers[3], threads: numbers[4])
    }
}

extension SettingValues {
    /// What the guest sees of sockets, cores and threads; nil where nothing is said of it.
    public var topology: Topology? {
        get { self[Topology.self] }
        set { self[Topology.self] = newValue }
    }
}

extension XMLElement {
    /// Sets a number that is 1 by default: changes the attribute where it is, adds it only for another number.
    fileprivate mutating func setOptional(_ attribute: String, to number: Int) {
        if number != 1 || self[attribute: attribute] != nil { self[attribute: attribute] = String(number) }
    }
}
