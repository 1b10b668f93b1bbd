internal import Diagnostics

/// The end of the plans of many hosts on a terminal: one row a host, and one line that sums up.
public struct FleetText {
    private let entries: [FleetEntry]
    private let site: String

    /// Takes the hosts, in the order in which they are shown.
    public init(_ entries: [FleetEntry], site: String) {
        self.entries = entries
        self.site = site
    }

    /// The text, each line ended.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        var table = TextTable(
            [.left, .left, .left, .left, .left, .left],
            headings: ["host", "verdict", "guests", "impact", "facts", "pools"])
        for entry in entries {
            table.add([
                displayable(entry.host), entry.verdictWords, entry.guestWords, entry.impactWords,
                entry.facts.map { $0.age.map(FactsOrigin.words) ?? Amount.unknown } ?? "none", entry.poolWords,
            ])
        }
        let lines = table.lines(indent: 2, width: width)
        let heading = paint("Hosts of site \(displayable(site))", .heading)
        return joinedSections([[heading] + lines, [paint(FleetSummary(entries).line, .heading)]])
    }
}
