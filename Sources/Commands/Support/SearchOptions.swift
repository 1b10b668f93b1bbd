internal import ArgumentParser
internal import Placement

/// How hard a placement is searched for.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Search this many times longer for a placement before giving up as undecided.", valueName: "times"))
    var effort = 1

    private static let most = 1_000

    func validate() throws {
        guard (1...SearchOptions.most).contains(effort) else {
            throw ValidationError("--effort takes a number from 1 to \(SearchOptions.most).")
        }
    }
}

extension PlacementRequest {
    /// The search limit with so many times the usual effort.
    static func searchLimit(effort: Int) -> Int { defaultSearchLimit * effort }
}
