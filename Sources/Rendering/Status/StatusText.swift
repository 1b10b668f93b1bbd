internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The status of a host for a terminal: cells, pools, guests, and where the guests are.
public struct StatusText {
    private let status: HostStatus

    /// Takes the status.
    package init(_ status: HostStatus) {
        self.status = status
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let host = "host \(status.host.map { displayable($0) } ?? Amount.unknown)"
        let heading = host + (status.site.map { "  site \(displayable($0))" } ?? "")
        let sections = [
            [paint(heading, .heading)], cells.lines(paint), poolLines(paint), guestLines(paint), pending.lines(paint),
            PlanTables.placement(status.guests.compactMap(\.placement)).lines(paint),
            PlanTables.actors(at: status.actors).lines(paint),
            [paint(summary, .heading)],
        ]
        return joinedSections(sections)
    }

    private var cells: Table {
        let cells = status.cells.map { status in
            [
                "\(status.cell.id)", status.usage?.dedicatedCPUs.text(empty: "none") ?? "-",
                status.usage?.sharedCPUs.text(empty: "none") ?? "-", status.usage.map { "\($0.sharedVCPUs)" } ?? "-",
                Amount.text(status.cell.memory), Amount.text(status.cell.memoryFree),
                status.usage.map { Amount.text($0.memoryUsed) } ?? "-",
            ]
        }
        let floating = FloatingUse(status.guests.compactMap(\.placement))
        let any = ["any", "-", "-", "-", "-", "-", Amount.text(floating.memory)]
        return Table(
            [
                .number("cell"), "dedicated", "shared", .number("vCPUs"), .number("memory"),
                .number("free"), .number("guests use"),
            ], cells + (floating.guests > 0 ? [any] : []))
    }

    private func poolLines(_ paint: Paint) -> [String] {
        let pools = status.cells.flatMap { cell in
            PoolStatus.all(of: cell).map { pool in
                [
                    "\(cell.cell.id)", "\(pool.pageSize)", pool.wanted.map { "\($0)" } ?? "-", "\(pool.total)",
                    "\(pool.free)", pool.remark,
                ]
            }
        }
        guard !pools.isEmpty else { return ["huge pages: no pools"] }
        return Table(
            [.number("cell"), .number("pages"), .number("wanted"), .number("total"), .number("free"), ""], pools
        ).lines(paint)
    }

    private func guestLines(_ paint: Paint) -> [String] {
        guard !status.guests.isEmpty else { return ["no guests"] }
        return Table(
            [.name("guest"), "state", "ownership", "site"],
            status.guests.map { guest in
                [
                    guest.name, guest.state.map { Words.state($0) } ?? "not defined", guest.ownership?.words ?? "-",
                    guest.sync.words + (guest.drift?.words ?? "") + (guest.restartPending ? ", restart pending" : ""),
                ]
            }
        ).lines(paint)
    }

    /// What running guests get at their next start: what they have, and what they will have.
    private var pending: Table { PlanTables.pending(status.guests.map { ($0.name, $0.pending) }) }

    private var summary: String {
        let counts = GuestStatus.Sync.allCases.map { sync in (sync, status.guests.count { $0.sync == sync }) }
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0 == .differs && $0.1 > 1 ? "differ" : $0.0.words)" }
        let pending = status.guests.count { $0.restartPending }
        let all = words + (pending > 0 ? ["\(Amount.count(pending, "restart")) pending"] : [])
        return "Status: \(all.isEmpty ? "no guests" : all.joined(separator: ", "))."
    }
}

extension GuestStatus.DomainOwner {
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
