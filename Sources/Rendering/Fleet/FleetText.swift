internal import Diagnostics

/// The end of the plans of many hosts on a terminal: one row a host, and one line that sums up.
public struct FleetText {
    private let entries: [FleetEntry]
    private let site: String

    /// Takes the hosts, in the order in which they are shown.
    package init(_ entries: [FleetEntry], site: String) {
        self.entries = entries
        self.site = site
    }

    /// The text, each line ended.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let table = FleetEntry.table(entries, title: "Hosts of site \(displayable(site))")
        return joinedSections([table.lines(indent: 2, paint), [paint(FleetSummary(entries).line, .heading)]])
    }
}
