internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// What becomes of domains with this site's mark that the site no longer names on this host.
///
/// Nothing, unless it is asked for. Then those that we created for this host are removed and those that we adopted released. When
/// they are all that we have here, or the site names no guest at all, or they are more than three and more than a fifth, it is more
/// likely that the site file is wrong, and nothing goes.
struct Pruning {
    /// Domains that are removed or released, ascending by name.
    private(set) var going: [DomainRecord] = []
    /// What is to be said about the others, and why nothing goes.
    private(set) var diagnostics: [Diagnostic] = []

    /// The part of our domains that may go without ``PlanConsent/Prune/all``: one in so many.
    private static let oneIn = 5
    /// So many may go whatever part they are, as long as others stay.
    private static let few = 3

    init(_ request: PlanRequest, records: [String: DomainRecord], renames: Renames) {
        let named = Set(request.guests.map(\.name.value)).union(renames.strays)
            .union(renames.sources.values.map(\.facts.name))
        let host = request.policy.name.value
        let ours = records.values.filter { $0.mark?.site == request.site && $0.manager == nil && $0.facts.persistent }
        let orphans = ours.filter { !named.contains($0.facts.name) }.sorted { $0.facts.name < $1.facts.name }
        let owned = ours.filter { $0.mark?.host == nil || $0.mark?.host == host }
        let candidates = orphans.filter { $0.mark?.host == nil || $0.mark?.host == host }
        let strangers = orphans.filter { $0.mark?.host != nil && $0.mark?.host != host }
        diagnostics = Pruning.madeForOtherHosts(strangers)
        guard request.consent.prune != .none else {
            diagnostics += Pruning.orphans(candidates)
            return
        }
        guard !candidates.isEmpty else { return }
        let isMuch = candidates.count > Pruning.few && candidates.count * Pruning.oneIn > owned.count
        let tooMany = request.guests.isEmpty || candidates.count == owned.count || isMuch
        if tooMany, request.consent.prune != .all {
            diagnostics.append(
                Pruning.tooMany(candidates, of: owned.count, siteIsEmpty: request.guests.isEmpty))
            return
        }
        let running = candidates.filter { $0.isRunning && $0.mark?.origin == .created }
        guard running.isEmpty || request.consent.stopsPruned else {
            diagnostics += running.map(Pruning.runs)
            return
        }
        going = candidates
    }

    /// Whether a domain goes altogether, and with it what it uses.
    func removes(_ name: String) -> Bool { going.contains { $0.facts.name == name && $0.mark?.origin == .created } }

    /// What becomes of the domains that go, ascending by name.
    func outcomes(_ request: PlanRequest) -> [GuestOutcome] {
        going.map { record in
            Removal(
                request: request, record: record, origin: record.mark?.origin ?? .adopted,
                isOrphan: true
            ).outcome
        }
    }

    /// One finding for those that we created and one for those that we adopted, however many they are.
    private static func orphans(_ records: [DomainRecord]) -> [Diagnostic] {
        [OwnershipMark.Origin.created, .adopted].compactMap { origin in
            let names = records.filter { $0.mark?.origin == origin }.map(\.facts.name)
            guard let first = names.first else { return nil }
            let isOne = names.count == 1
            let what = origin == .created ? "created for" : "adopted by"
            let end = origin == .created ? "removed; its disks stay" : "released; its settings stay"
            return Diagnostic(
                .orphan,
                isOne
                    ? "domain '\(first)' was \(what) this site, which no longer names it"
                    : "\(names.count) domains were \(what) this site, which no longer names them", severity: .warning,
                notes: isOne ? [] : ["they are: \(list(names))"],
                hint: isOne
                    ? "write '\(first): {state: absent}', or give --prune, to have it \(end); until then it is left alone"
                    : "give --prune to have each \(end); '\(first): {state: absent}' does so for one")
        }
    }

    private static func madeForOtherHosts(_ records: [DomainRecord]) -> [Diagnostic] {
        Dictionary(grouping: records) { $0.mark?.host ?? "" }.sorted { $0.key < $1.key }.map { host, records in
            let names = records.map(\.facts.name)
            let isOne = names.count == 1
            return Diagnostic(
                .orphan,
                isOne
                    ? "domain '\(names[0])' belongs to the host '\(host)' of this site and is left alone here"
                    : "\(names.count) domains belong to the host '\(host)' of this site and are left alone here",
                severity: .warning, notes: isOne ? [] : ["they are: \(list(names))"],
                hint: isOne
                    ? "name it for this host, or remove it with virsh undefine --keep-nvram"
                    : "name them for this host, or remove them with virsh undefine --keep-nvram")
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
    }

    private static func tooMany(_ going: [DomainRecord], of owned: Int, siteIsEmpty: Bool) -> Diagnostic {
        Diagnostic(
            .pruneTooMany,
            siteIsEmpty
                ? "the site names no guest on this host, and \(going.count) of its domains would be pruned"
                : going.count == owned
                    ? "all \(owned) of this site's domains on this host would be pruned"
                    : "\(going.count) of this site's \(owned) domains would be pruned: more than \(few), and more than a fifth",
            notes: ["they are: \(list(going.map(\.facts.name)))"],
            hint: "check that the site file is complete; --prune-all removes them anyway")
    }

    private static func runs(_ record: DomainRecord) -> Diagnostic {
        Diagnostic(
            .pruneRunning, "domain '\(record.facts.name)' would be removed, but it runs",
            hint: "shut it down, or give --stop-pruned")
    }
}
