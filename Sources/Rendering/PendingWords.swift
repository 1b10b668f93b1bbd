internal import Planning

/// The words of settings that wait for a restart.
enum PendingWords {
    /// What the running domain has, and what it will have: `512MiB -> 1GiB`, `none -> 4`.
    static func values(_ part: ChangedPart) -> String {
        let now: ChangedPart.PartValue? =
            switch part.live {
            case .value(let value): value
            case .absent: nil
            case nil: part.now
            }
        return [now, part.want].map { $0.map { Words.value($0, of: part) } ?? "none" }.joined(separator: " -> ")
    }
}
