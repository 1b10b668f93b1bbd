internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// The host's domains as the site sees them: what each is, whose it is, and what it becomes.
struct SiteDomains {
    /// The request, in which adopted guests have the settings of their domains.
    private(set) var request: PlanRequest
    /// By the name of the guest, after renames: the domains.
    private(set) var records: [String: DomainRecord] = [:]
    /// By guest name: whose its domain is.
    private(set) var ownership: [String: Ownership] = [:]
    /// By guest name: the partly managed domains.
    private(set) var adopted: [String: AdoptedGuest] = [:]
    /// What becomes of domains that the site no longer names.
    let pruning: Pruning
    /// What is to be said about all this.
    private(set) var diagnostics: [Diagnostic] = []

    /// Reads every domain of the request's host.
    init(_ request: PlanRequest) {
        self.request = request
        let (read, unread) = SiteDomains.read(request)
        let renames = Renames(request, records: read)
        pruning = Pruning(request, records: read, renames: renames)
        records = renames.renamedRecords
        diagnostics = unread + renames.diagnostics
        for guest in request.guests {
            let decision = Ownership(
                guest, record: records[guest.name.value], refusal: renames.refusals[guest.name.value], request: request)
            ownership[guest.name.value] = decision
            switch decision {
            case .refused(let diagnostic), .leftAlone(let diagnostic): diagnostics.append(diagnostic)
            case .none: break
            case .ours, .adopt, .takeOver: adopt(guest)
            }
        }
        for index in self.request.guests.indices {
            guard let guest = adopted[self.request.guests[index].name.value] else { continue }
            self.request.guests[index].demand = guest.demand
        }
    }

    /// The domains that can be read. One that cannot is an error where we would write it, else only its load is unknown.
    private static func read(_ request: PlanRequest) -> ([String: DomainRecord], [Diagnostic]) {
        let named = Set(request.guests.map(\.name.value))
        var records: [String: DomainRecord] = [:]
        var diagnostics: [Diagnostic] = []
        for domain in request.host.domains {
            do {
                records[domain.name] = try DomainRecord(domain)
            } catch {
                var diagnostic = error.diagnostic
                if !named.contains(domain.name) { diagnostic.severity = .warning }
                diagnostics.append(diagnostic)
            }
        }
        return (records, diagnostics)
    }

    private mutating func adopt(_ guest: GuestSpec) {
        guard let record = records[guest.name.value],
            let domain = AdoptedGuest(
                guest, record: record, host: request.host)
        else { return }
        adopted[guest.name.value] = domain
        diagnostics += domain.diagnostics
    }

    // MARK: Which guest is which

    /// Guests that take part in the placement: neither absent nor a domain of another owner.
    var placed: [GuestSpec] {
        request.guests.filter { guest in
            if case .refused = ownership[guest.name.value] { return false }
            return guest.state?.value != .absent && !keepsPlace(guest)
        }
    }

    /// The names of guests whose domains keep their place: they are counted where they are and not placed.
    var keepingPlace: Set<String> { Set(request.guests.filter(keepsPlace).map(\.name.value)) }

    /// The names of guests whose domains use on the guest's own behalf what they use now; a released domain keeps using it and counts
    /// as foreign.
    var ours: Set<String> { Set(request.guests.filter(isOurs).map(\.name.value)) }

    private func keepsPlace(_ guest: GuestSpec) -> Bool { guest.keepsPlace && adopted[guest.name.value] != nil }

    private func isOurs(_ guest: GuestSpec) -> Bool {
        switch ownership[guest.name.value] {
        case .refused, .leftAlone: false
        case .ours(.adopted): guest.state?.value != .absent
        case nil, .some(.none), .ours(.created), .adopt, .takeOver: true
        }
    }
}
