internal import Diagnostics
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Placement
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

/// Everything that plan, apply, render and status have in common: site, host, plan.
struct PlanningSession: Sendable {
    let input: SiteInput
    let policy: HostPolicy
    let guests: [GuestSpec]
    let facts: HostFacts
    let uri: String
    private(set) var result: ExecutablePlan
    let sources: [SourceText]
    /// How old the facts are; nil when the host itself was asked.
    let origin: FactsOrigin?
    /// Whether the facts are older than they may be.
    let isStale: Bool
    /// Whether running guests may go to other cells while they run.
    let movesLive: Bool

    /// Reads the site, finds the host and makes the plan.
    ///
    /// - Parameters:
    ///   - explains: Whether a refusal is looked into; nil does so for sites of a bearable size.
    ///   - maxFactsAge: How old facts from a file may be; nil is any age.
    ///   - effort: How many times as long as usual a placement is searched for.
    ///   - makesRoomFor: The guest for which moves are looked for that make room.
    init(
        site: String?, host: HostOptions, allowsShrink: Bool = false, rebalances: Bool = false, explains: Bool? = nil,
        consent: ConsentOptions? = nil, maxFactsAge: DurationText? = nil, effort: Int = 1, makesRoomFor: String? = nil,
        world: World
    ) throws {
        var input = try SiteInput(site, only: host.host, world: world)
        let file = try host.facts.map { name in
            let path = input.factsFile(name, host: host.host, world)
            return try world.showing("reading \(path == "-" ? "standard input" : displayable(path))") {
                try FactsInput(file: path, world: world)
            }
        }
        let machine = file?.facts.host.name ?? (host.facts == nil && host.root == nil ? world.hostName : nil)
        let policy = try input.policy(named: host.host, machine: machine, isWriting: world.isWriting)
        if host.host == nil, let foreign = input.foreignEntry(policy, machine: machine, severity: .warning) {
            input.warnings.append(foreign)
        }
        let uri = host.connect ?? policy.connect?.value ?? FactsInput.defaultURI
        let guests = input.guests(of: policy)
        let asksLibvirt = host.root == nil || host.connect != nil
        let found =
            try file
            ?? world.showing("reading the host") {
                try FactsInput(
                    root: host.root, libvirt: asksLibvirt ? .required(uri: uri) : .none,
                    isolation: policy.isolation > .none || policy.idleCPUs == .offline
                        || guests.contains { $0.demand.isolation > .none })
            }
        let bases = try input.bases(for: guests, world: world)
        let origin = file.map { FactsOrigin(time: $0.facts.time, now: UTCTime(seconds: world.now())) }
        let settings = PlanSettings(
            allowsShrink: allowsShrink, rebalances: rebalances, explains: explains,
            consent: try consent?.consent(for: guests) ?? PlanConsent(), maxFactsAge: maxFactsAge,
            effort: effort, makesRoomFor: makesRoomFor)
        if let makesRoomFor {
            try CommandFailure.demandKnown([makesRoomFor], guests.map(\.name.value), option: "--make-room")
        }
        let look = file == nil && asksLibvirt ? HostLook(uri: uri) : nil
        self = world.showing("planning") {
            PlanningSession(
                input: input, host: HostInput(policy: policy, guests: guests, facts: found, origin: origin), uri: uri,
                bases: bases, settings: settings, looksAt: look)
        }
    }

    /// Makes the plan from what was read.
    init(
        input: SiteInput, host: HostInput, uri: String = FactsInput.defaultURI, bases: [String: XMLElement],
        settings: PlanSettings, looksAt look: HostLook? = nil
    ) {
        let facts = host.facts.facts
        var request = PlanRequest(
            host: facts, site: input.site.name.value, policy: host.policy, guests: host.guests, bases: bases,
            allowsShrink: settings.allowsShrink, consent: settings.consent,
            rebalances: settings.rebalances, explains: settings.explains,
            searchLimit: PlacementRequest.searchLimit(effort: settings.effort))
        if let guest = settings.makesRoomFor { request.room = Planner.room(for: guest, request) }
        var result = Planner.plan(request)
        if let room = request.room { result = result.with(room) }
        let preflight = Preflight(
            steps: result.steps, on: facts, site: input.site.name.value, guests: host.guests)
        result = result.checked(preflight.findings(look?.observe(preflight.needs) ?? HostObservation()))
        if host.policy.managesPools, !settings.allowsShrink {
            result.plan.diagnostics += ExcessPages(facts, result.plan.placement).diagnostics
        }
        let old = settings.maxFactsAge.flatMap { host.origin?.finding(of: result.plan.host, limit: $0) }
        result.plan.diagnostics =
            input.warnings + host.facts.diagnostics.filter { $0.severity != .note } + (old.map { [$0] } ?? [])
            + result.plan.diagnostics
        self.input = input
        self.policy = host.policy
        self.guests = host.guests
        self.facts = facts
        self.uri = uri
        self.result = result
        self.sources = input.sources + host.facts.sources
        self.origin = host.origin
        isStale = old != nil
        movesLive = request.movesLive
    }

    /// Adds a finding for each transaction that broke off on this machine; a captured one has none.
    mutating func mentionOpenJournals(_ journals: JournalStore, _ host: HostOptions) {
        guard host.facts == nil, host.root == nil else { return }
        result.plan.diagnostics = journals.findings(severity: .warning) + result.plan.diagnostics
    }

    /// Says since when settings wait for a restart, as far as journals tell; those of a captured host's machine are not here.
    mutating func datePending(_ journals: JournalStore, _ host: HostOptions) {
        guard host.facts == nil, !result.plan.pending.isEmpty else { return }
        let writes = journals.definitions(of: Set(result.plan.pending.keys))
        for (guest, parts) in result.plan.pending {
            result.plan.pending[guest] = parts.map { $0.dated(by: writes[guest] ?? []) }
        }
    }

    /// What `plan` ends with.
    func status(detailed: Bool) -> ExitStatus {
        let plan = result.plan
        switch plan.verdict {
        case .infeasible: return .doesNotFit
        case .undecided: return .undecided
        case .refused: return ExitStatus(refusedFor: plan.diagnostics)
        case .noChanges where isStale, .changes where isStale: return .stalePlan
        case .noChanges where detailed && !plan.differing.isEmpty: return .differences
        case .noChanges: return detailed && !plan.restartPending.isEmpty ? .restartPending : .done
        case .changes: return detailed ? .differences : .done
        }
    }
}

/// What is asked of a plan besides the site and the host.
struct PlanSettings: Sendable {
    var allowsShrink = false
    var rebalances = false
    /// Whether a refusal is looked into; nil does so for sites of a bearable size.
    var explains: Bool?
    var consent = PlanConsent()
    /// How old facts may be; nil is any age.
    var maxFactsAge: DurationText?
    /// How many times as long as usual a placement is searched for.
    var effort = 1
    /// The guest for which moves are looked for that make room.
    var makesRoomFor: String?
}

/// What is known of one host.
struct HostInput: Sendable {
    let policy: HostPolicy
    let guests: [GuestSpec]
    let facts: FactsInput
    /// How old the facts are; nil when the host itself was asked.
    let origin: FactsOrigin?
}

extension ExitStatus {
    /// What a plan ends with that is refused for these findings.
    ///
    /// 10 is a host without the place, CPUs, memory, pages, devices or machine types that are asked for: another host may have them.
    /// All else is for a person to agree to or to clear away first, on this host, and is 15: whose a domain is, what keeps it from
    /// being removed, an image or a bridge that is not there yet, two guests with one disk.
    init(refusedFor findings: [Diagnostic]) {
        let misfits = findings.filter { $0.severity == .error }.map(\.code).filter { code in
            code == .machineUnknown || ["NP3", "NP4"].contains { code.rawValue.hasPrefix($0) }
        }
        self = misfits.isEmpty ? .needsConsent : .doesNotFit
    }
}
