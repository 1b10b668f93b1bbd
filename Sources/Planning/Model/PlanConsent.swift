/// What the operator asks for or allows beside the site file: all that is never done without being asked for.
public struct PlanConsent: Hashable, Sendable {
    /// Which domains of ours go that the site no longer names.
    public enum Prune: Hashable, Sendable {
        /// None.
        case none
        /// Those there are, unless they are all our domains, or more than two and more than a fifth of them: then the site file
        /// may be the one that is wrong.
        case few
        /// All of them.
        case all
    }

    /// Whether domains are taken over that exist under the names of the site's guests.
    public var adopts: Bool
    /// Whether domains that belong to another site are taken over.
    public var takesOver: Bool
    /// Which domains of ours go that the site no longer names.
    public var prune: Prune
    /// Whether such domains may be shut down for that.
    public var stopsPruned: Bool
    /// Whether every running guest whose settings wait for its next start is power cycled.
    public var restartsPending: Bool
    /// Running guests that are power cycled, by name.
    public var restarts: Set<String>
    /// Whether running guests that go to other host cells may have their memory moved while they run.
    public var movesLive: Bool
    /// Guests that are defined anew from the site where their definition cannot be changed into what it says, by name.
    public var rebases: Set<String>
    /// The guests that the plan is about, by name, the rest of the site staying and counting as it is; nil for all.
    public var only: Set<String>?
    /// Whether a guest that does not shut down in time is switched off.
    public var forcesOff: Bool

    /// By default nothing is agreed to.
    package init(
        adopts: Bool = false, takesOver: Bool = false, prune: Prune = .none, stopsPruned: Bool = false,
        restartsPending: Bool = false, restarts: Set<String> = [], forcesOff: Bool = false,
        rebases: Set<String> = [], only: Set<String>? = nil, movesLive: Bool = false
    ) {
        self.only = only
        self.movesLive = movesLive
        self.rebases = rebases
        self.adopts = adopts
        self.takesOver = takesOver
        self.prune = prune
        self.stopsPruned = stopsPruned
        self.restartsPending = restartsPending
        self.restarts = restarts
        self.forcesOff = forcesOff
    }
}
