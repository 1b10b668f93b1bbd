internal import Planning

/// One thing that changes do to what runs or to definitions.
enum Impact: Hashable {
    /// To what runs.
    case disruption(Disruption)
    /// Guests stop, and all of them start again or none does.
    case shutdown, restart
    /// What somebody must agree to although nothing that runs notices.
    case diskRemoved, diskReplaced, removed, replaced, released, takenOver
    /// It waits for a guest's next start.
    case nextStart

    var text: String {
        switch self {
        case .disruption(let disruption): Words.impact(disruption)
        case .shutdown: "guest shutdown"
        case .restart: "guest restart"
        case .diskRemoved: "disk removed"
        case .diskReplaced: "disk replaced"
        case .removed: "definition removed"
        case .replaced: "definition replaced"
        case .released: "released"
        case .takenOver: "adoption"
        case .nextStart: "at next start"
        }
    }
}

extension Words {
    /// What changes do, in words; `none` for nothing.
    static func impact(_ changes: [Change]) -> String { list(impacts(changes).map(\.text)) }

    /// What changes do to what runs, the worst of them; what becomes of definitions, and whether something waits for a guest's next
    /// start.
    static func impacts(_ changes: [Change]) -> [Impact] {
        let later: [Impact] = changes.contains(where: \.waits) ? [.nextStart] : []
        switch changes.map(\.disruption).max() ?? .none {
        case .none: return definitions(changes) + later
        case .live: return [.disruption(.live)] + definitions(changes) + later
        case .guest:
            let stopped = changes.filter { $0.disruption == .guest }
            let restarts = stopped.count(where: \.restarts)
            return [restarts == 0 ? .shutdown : restarts == stopped.count ? .restart : .disruption(.guest)]
        case .daemon: return [.disruption(.daemon)]
        case .host: return [.disruption(.host)]
        }
    }

    /// What becomes of definitions, disks and their owners that somebody must agree to although nothing that runs notices.
    private static func definitions(_ changes: [Change]) -> [Impact] {
        let impacts = changes.flatMap(\.consents).compactMap { consent -> Impact? in
            switch consent {
            case .adopt, .takeOver: .takenOver
            case .remove: .removed
            case .release: .released
            case .rebase: .replaced
            case .putBackDisk: .diskReplaced
            case .detachDisks: .diskRemoved
            case .move, .moveLive, .rebalance, .stop, .restart, .shrink: nil
            }
        }
        return Set(impacts).sorted { $0.text < $1.text }
    }

    /// The words as a list; `none` for none.
    static func list(_ words: [String]) -> String {
        guard let last = words.last else { return "none" }
        return words.count == 1 ? last : "\(words.dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension Change {
    /// Whether something of it waits for a running guest's next start.
    var waits: Bool {
        disruption < .guest && (parts.indices.contains { parts[$0].when == .nextStart } || consents.contains(.move))
    }

    /// Whether a guest is power cycled, and not only shut down.
    fileprivate var restarts: Bool {
        action == .restart || parts.contains { $0.key == .state && $0.want == .text("restarted") }
    }
}
