internal import Planning

extension Words {
    /// What changes do to what runs: the worst of them, and whether something waits for a guest's next start.
    static func impact(_ changes: [Change]) -> String {
        let waits = changes.contains(where: \.waits)
        switch changes.map(\.disruption).max() ?? .none {
        case .none: return waits ? "at next start" : "none"
        case .live: return waits ? "live and at next start" : "live"
        case .daemon: return impact(.daemon)
        case .guest:
            let stopped = changes.filter { $0.disruption == .guest }
            let restarts = stopped.count(where: \.restarts)
            return restarts == 0 ? "guest shutdown" : restarts == stopped.count ? "guest restart" : impact(.guest)
        case .host: return impact(.host)
        }
    }
}

extension Change {
    /// Whether something of it waits for a running guest's next start.
    var waits: Bool { disruption < .guest && parts.contains { $0.when == .nextStart } }

    /// Whether a guest is power cycled, and not only shut down.
    fileprivate var restarts: Bool {
        action == .restart || parts.contains { $0.key == .state && $0.want == .text("restarted") }
    }
}
