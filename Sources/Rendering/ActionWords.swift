internal import Diagnostics
internal import HostModel
internal import Planning

/// What happens to a guest, in a few words behind what it gets.
struct ActionWords {
    /// So many settings are named; of more the number is told.
    private static let named = 2

    /// What an action alone says of its impact.
    private static let usual: [Change.Action: Impact] = [
        .stop: .shutdown, .restart: .restart, .remove: .removed, .adopt: .takenOver, .release: .released,
    ]

    /// The words; empty for a guest that is only made.
    let text: String

    init(_ change: Change) {
        // What waits for the next start, the settings tell.
        let impacts = Words.impacts([change]).filter { $0 != .nextStart || change.parts.isEmpty }
        let isPlain = [.create, .update].contains(change.action) && change.disruption < .daemon
        let isSaid = impacts.isEmpty || isPlain || impacts == [ActionWords.usual[change.action]]
        let impact = isSaid ? nil : Words.list(impacts.map(\.text))
        let parts = [ActionWords.verb(of: change), impact, ActionWords.settings(of: change)]
        text = parts.compactMap { $0 }.joined(separator: ", ")
    }

    private static func verb(of change: Change) -> String? {
        guard change.action == .create else { return change.action.words }
        return change.parts.contains { $0.key == .state && $0.want == .text("running") } ? "started" : nil
    }

    /// Which settings change, or how many and when; what stays of a domain that goes.
    static func settings(of change: Change) -> String? {
        if change.action == .create { return nil }
        let kept = change.kept.isEmpty ? nil : "keeps \(Amount.count(change.kept.count, "file"))"
        if [.remove, .release].contains(change.action) { return kept }
        let parts = change.parts.filter { $0.key != .state && $0.key != .metadata }
        guard parts.count > named else {
            let words = parts.map { part in
                "\(displayable(Words.path(part))) \(Words.values(part)) (\(Words.when(part)))"
            }
            return words.isEmpty ? kept : words.joined(separator: ", ")
        }
        let counts = ChangedPart.When.allCases.compactMap { when -> String? in
            let count = parts.count { $0.when == when }
            return count == 0 ? nil : "\(count) \(Words.when(when))"
        }
        let byHand = parts.count { $0.drift != nil }
        let hand = byHand == 0 ? "" : " (\(byHand == parts.count ? "all" : "\(byHand)") changed by hand)"
        if counts.count == 1, let when = parts.first?.when {
            return "\(Amount.count(parts.count, "setting")) \(Words.when(when))\(hand)"
        }
        return "\(Amount.count(parts.count, "setting")): \(counts.joined(separator: ", "))\(hand)"
    }
}

extension Change.Action {
    /// The action in an operator's words.
    var words: String { self == .stamp ? "update its mark" : self == .stop ? "shut down" : rawValue }
}
