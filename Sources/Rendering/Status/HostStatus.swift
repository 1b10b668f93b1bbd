public import Diagnostics
public import HostModel
public import Placement
public import Planning

/// How a host and its guests stand now: what `status` shows.
public struct HostStatus: Hashable, Sendable {
    /// One host cell.
    public struct CellStatus: Hashable, Sendable {
        /// The cell as the host tells it, pools included.
        public var cell: Cell
        /// What guests use of it, or nil without a site.
        public var usage: CellUsage?

        package init(cell: Cell, usage: CellUsage? = nil) {
            self.cell = cell
            self.usage = usage
        }
    }

    /// The host's name, or nil when the facts do not say.
    public var host: String?
    /// The site's name, or nil without a site.
    public var site: String?
    /// The host's cells, ascending by id.
    public var cells: [CellStatus]
    /// The guests of the site and the domains of others, ascending by name.
    public var guests: [GuestStatus]
    /// Programs beside the guests that have CPUs to themselves, as the site has them placed, ascending by name.
    public var actors: [ActorPlacement] = []
    /// Findings, in the order in which they were made.
    public var diagnostics: [Diagnostic]

    package init(
        host: String?, site: String? = nil, cells: [CellStatus], guests: [GuestStatus], diagnostics: [Diagnostic] = []
    ) {
        self.host = host
        self.site = site
        self.cells = cells
        self.guests = guests
        self.diagnostics = diagnostics
    }

    /// The host's cells with what is used of them.
    public init(
        facts: HostFacts, site: String? = nil, usage: [CellUsage] = [], guests: [GuestStatus],
        diagnostics: [Diagnostic] = []
    ) {
        let used = usage.keyed(by: \.id)
        self.init(
            host: facts.host.name, site: site, cells: facts.cells.map { CellStatus(cell: $0, usage: used[$0.id]) },
            guests: guests, diagnostics: diagnostics)
    }
}

/// How one guest stands now.
public struct GuestStatus: Hashable, Sendable {
    /// Whose the domain is.
    public enum DomainOwner: String, Hashable, Sendable, CaseIterable {
        /// We defined it.
        case created
        /// It was there before and is managed by us.
        case adopted
        /// Nobody's mark is on it.
        case foreign
        /// Another manager of domains owns it.
        case otherManager = "other_manager"
    }

    /// How the definition compares with the site.
    public enum Sync: String, Hashable, Sendable, CaseIterable {
        /// It is what the site wants.
        case inSync = "in_sync"
        /// Something in it differs.
        case differs
        /// The site wants a guest that libvirt does not hold.
        case missing
        /// The site does not name the domain.
        case notInSite = "not_in_site"
        /// The domain runs and has lost its definition, so there is nothing to compare.
        case transient
        /// It was not compared: the domain is not the site's, or the plan came to no placement.
        case notCompared = "not_compared"
    }

    /// The domain's name.
    public var name: String
    /// What the domain does, or nil when it is not defined.
    public var state: DomainFacts.DomainState?
    /// Whose the domain is, or nil when it is not defined.
    public var ownership: DomainOwner?
    /// How the definition compares with the site.
    public var sync: Sync
    /// How it came to differ, where nobody asked for that; nil where the site asks for something else, or nothing differs.
    public var drift: ChangedPart.Drift?
    /// Whether the running domain has other settings than its definition has, or will have after apply.
    public var restartPending: Bool
    /// The settings that wait for a restart: what the running domain has, and what it will have; empty where that is not known.
    public var pending: [ChangedPart] = []
    /// Where the guest is, or will be when it is missing; nil when nobody knows.
    public var placement: GuestPlacement?

    package init(
        name: String, state: DomainFacts.DomainState?, ownership: DomainOwner?, sync: Sync,
        drift: ChangedPart.Drift? = nil,
        restartPending: Bool = false, placement: GuestPlacement? = nil
    ) {
        self.name = name
        self.state = state
        self.ownership = ownership
        self.sync = sync
        self.drift = drift
        self.restartPending = restartPending
        self.placement = placement
    }
}
