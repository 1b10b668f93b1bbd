internal import Diagnostics
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import SiteFile

/// Everything that plan, apply, render and status have in common: site, host, plan.
struct PlanningSession {
    let input: SiteInput
    let policy: HostPolicy
    let guests: [GuestSpec]
    let facts: HostFacts
    let uri: String
    private(set) var result: ExecutablePlan
    let sources: [SourceText]

    /// Reads the site, finds the host and makes the plan.
    ///
    /// - Parameter explains: Whether a refusal is looked into; nil does so for sites of a bearable size.
    init(
        site: String?, host: HostOptions, allowsShrink: Bool = false, rebalances: Bool = false, explains: Bool? = nil,
        consent: ConsentOptions? = nil, world: World
    ) throws {
        let input = try SiteInput(site, world: world)
        let file = try host.facts.map { try FactsInput(file: $0, world: world) }
        let machine = file?.facts.host.name ?? (host.facts == nil && host.root == nil ? world.hostName : nil)
        let policy = try input.policy(named: host.host, machine: machine)
        uri = host.connect ?? policy.connect?.value ?? FactsInput.defaultURI
        let asksLibvirt = host.root == nil || host.connect != nil
        let found = try file ?? FactsInput(root: host.root, libvirt: asksLibvirt ? .required(uri: uri) : .none)
        facts = found.facts
        guests = input.guests(of: policy)
        sources = [input.source] + found.sources
        var result = Planner.plan(
            PlanRequest(
                host: found.facts, site: input.site.name.value, policy: policy, guests: guests,
                bases: try input.bases(for: guests, world: world), allowsShrink: allowsShrink,
                consent: try consent?.consent(for: guests) ?? PlanConsent(),
                defaultHugePage: found.facts.defaultHugePage, rebalances: rebalances, explains: explains))
        result.plan.diagnostics =
            input.warnings + found.diagnostics.filter { $0.severity != .note } + result.plan.diagnostics
        self.result = result
        self.input = input
        self.policy = policy
    }

    /// Adds a finding for each transaction that broke off on this machine; a captured one has none.
    mutating func mentionOpenJournals(_ journals: JournalStore, _ host: HostOptions) {
        guard host.facts == nil, host.root == nil else { return }
        result.plan.diagnostics = journals.findings(severity: .warning) + result.plan.diagnostics
    }

    /// What `plan` ends with.
    func status(detailed: Bool) -> ExitStatus {
        let plan = result.plan
        switch plan.verdict {
        case .infeasible: return .doesNotFit
        case .undecided: return .undecided
        case .refused: return plan.isRefusedByOwnership ? .needsConsent : .doesNotFit
        case .noChanges: return detailed && !plan.restartPending.isEmpty ? .restartPending : .done
        case .changes: return detailed ? .differences : .done
        }
    }
}

extension Plan {
    /// Whether the plan was refused because of whose the domains are or what the operator has to agree to or clear away, and for
    /// no other reason.
    var isRefusedByOwnership: Bool {
        diagnostics.filter { $0.severity == .error }.allSatisfy {
            [
                .notOurs, .otherManager, .adoptMissing, .pruneTooMany, .pruneRunning, .managedSave, .restartImpossible,
            ].contains($0.code)
        }
    }
}

extension HostFacts {
    /// The kernel's default size of huge pages: what its command line says, else the architecture's usual one if the host has it.
    var defaultHugePage: PageSize? {
        let words = (host.commandLine ?? "").split(separator: " ")
        let named = words.last { $0.hasPrefix("default_hugepagesz=") }.flatMap { word in
            try? Size.parse(word.dropFirst("default_hugepagesz=".count))
        }
        if let named, named > .zero { return PageSize(named) }
        let usual = PageSize(2_048)
        return hugePageSizes.contains(usual) ? usual : hugePageSizes.first
    }
}
