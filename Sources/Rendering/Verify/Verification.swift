public import Diagnostics
public import Planning
public import LivePlacement

/// How a host compares with its site: what `verify` shows.
public struct Verification: Hashable, Sendable {
    /// The host's name.
    public var host: String
    /// The site's name.
    public var site: String
    /// What differs, as a plan that nobody carries out.
    public var plan: Plan
    /// Where the running guests are, ascending by name; nil when nobody looked.
    public var residences: [GuestResidence]?

    /// Who else ran on guests' own CPUs; nil when nobody looked.
    public var interference: Interference?

    package init(plan: Plan, residences: [GuestResidence]? = nil, interference: Interference? = nil) {
        self.interference = interference
        host = plan.host
        site = plan.site
        self.plan = plan
        self.residences = residences
    }

    /// Whether anything differs: definitions, pools, or where guests are.
    public var hasDifferences: Bool {
        !plan.isEmpty || !plan.differing.isEmpty || residences?.contains(where: \.deviates) == true
    }

    /// Guests for whose next start something waits, ascending.
    public var pending: [String] {
        Set(plan.restartPending + (residences ?? []).filter(\.waitsForRestart).map(\.guest)).sorted()
    }

    /// What could not be looked at.
    public var unknown: [Unread] { (residences ?? []).flatMap(\.unknown) + (interference?.unknown ?? []) }

    /// The plan's findings, then those about where guests are, then those about who else ran on their CPUs.
    public var diagnostics: [Diagnostic] {
        plan.diagnostics + (residences ?? []).flatMap(\.findings) + (interference?.findings ?? [])
    }
}
