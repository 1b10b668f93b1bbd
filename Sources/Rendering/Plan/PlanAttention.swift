internal import Diagnostics
internal import Placement
internal import Planning

/// What an operator must know before agreeing to a plan, the worst first. Alike things are one sentence.
struct PlanAttention {
    private let plan: Plan
    private let quote: (String) -> String

    /// Takes the plan and how names and words of others are written.
    init(_ plan: Plan, quote: @escaping (String) -> String) {
        self.plan = plan
        self.quote = quote
    }

    /// Sentences without a full stop: errors, interruptions, moves, what needs consent, what waits for a restart.
    var sentences: [String] { errors + interruptions + moves + consents + waits }

    private var errors: [String] {
        let errors = plan.diagnostics.filter { $0.severity == .error }
        guard !errors.isEmpty else { return [] }
        let codes = Set(errors.map(\.code.rawValue)).sorted().joined(separator: ", ")
        return ["\(Amount.count(errors.count, "error")) to correct first: \(codes) (see the findings)"]
    }

    private var interruptions: [String] {
        let worst = plan.changes.filter { $0.disruption > .live }.sorted { $0.disruption > $1.disruption }
        return grouped(worst.map { ($0, interruption($0)) }) { change in
            change.disruption == .guest ? subject(of: change) : quote(change.address)
        }
    }

    private func interruption(_ change: Change) -> String {
        switch change.disruption {
        case .host: "the host reboots"
        case .guest: "interrupted (\(Words.impact([change])))"
        case .daemon, .live, .none: "a libvirt daemon restarts; guests keep running"
        }
    }

    private var moves: [String] {
        let moved = plan.placement.moved
        guard !moved.isEmpty else { return [] }
        let names = moved.map { name in
            plan.changes.first { $0.subject == .guest(name) }.map(subject) ?? quote(name)
        }
        return ["\(list(names, moved)): moved to other host cells or CPUs"]
            + [plan.placement.moveBound?.words].compactMap(\.self)
    }

    private var waits: [String] {
        let waiting = PlanSummary(plan).waiting.map { name in
            let parts = plan.changes.filter { $0.subject == .guest(name) }.flatMap(\.parts)
            return (name, parts.count { $0.when == .nextStart })
        }
        return Dictionary(grouping: waiting, by: \.1).sorted { $0.key < $1.key }.map { count, guests in
            let what = count == 0 ? "older settings" : Amount.count(count, "older setting")
            let names = guests.map(\.0)
            let (verb, whose) = names.count == 1 ? ("keeps", "its") : ("keep", "their")
            return "\(list(names.map { "\(quote($0)) (running)" }, names)) \(verb) \(what) until \(whose) next start"
        }
    }

    private var consents: [String] {
        let asked = plan.changes.compactMap { change in change.consentLine.map { (change, $0) } }
        return grouped(asked.map { ($0.0, quote($0.1)) }, verbs: (" needs consent", " need consent")) {
            quote($0.address)
        }
    }

    /// One sentence for all changes of which the same is to be said, in the order of the first of each.
    private func grouped(
        _ said: [(Change, String)], verbs: (one: String, many: String) = ("", ""), by name: (Change) -> String
    ) -> [String] {
        var order: [String] = []
        var changes: [String: [Change]] = [:]
        for (change, words) in said {
            if changes[words] == nil { order.append(words) }
            changes[words, default: []].append(change)
        }
        return order.map { words in
            let all = changes[words] ?? []
            let verb = all.count == 1 ? verbs.one : verbs.many
            return "\(list(all.map(name), all.map(\.address)))\(verb): \(words)"
        }
    }

    /// The one there is as it is written, else how many and which.
    private func list(_ written: [String], _ names: [String]) -> String {
        written.count == 1 ? written[0] : "\(NameList.text(names, quote: quote)) (\(written.count))"
    }

    /// The guest's name and whether it runs, which the parts tell; else the address.
    private func subject(of change: Change) -> String {
        guard case .guest(let name) = change.subject else { return quote(change.address) }
        let isRunning = change.disruption >= .guest || change.parts.contains { $0.when != .define }
        return quote(name) + (isRunning ? " (running)" : "")
    }
}
