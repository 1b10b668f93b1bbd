internal import Diagnostics
internal import DomainXML

/// The other sites that have domains on a host.
///
/// What their domains are defined to use is taken, whether they run or not: their site started them before and will again, and
/// nobody was asked for their pages.
struct OtherSites {
    /// The domains of each site, ascending.
    private let domains: [String: [String]]

    init(_ request: PlanRequest, records: [String: DomainRecord]) {
        var domains: [String: [String]] = [:]
        for (name, record) in records {
            if let site = OtherSites.site(of: record, request) { domains[site, default: []].append(name) }
        }
        self.domains = domains.mapValues { $0.sorted() }
    }

    /// The other site that a domain belongs to, or nil.
    static func site(of record: DomainRecord, _ request: PlanRequest) -> String? {
        guard let site = record.mark?.site, site != request.site else { return nil }
        return site
    }

    /// NP622, once: the sites and the domains that count; empty where there is no other site.
    func diagnostics(besides ours: Set<String>) -> [Diagnostic] {
        let counted = domains.mapValues { $0.filter { !ours.contains($0) } }.filter { !$0.value.isEmpty }
        guard !counted.isEmpty else { return [] }
        let names = counted.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
        let notes = counted.sorted { $0.key < $1.key }.map { site, names in
            let more = names.count > 8 ? " and \(names.count - 8) more" : ""
            return "\(site): \(names.prefix(8).joined(separator: ", "))\(more)"
        }
        return [
            Diagnostic(
                .otherSite,
                "this host has domains of another site (\(names)): what they use counts as taken, running or not",
                severity: .note, notes: notes)
        ]
    }
}
