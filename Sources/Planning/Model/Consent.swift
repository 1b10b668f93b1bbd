/// Something in a change that the operator must agree to first.
///
/// A change may need several; none stands for another. Renderings put them into words.
public enum Consent: Hashable, Sendable {
    /// A domain that no site manages is taken over.
    case adopt
    /// A domain of that other site is taken over.
    case takeOver(site: String)
    /// A running guest is shut down; with `force` it is powered off if that takes too long.
    case stop(force: Bool)
    /// A running guest is shut down and started again; `force` as for ``stop(force:)``.
    case restart(force: Bool)
    /// A running guest gets other host cells or CPUs, at its next start.
    case move
    /// The memory of a running guest is moved to other host cells while it runs.
    case moveLive
    /// A guest is defined anew from the site: what was added to its definition by hand is gone.
    case rebase
    /// A guest goes to a place that is better, not needed.
    case rebalance
    /// A definition is removed; an orphan is a domain that the site no longer names.
    case remove(isOrphan: Bool)
    /// An adopted domain that the site no longer names is released.
    case release
    /// A disk that was changed by hand gets its old source back; what was written to the other one since is not there.
    case putBackDisk(String)
    /// Disks are taken out of a guest's definition; their files and devices stay.
    case detachDisks([String])
    /// A pool gives up pages.
    case shrink

    /// The name in documents: `adopt`, `take_over`.
    public var kind: String {
        switch self {
        case .adopt: "adopt"
        case .takeOver: "take_over"
        case .stop: "stop"
        case .restart: "restart"
        case .move: "move"
        case .moveLive: "move_live"
        case .rebase: "rebase"
        case .rebalance: "rebalance"
        case .remove: "remove"
        case .release: "release"
        case .putBackDisk: "put_back_disk"
        case .detachDisks: "detach_disks"
        case .shrink: "shrink"
        }
    }

    /// All kinds, in the order in which they are asked for.
    public static let kinds = [
        "adopt", "take_over", "stop", "restart", "move", "move_live", "rebase", "rebalance", "remove", "release",
        "put_back_disk", "detach_disks", "shrink",
    ]
}

extension Sequence where Element == Consent {
    /// Each kind once, in the order of ``Consent/kinds``; of two removals the one that says why stays.
    func inOrder() -> [Consent] {
        let all = Set(self)
        let isOrphan = all.contains(.remove(isOrphan: true))
        let kept = isOrphan ? all.subtracting([.remove(isOrphan: false)]) : all
        func rank(_ consent: Consent) -> Int { Consent.kinds.firstIndex(of: consent.kind) ?? Consent.kinds.count }
        return kept.sorted { rank($0) < rank($1) }
    }
}
