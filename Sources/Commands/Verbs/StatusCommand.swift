internal import ArgumentParser
internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

struct StatusCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the state of the host and its guests.",
        discussion: """
            An argument that ends in .yaml or .yml, or is -, is the site file; any other is a guest to show.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, nova }

    @Argument(
        help: ArgumentHelp("The site file, and guests to show.", valueName: "site-or-guest"),
        completion: .offering { $0.guests + $0.sites }) var names: [String] = []

    @OptionGroup var host: HostOptions

    @Option(help: "Output format; nova takes one guest.") var format: Format = .text

    @Flag(help: "Draw each cell's threads, memory and pools, with the guests that use them.") var map =
        false

    @Flag(help: "Exit 2 if there are differences, 3 if a restart is pending.") var check = false

    @OptionGroup var state: StateOption

    private var sites: [String] { names.filter { $0 == "-" || $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") } }

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if sites.count > 1 { throw ValidationError("Name one site file at most.") }
        if format == .nova, names.count - sites.count != 1 { throw ValidationError("--format nova takes one guest.") }
        if map, format != .text { throw ValidationError("--map is text: it cannot be combined with another --format.") }
        if map, names.count > sites.count { throw ValidationError("--map shows the whole host: name no guest.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            var session = try PlanningSession(site: sites.first, host: host, world: world)
            session.mentionOpenJournals(state.journals, host)
            session.datePending(state.journals, host)
            let status = session.status(detailed: check)
            if map {
                session.warnOfFindings(beside: .text, world)
                world.say(HostMap(session.picture).text(color: world.hasColor, width: world.width))
                return status.ofStatus(checked: check)
            }
            let wanted = names.filter { !sites.contains($0) }
            let all = session.guestStatuses
            let guests = wanted.isEmpty ? all : all.filter { wanted.contains($0.name) }
            for name in wanted where !all.contains(where: { $0.name == name }) {
                throw unknownGuest(name, all.map(\.name))
            }
            if format == .nova {
                world.say(try nova(guests[0], session))
                return .done
            }
            var shown = HostStatus(
                facts: session.facts, site: session.input.site.name.value, usage: session.result.plan.placement.cells,
                guests: guests, diagnostics: session.result.plan.diagnostics)
            if wanted.isEmpty { shown.actors = session.result.plan.placement.actors }
            world.say(
                format == .json
                    ? try JSONText.of(StatusJSON(shown, exit: status.report))
                    : StatusText(shown).text(color: world.hasColor, width: world.width))
            if format == .text { session.warnOfFindings(beside: .text, world) }
            return status.ofStatus(checked: check)
        }
    }

    private func nova(_ guest: GuestStatus, _ session: PlanningSession) throws -> String {
        guard let placement = guest.placement,
            let demand = session.guests.first(where: { $0.name.value == guest.name })?.demand
        else { throw unknownGuest(guest.name, session.guests.map(\.name.value)) }
        return try JSONText.of(NovaInstanceTopology(placement, demand: demand))
    }

    private func unknownGuest(_ name: String, _ known: [String]) -> CommandFailure {
        let meant = suggestion(for: name, among: known).map { "did you mean \($0)?" }
        return CommandFailure(
            .usage, [Diagnostic(.unknownGuest, "guest '\(name)' is unknown or not placed", hint: meant)])
    }
}

extension ExitStatus {
    /// What `status` ends with: that something needs consent is of interest only when asked for.
    fileprivate func ofStatus(checked: Bool) -> ExitStatus { checked || self != .needsConsent ? self : .done }
}

extension PlanningSession {
    /// Every guest of the site, and every domain that is not the site's.
    var guestStatuses: [GuestStatus] {
        let plan = result.plan
        let changed = Dictionary(
            plan.changes.compactMap { change in
                if case .guest(let name) = change.subject { (name, change) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        let placed = plan.placement.guests.keyed(by: \.name)
        let domains = facts.domains.keyed(by: \.name)
        let named = guests.filter { $0.state?.value != .absent }.map(\.name.value)
        let unchanged = Set(plan.unchanged)
        let ours = named.map { name in
            let domain = domains[name]
            var status = GuestStatus(
                name: name, state: domain?.state, ownership: domain.flatMap(ownership),
                sync: sync(of: domain, isChanged: changed[name] != nil, isUnchanged: unchanged.contains(name)),
                drift: changed[name]?.drift, restartPending: plan.restartPending.contains(name), placement: placed[name]
            )
            status.pending = plan.pending[name] ?? []
            return status
        }
        let others = facts.domains.filter { !named.contains($0.name) }.map { domain in
            GuestStatus(name: domain.name, state: domain.state, ownership: ownership(domain), sync: .notInSite)
        }
        return (ours + others).sorted { $0.name < $1.name }
    }

    /// How a guest's definition compares with the site. Only what was compared is in sync: not a transient domain, which has no
    /// definition, nor one that is not ours, nor anything where the plan came to no placement.
    private func sync(of domain: DomainFacts?, isChanged: Bool, isUnchanged: Bool) -> GuestStatus.Sync {
        guard let domain else { return .missing }
        guard domain.persistent else { return .transient }
        return isChanged ? .differs : isUnchanged ? .inSync : .notCompared
    }

    private func ownership(_ domain: DomainFacts) -> GuestStatus.DomainOwner? {
        guard let document = try? domain.definition.read() else { return nil }
        if ForeignManager.detect(in: document) != nil { return .otherManager }
        switch OwnershipMark(reading: document)?.origin {
        case .created: return .created
        case .adopted: return .adopted
        case nil: return .foreign
        }
    }
}
