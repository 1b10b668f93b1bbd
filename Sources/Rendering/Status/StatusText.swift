internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The status of a host for a terminal: cells, pools, guests, and where the guests are.
public struct StatusText {
    private let status: HostStatus

    /// Takes the status.
    public init(_ status: HostStatus) {
        self.status = status
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let host = "host \(status.host.map { displayable($0) } ?? Amount.unknown)"
        let heading = host + (status.site.map { "  site \(displayable($0))" } ?? "")
        let sections = [
            [paint(heading, .heading)], cellLines(width), poolLines(width), guestLines(paint), pendingLines(paint),
            placementLines(width),
            [paint(summary, .heading)],
        ]
        return joinedSections(sections)
    }

    private func cellLines(_ width: Int) -> [String] {
        var table = TextTable(
            [.right, .left, .left, .right, .right, .right, .right],
            headings: ["cell", "dedicated", "shared", "vCPUs", "memory", "free", "guests use"])
        for status in status.cells {
            table.add([
                "\(status.cell.id)", status.usage?.dedicatedCPUs.text(empty: "none") ?? "-",
                status.usage?.sharedCPUs.text(empty: "none") ?? "-", status.usage.map { "\($0.sharedVCPUs)" } ?? "-",
                Amount.text(status.cell.memory), Amount.text(status.cell.memoryFree),
                status.usage.map { Amount.text($0.memoryUsed) } ?? "-",
            ])
        }
        let floating = FloatingUse(status.guests.compactMap(\.placement))
        if floating.guests > 0 { table.add(["any", "-", "-", "-", "-", "-", Amount.text(floating.memory)]) }
        return table.isEmpty ? [] : table.lines(width: width)
    }

    private func poolLines(_ width: Int) -> [String] {
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
        return table.isEmpty ? ["huge pages: no pools"] : table.lines(width: width)
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
        return table.lines(width: paint.width)
    }

    /// What running guests get at their next start: what they have, and what they will have.
    private func pendingLines(_ paint: Paint) -> [String] {
        var table = TextTable([.left, .left, .left], headings: ["waits for a restart", "setting", "now -> then"])
        for guest in status.guests {
            for (index, part) in guest.pending.enumerated() {
                table.add([
                    index == 0 ? displayable(guest.name) : "", displayable(Words.path(part)), PendingWords.values(part),
                ])
            }
        }
        return table.lines(width: paint.width)
    }

    private func placementLines(_ width: Int) -> [String] {
        let table = PlacementTables.guests(status.guests.compactMap(\.placement))
        return table.isEmpty ? [] : table.lines(width: width)
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
