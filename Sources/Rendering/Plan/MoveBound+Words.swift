internal import Placement

extension Placement.MoveBound {
    /// What is proven, where fewer moves may be enough: a clause without a full stop.
    var words: String {
        let kind = isOfRunning ? "running guest" : "shut-off guest"
        return "not proven fewest: at least \(Amount.count(atLeast, kind)) must move, found \(found); \(longerSearch)"
    }

    /// Its object in documents.
    static let part = DocumentPart<Placement.MoveBound>([
        .init("guests", ["enum": ["running", "shut_off"]]) { $0.isOfRunning ? "running" : "shut_off" },
        .init("at_least", Schema.count) { .number($0.atLeast) },
        .init("found", Schema.count) { .number($0.found) },
    ])
}

/// What helps where a search gave up.
let longerSearch = "a larger --effort searches longer"
