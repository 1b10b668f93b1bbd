public import Diagnostics
public import HostModel
public import Placement
public import SiteFile
public import XMLTree

/// Everything a plan is a function of.
public struct PlanRequest: Hashable, Sendable {
    /// The host, its domains included.
    public var host: HostFacts
    /// The site's name.
    public var site: String
    /// What the site says of this host.
    public var policy: HostPolicy
    /// The site's guests on this host.
    public var guests: [GuestSpec]
    /// The documents of the guests' `base` files, by guest.
    public var bases: [String: XMLElement]
    /// Whether pools may shrink to what is wanted.
    public var allowsShrink: Bool
    /// What the operator asks for or allows besides.
    public var consent: PlanConsent
    /// Whether guests that are there already may be proposed for a better place.
    public var rebalances: Bool
    /// Whether a refusal is looked into; nil does so for sites of up to ``explainedGuests`` guests.
    public var explains: Bool?
    /// The placement's search limit.
    public var searchLimit: Int
    /// How room is made for a guest: where guests move while they run, the plan carries these moves out.
    public var room: RoomForGuest?

    /// Up to so many guests a refusal is looked into without being asked.
    public static let explainedGuests = 128

    package init(
        host: HostFacts, site: String, policy: HostPolicy, guests: [GuestSpec], bases: [String: XMLElement] = [:],
        allowsShrink: Bool = false, consent: PlanConsent = PlanConsent(),
        rebalances: Bool = false, explains: Bool? = nil, searchLimit: Int = PlacementRequest.defaultSearchLimit
    ) {
        self.rebalances = rebalances
        self.consent = consent
        self.explains = explains
        self.host = host
        self.site = site
        self.policy = policy
        self.guests = guests
        self.bases = bases
        self.allowsShrink = allowsShrink
        self.searchLimit = searchLimit
    }
}

extension PlanRequest {
    /// Whether running guests may go to other cells while they run: the operator says so, or the site.
    public var movesLive: Bool { consent.movesLive || policy.moves == .live }

    /// The moves that the plan carries out to make room; nil for none.
    var roomMade: RoomForGuest? { movesLive && room?.outcome == .moves ? room : nil }
}

/// A plan and what carries it out.
public struct ExecutablePlan: Hashable, Sendable {
    /// What would change.
    public var plan: Plan
    /// The steps that make it so; empty when the plan may not be carried out.
    public var steps: [Step]
    /// The definition that each guest of the site would have, ascending by name; absent guests are left out.
    public var definitions: [GuestDefinition]
    /// What each pool of the host must hold, guests and others.
    public var poolTargets: [PoolID: PageCount]
    /// What is to be kept off the CPUs of guests from the next boot on; nil for nothing.
    public var isolation: CPUIsolation?
    /// Which devices are to have virtual functions from the next boot on, ascending.
    public var divided: [DividedDevice] = []

    package init(
        plan: Plan, steps: [Step] = [], definitions: [GuestDefinition] = [], poolTargets: [PoolID: PageCount] = [:]
    ) {
        self.plan = plan
        self.steps = steps
        self.definitions = definitions
        self.poolTargets = poolTargets
    }
}

extension ExecutablePlan {
    /// The plan with what a look beforehand has found: with an error it is refused and has no steps, and nothing would be changed.
    public func checked(_ findings: [Diagnostic]) -> ExecutablePlan {
        guard plan.verdict == .changes || !findings.hasErrors else { return self }
        var checked = self
        checked.plan.diagnostics += findings
        guard findings.hasErrors else { return checked }
        checked.plan.verdict = .refused
        checked.steps = []
        return checked
    }
}
