public import Diagnostics
internal import DomainXML
public import HostModel
internal import SiteFile

/// What is to be written as a site file.
public struct ImportRequest: Hashable, Sendable {
    /// The host with its domains.
    public var host: HostFacts
    /// The site's name; nil is that of the marks on the domains, where they agree, else `imported`.
    public var site: String?
    /// The name of the host's entry; nil is that of the marks, else the host's own.
    public var hostName: String?
    /// The connection to be written down; nil for none.
    public var connect: String?
    /// The domains to write; empty is all.
    public var guests: [String]

    package init(
        host: HostFacts, site: String? = nil, hostName: String? = nil, connect: String? = nil, guests: [String] = []
    ) {
        self.host = host
        self.site = site
        self.hostName = hostName
        self.connect = connect
        self.guests = guests
    }
}

/// A site file that describes what is there.
public struct ImportedSite: Hashable, Sendable {
    /// The file.
    public var text: String
    /// The guests that it has, ascending.
    public var guests: [String]
    /// What it cannot say, one warning a domain.
    public var diagnostics: [Diagnostic]
}

/// Writes a site file for domains that exist, so that a plan for it changes nothing but marks.
///
/// Each domain has several ways to be said; all are tried together on the planner itself. A domain that a plan would change, move
/// or not place is said the next way; the last is to take it over as it is, with the reasons as a comment beside it. Then the site's
/// words for the host are varied as well: CPU sets, overcommit, reserve. The file that says the most domains is the answer.
public enum SiteImport {
    /// Answers a request.
    public static func write(_ request: ImportRequest) -> ImportedSite {
        let source = ImportSource(request)
        var best: ImportAttempt?
        for keys in HostSketches(source.records.map(\.parts), host: request.host).all {
            var attempt = ImportAttempt(source, hostKeys: keys)
            attempt.run()
            if best.map({ attempt.unsaid.count < $0.unsaid.count }) ?? true { best = attempt }
            if attempt.unsaid.isEmpty { break }
        }
        return (best ?? ImportAttempt(source, hostKeys: [])).result
    }
}

/// The domains of a request, read, and those that no site may have.
struct ImportSource {
    var request: ImportRequest
    let site: String
    let hostName: String
    /// Domains that may be said, ascending by name.
    var records: [DomainRecord] = []
    /// Domains that may not, and why.
    var refused: [(name: String, reason: String)] = []

    init(_ request: ImportRequest) {
        self.request = request
        let wanted = Set(request.guests)
        let domains = request.host.domains.filter { wanted.isEmpty || wanted.contains($0.name) }
        var read: [DomainRecord] = []
        for domain in domains.sorted(by: { $0.name < $1.name }) {
            do {
                read.append(try DomainRecord(domain))
            } catch {
                refused.append((domain.name, error.diagnostic.message))
            }
        }
        let sites = Set(read.compactMap { $0.mark?.site })
        let hosts = Set(read.compactMap { $0.mark?.host })
        site = request.site ?? (sites.count == 1 ? sites.first : nil) ?? "imported"
        hostName = request.hostName ?? (hosts.count == 1 ? hosts.first : nil) ?? request.host.host.name ?? "localhost"
        for record in read {
            if let reason = Self.refusal(record, site: site) {
                refused.append((record.facts.name, reason))
            } else {
                records.append(record)
            }
        }
    }

    private static func refusal(_ record: DomainRecord, site: String) -> String? {
        if let problem = ValueKind.TextForm.name.problem(of: record.facts.name) {
            return "its name \(problem.what), which a site file cannot express"
        }
        if let manager = record.manager { return "it belongs to \(manager)" }
        if !record.facts.persistent { return "it is transient: it has no definition to manage" }
        if let mark = record.mark, mark.site != site { return "it belongs to the site '\(mark.site)'" }
        return nil
    }
}

/// The ways to say what the guests' pins and sizes ask of a host's entry, the plainest first.
struct HostSketches {
    let all: [[SketchKey]]

    init(_ domains: [FoundSettings], host: HostFacts) {
        let pins = domains.flatMap { $0.vcpuPins.values }
        let shared = (pins.filter { $0.count > 1 } + domains.compactMap(\.vcpuCPUs)).reduce(into: CPUSet()) {
            $0.formUnion($1)
        }
        let rest = host.onlineCPUs.subtracting(shared)
        var sets: [[SketchKey]] = [[]]
        if !shared.isEmpty, !rest.isEmpty {
            let keys = [SketchKey("shared", .word("\(shared)")), SketchKey("dedicated", .word("\(rest)"))]
            sets.append([SketchKey("cpus", .map(keys))])
        }
        let crowded = [SketchKey("cpu_allocation_ratio", .number(16)), SketchKey("ram_allocation_ratio", .number(2))]
        let full = [
            SketchKey("cpu_allocation_ratio", .number(1_000)), SketchKey("ram_allocation_ratio", .number(1_000)),
            SketchKey("reserved", .map([SketchKey("memory", .word("0KiB"))])),
        ]
        all = [[], crowded, full].flatMap { words in sets.map { $0 + words } }
    }
}
