internal import Planning

extension Words {
    /// What changes do to what runs, the worst of them; what becomes of definitions, and whether something waits for a guest's next start.
    static func impact(_ changes: [Change]) -> String {
        let later = changes.contains(where: \.waits) ? ["at next start"] : []
        switch changes.map(\.disruption).max() ?? .none {
        case .none: return list(definitions(changes) + later)
        case .live: return list(["live"] + definitions(changes) + later)
        case .daemon: return impact(.daemon)
        case .guest:
            let stopped = changes.filter { $0.disruption == .guest }
            let restarts = stopped.count(where: \.restarts)
            return restarts == 0 ? "guest shutdown" : restarts == stopped.count ? "guest restart" : impact(.guest)
        case .host: return impact(.host)
        }
    }

    /// What becomes of definitions, disks and their owners that somebody must agree to although nothing that runs notices.
    private static func definitions(_ changes: [Change]) -> [String] {
        let words = changes.flatMap(\.consents).compactMap { consent -> String? in
            switch consent {
            case .adopt, .takeOver: "taken over"
            case .remove: "definition removed"
            case .release: "released"
            case .rebase: "definition replaced"
            case .putBackDisk: "disk replaced"
            case .detachDisks: "disk removed"
            case .move, .rebalance, .stop, .restart, .shrink: nil
            }
        }
        return Set(words).sorted()
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last else { return "none" }
        return words.count == 1 ? last : "\(words.dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension Change {
    /// Whether something of it waits for a running guest's next start.
    var waits: Bool {
        disruption < .guest && (parts.contains { $0.when == .nextStart } || consents.contains(.move))
    }

    /// Whether a guest is power cycled, and not only shut down.
    fileprivate var restarts: Bool {
        action == .restart || parts.contains { $0.key == .state && $0.want == .text("restarted") }
    }
}
