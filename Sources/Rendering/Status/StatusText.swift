public import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The status of a host for a terminal: cells, pools, guests, and where the guests are.
public struct StatusText {
    private let status: HostStatus
    private let sources: [SourceText]

    /// Takes the status and the files from which findings are shown.
    public init(_ status: HostStatus, sources: [SourceText] = []) {
        self.status = status
        self.sources = sources
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false) -> String {
        let paint = Paint(isOn: color)
        let host = "host \(status.host.map { displayable($0) } ?? Amount.unknown)"
        let heading = host + (status.site.map { "  site \(displayable($0))" } ?? "")
        let sections = [
            [paint(heading, .heading)], cellLines, poolLines, guestLines(paint), placementLines,
            findingLines(status.diagnostics, sources),
            [paint(summary, .heading)],
        ]
        return joinedSections(sections)
    }

    private var cellLines: [String] {
        var table = TextTable(
            [.right, .left, .left, .right, .right, .right, .right],
            headings: ["cell", "dedicated CPUs", "shared CPUs", "shared vCPUs", "memory", "free", "guests use"])
        for status in status.cells {
            table.add([
                "\(status.cell.id)", status.usage?.dedicatedCPUs.text(empty: "none") ?? "-",
                status.usage?.sharedCPUs.text(empty: "none") ?? "-", status.usage.map { "\($0.sharedVCPUs)" } ?? "-",
                Amount.text(status.cell.memory), Amount.text(status.cell.memoryFree),
                status.usage.map { Amount.text($0.memoryUsed) } ?? "-",
            ])
        }
        return table.isEmpty ? [] : table.lines()
    }

    private var poolLines: [String] {
        var table = TextTable(
            [.right, .right, .right, .right, .right, .left], headings: ["cell", "pages", "wanted", "total", "free", ""])
        for cell in status.cells {
            for pool in PoolStatus.all(of: cell) {
                table.add([
                    "\(cell.cell.id)", "\(pool.pageSize)", pool.wanted.map { "\($0)" } ?? "-", "\(pool.total)",
                    "\(pool.free)", pool.remark,
                ])
            }
        }
        return table.isEmpty ? ["huge pages: no pools"] : table.lines()
    }

    private func guestLines(_ paint: Paint) -> [String] {
        guard !status.guests.isEmpty else { return ["no guests"] }
        var table = TextTable([.left, .left, .left, .left], headings: ["guest", "state", "ownership", "site"])
        for guest in status.guests {
            let pending = guest.restartPending ? ", restart pending" : ""
            table.add([
                displayable(guest.name), guest.state.map { Words.state($0) } ?? "not defined",
                guest.ownership?.words ?? "-", guest.sync.words + (guest.drift?.words ?? "") + pending,
            ])
        }
        return table.lines()
    }

    private var placementLines: [String] {
        let table = PlacementTables.guests(status.guests.compactMap(\.placement))
        return table.isEmpty ? [] : table.lines()
    }

    private var summary: String {
        let counts = GuestStatus.Sync.allCases.map { sync in (sync, status.guests.count { $0.sync == sync }) }
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.words)" }
        let pending = status.guests.count { $0.restartPending }
        let all = words + (pending > 0 ? ["\(Amount.count(pending, "restart")) pending"] : [])
        return "Status: \(all.isEmpty ? "no guests" : all.joined(separator: ", "))."
    }
}

extension GuestStatus.Ownership {
    fileprivate var words: String {
        switch self {
        case .created: "ours"
        case .adopted: "ours, adopted"
        case .foreign: "not ours"
        case .otherManager: "another manager's"
        }
    }
}

extension ChangedPart.Drift {
    fileprivate var words: String {
        switch self {
        case .definition: " (changed by hand)"
        case .live: " (running guest only)"
        }
    }
}

extension GuestStatus.Sync {
    fileprivate var words: String {
        switch self {
        case .inSync: "in sync"
        case .differs: "differs"
        case .missing: "missing"
        case .notInSite: "not in the site"
        case .transient: "transient, no definition"
        case .notCompared: "not compared"
        }
    }
}
