internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// Domains that bear this site's mark of one guest and the name of another: renamed by hand, copied, or to be renamed by `was`.
///
/// A mark says which guest a domain is. Where that guest has no domain of its own name, the one with its mark is that guest, and a
/// second one beside it would write to the same disks.
struct Renames {
    /// By guest: the domain of another name that is the guest's, as `was` says; it is renamed, or removed where the guest is absent.
    private(set) var sources: [String: DomainRecord] = [:]
    /// By guest: why nothing can be done with it.
    private(set) var refusals: [String: Diagnostic] = [:]
    /// Domains with the mark of a guest that are left alone, by name.
    private(set) var strays: Set<String> = []
    /// What is to be said of those.
    private(set) var diagnostics: [Diagnostic] = []

    private let request: PlanRequest
    private let records: [String: DomainRecord]
    private let guests: Set<String>

    init(_ request: PlanRequest, records: [String: DomainRecord]) {
        self.request = request
        self.records = records
        guests = Set(request.guests.map(\.name.value))
        for guest in request.guests { judge(guest) }
        for record in records.values.sorted(by: { $0.facts.name < $1.facts.name }) { judge(record) }
    }

    /// The domains by guest, or by their own name where they are no guest's.
    var renamedRecords: [String: DomainRecord] {
        var renamed = records
        for (guest, record) in sources {
            renamed[record.facts.name] = nil
            renamed[guest] = record
        }
        return renamed
    }

    // MARK: Guests

    private mutating func judge(_ guest: GuestSpec) {
        let name = guest.name.value
        if let was = guest.was, let old = records[was.value], !guests.contains(was.value) {
            guard records[name] == nil else {
                if marked(old, [name, was.value]) { refusals[name] = both(guest, was.value) }
                return
            }
            sources[name] = old
            if guest.state?.value != .absent { refusals[name] = impossible(old, guest) }
            return
        }
        guard records[name] == nil else { return }
        let bearers = records.values.filter { bears($0, guest: name) }.map(\.facts.name).sorted()
        guard let first = bearers.first else { return }
        refusals[name] = renamedByHand(guest, bearers, first)
    }

    /// Whether a domain that is no guest by its name has the mark of that guest.
    private func bears(_ record: DomainRecord, guest: String) -> Bool {
        !guests.contains(record.facts.name) && marked(record, [guest])
    }

    private func marked(_ record: DomainRecord, _ names: [String]) -> Bool {
        record.mark?.site == request.site && names.contains(record.mark?.guest ?? "") && record.manager == nil
    }

    private func impossible(_ record: DomainRecord, _ guest: GuestSpec) -> Diagnostic? {
        DomainHoldings(record, at: guest.was?.mark).refusal(toRename: guest.name.value)
    }

    private func both(_ guest: GuestSpec, _ was: String) -> Diagnostic {
        Diagnostic(
            .renameImpossible, "domains '\(guest.name.value)' and '\(was)' both exist, so '\(was)' cannot be renamed",
            at: guest.was?.mark,
            hint: "find out which of the two is the guest, rename or undefine the other, or remove 'was'")
    }

    private func renamedByHand(_ guest: GuestSpec, _ bearers: [String], _ first: String) -> Diagnostic {
        let name = guest.name.value
        let list = bearers.map { "'\($0)'" }.joined(separator: " and ")
        return Diagnostic(
            .domainRenamed,
            bearers.count == 1
                ? "guest '\(name)' is named \(list) in libvirt: that domain carries its mark"
                : "guest '\(name)' has no domain of its name, and the domains \(list) carry its mark",
            at: guest.name.mark,
            notes: ["a second domain '\(name)' would write to the same disks, so none is created"],
            hint:
                "add 'was: \(first)' to the guest to give the domain its name back, or give the guest the domain's name"
        )
    }

    // MARK: Domains that are no guest by their name

    private mutating func judge(_ record: DomainRecord) {
        let name = record.facts.name
        guard let mark = record.mark, mark.site == request.site, mark.guest != name, !guests.contains(name),
            record.manager == nil, !sources.values.contains(where: { $0.facts.name == name })
        else { return }
        strays.insert(name)
        guard refusals[mark.guest] == nil else { return }
        diagnostics.append(
            Diagnostic(
                .domainRenamed,
                records[mark.guest] == nil
                    ? "domain '\(name)' was created for this site as '\(mark.guest)' and renamed; no guest of the site has either name"
                    : "domain '\(name)' carries the mark of guest '\(mark.guest)', which has its own domain: it is a clone",
                severity: .warning,
                hint:
                    "it is left alone; remove the mark: virsh metadata \(name) --uri \(OwnershipMark.namespace) --config --remove"
            ))
    }
}
