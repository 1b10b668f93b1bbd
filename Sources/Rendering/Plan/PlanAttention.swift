internal import Placement
internal import Planning

/// What an operator must know before agreeing to a plan, the worst first.
struct PlanAttention {
    private let plan: Plan
    private let quote: (String) -> String

    /// Takes the plan and how names and words of others are written.
    init(_ plan: Plan, quote: @escaping (String) -> String) {
        self.plan = plan
        self.quote = quote
    }

    /// Sentences without a full stop: interruptions, moves, what waits for a restart, what needs consent.
    var sentences: [String] { interruptions + moves + waits + consents }

    private var interruptions: [String] {
        let worst = plan.changes.filter { $0.disruption > .live }.sorted { $0.disruption > $1.disruption }
        return worst.map { change in
            let address = quote(change.address)
            return switch change.disruption {
            case .host: "\(address): the host reboots"
            case .guest: "\(subject(of: change)) will be interrupted: \(change.action.rawValue)"
            case .daemon, .live, .none: "\(address): a libvirt daemon restarts; guests go on"
            }
        }
    }

    private var moves: [String] {
        plan.placement.moved.map { name in
            let change = plan.changes.first { $0.subject == .guest(name) }
            return "\(change.map(subject) ?? quote(name)) will be moved to other host cells or CPUs"
        }
    }

    private var waits: [String] {
        PlanSummary(plan).waiting.map { name in
            let parts = plan.changes.filter { $0.subject == .guest(name) }.flatMap(\.parts)
            let count = parts.count { $0.when == .nextStart }
            let what =
                count == 0
                ? "runs with older settings until its next start"
                : "(running) keeps \(Amount.count(count, "older setting")) until its next start"
            return "\(quote(name)) \(what)"
        }
    }

    private var consents: [String] {
        plan.changes.compactMap { change in
            change.consentLine.map { "\(quote(change.address)) needs consent: \(quote($0))" }
        }
    }

    /// The guest's name and whether it runs, which the parts tell; else the address.
    private func subject(of change: Change) -> String {
        guard case .guest(let name) = change.subject else { return quote(change.address) }
        let isRunning = change.disruption >= .guest || change.parts.contains { $0.when != .define }
        return quote(name) + (isRunning ? " (running)" : "")
    }
}
