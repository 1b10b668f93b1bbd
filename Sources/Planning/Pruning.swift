internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// What becomes of domains with this site's mark that the site no longer names on this host.
///
/// Nothing, unless it is asked for. Then those that we created for this host are removed and those that we adopted released; but not
/// when that is more than a fifth of all that we have here, or all, or the site names no guest at all: then it is more likely that
/// the site file is wrong.
struct Pruning {
    /// Domains that are removed or released, ascending by name.
    private(set) var going: [DomainRecord] = []
    /// What is to be said about the others, and why nothing goes.
    private(set) var diagnostics: [Diagnostic] = []

    /// The part of our domains that may go without ``PlanConsent/Prune/all``: one in so many.
    private static let oneIn = 5

    init(_ request: PlanRequest, records: [String: DomainRecord], renames: Renames) {
        let named = Set(request.guests.map(\.name.value)).union(renames.strays)
            .union(renames.sources.values.map(\.facts.name))
        let host = request.policy.name.value
        let ours = records.values.filter { $0.mark?.site == request.site && $0.manager == nil && $0.facts.persistent }
        let orphans = ours.filter { !named.contains($0.facts.name) }.sorted { $0.facts.name < $1.facts.name }
        let owned = ours.filter { $0.mark?.host == nil || $0.mark?.host == host }
        let candidates = orphans.filter { $0.mark?.host == nil || $0.mark?.host == host }
        let strangers = orphans.filter { $0.mark?.host != nil && $0.mark?.host != host }
        diagnostics = strangers.map(Pruning.madeForOtherHost)
        guard request.consent.prune != .none else {
            diagnostics += candidates.map(Pruning.orphan)
            return
        }
        guard !candidates.isEmpty else { return }
        let tooMany =
            request.guests.isEmpty || candidates.count == owned.count || candidates.count * Pruning.oneIn > owned.count
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
                reason: "the site no longer names it"
            ).outcome
        }
    }

    private static func orphan(_ record: DomainRecord) -> Diagnostic {
        let name = record.facts.name
        return Diagnostic(
            .orphan, "domain '\(name)' was made for this site, which no longer names it", severity: .warning,
            hint: "write '\(name): {state: absent}', or give --prune, to have it removed; until then it is left alone")
    }

    private static func madeForOtherHost(_ record: DomainRecord) -> Diagnostic {
        Diagnostic(
            .orphan,
            "domain '\(record.facts.name)' was made for the host '\(record.mark?.host ?? "")' of this site and is left alone here",
            severity: .warning, hint: "name it for this host, or remove it with virsh undefine --keep-nvram")
    }

    private static func tooMany(_ going: [DomainRecord], of owned: Int, siteIsEmpty: Bool) -> Diagnostic {
        let names = going.prefix(20).map(\.facts.name).joined(separator: ", ") + (going.count > 20 ? ", …" : "")
        return Diagnostic(
            .pruneTooMany,
            siteIsEmpty
                ? "the site names no guest on this host, and \(going.count) of its domains would go"
                : "\(going.count) of this site's \(owned) domains would go, which is more than a fifth",
            notes: ["they are: \(names)"],
            hint: "look whether the site file is whole; --prune-all removes them all the same")
    }

    private static func runs(_ record: DomainRecord) -> Diagnostic {
        Diagnostic(
            .pruneRunning, "domain '\(record.facts.name)' would be removed and runs",
            hint: "shut it down, or give --stop-pruned")
    }
}
