internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The tables of a plan, of which the status shows some.
enum PlanTables {
    /// One row a pool that changes.
    static func pools(_ changes: [Change]) -> Table {
        Table(
            [.name("pool"), "pages", .number("memory"), "change"],
            changes.map { change in
                let pages = change.parts.map { "\(Words.values($0))\($0.key == .pages ? " pages" : "")" }
                let impact = change.disruption > .live ? ", \(Words.impact([change]))" : ""
                return Table.Row(
                    cells: [
                        change.address, pages.joined(separator: ", "), PlanSummary.memory(of: change),
                        change.action.rawValue + impact,
                    ], sign: Sign(change.action))
            }, title: "Pools")
    }

    /// One row for all interrupts that go to the same CPUs, and for what else goes there.
    static func isolation(_ changes: [Change]) -> Table {
        Table(
            ["isolation", "to", "change"],
            changes.filter { $0.subject == .isolation }.flatMap { change in
                IsolationGroup.all(of: change).map { group in
                    Table.Row(
                        cells: [group.which, group.wanted, change.action.rawValue],
                        sign: Sign(change.action))
                }
            }, title: "Isolation")
    }

    /// One row a device of the host that changes.
    static func devices(_ changes: [Change]) -> Table {
        Table(
            [.name("device"), "virtual functions", "change"],
            changes.filter(\.isDevice).map { change in
                Table.Row(
                    cells: [
                        change.address, change.parts.map { "\(Words.values($0)) vfs" }.joined(separator: ", "),
                        change.action.rawValue,
                    ], sign: Sign(change.action))
            }, title: "Devices")
    }

    /// One row a guest that changes, or several that are alike.
    static func guests(_ lines: [GuestLine]) -> Table {
        Table(
            [.quoted("guest"), .number("vCPUs"), .number("memory"), "cells", "CPUs", .quoted("change")],
            lines.map { line in
                Table.Row(
                    cells: [line.title] + line.columns + [line.cpus.text, line.action],
                    sign: Sign(line.change.action))
            }, title: "Guests")
    }

    /// One row a setting: what it is and will be, and when it takes effect.
    static func settings(_ parts: [ChangedPart]) -> Table {
        Table(
            [.name(), .quoted(), ""],
            parts.map { part in
                Table.Row(cells: [Words.path(part), Words.values(part), Words.when(part)], sign: Sign(part))
            }
        ).headless()
    }

    /// One row a guest cell, and one for emulator threads that run elsewhere than the vCPUs, or a guest bound to no cell.
    static func placement(_ guests: [GuestPlacement], title: String = "") -> Table {
        Table(
            [
                .name("guest"), .number("cell"), .number("host cell"), .list("vCPUs"), .number("memory"),
                .number("page"), "CPUs",
            ],
            guests.flatMap { guest in rows(of: guest).map { [guest.name] + $0 } }, title: title, isGrouped: true)
    }

    private static func rows(of guest: GuestPlacement) -> [[String]] {
        let devices = guest.devices.map { device in
            ["", device.cell.map { "\($0)" } ?? "-", "device", "", "", "\(device.address)"]
        }
        guard !guest.cells.isEmpty else {
            return [["-", "-", "-", Amount.text(guest.memory), "-", FloatingPlace(guest).text]] + devices
        }
        let cells = guest.cells.flatMap { cell -> [[String]] in
            let here = cell.memory(on: cell.hostCell)
            let elsewhere = cell.memoryByCell.sorted { $0.key < $1.key }.filter { $0.key != cell.hostCell }
            return [
                [
                    "\(cell.id)", "\(cell.hostCell)", cell.vcpus.text(empty: "none"),
                    here > .zero ? Amount.text(here) : "-", "\(cell.pageSize)", CellPins(cell).text,
                ]
            ] + elsewhere.map { ["", "\($0.key)", "memory", Amount.text($0.value), "\(cell.pageSize)", ""] }
        }
        let own = guest.cells.flatMap(\.pins.values).reduce(into: CPUSet()) { $0.formUnion($1) }
        let isBeside = guest.emulatorCPUs.isEmpty || guest.emulatorCPUs == own
        let emulator = isBeside ? [] : [["", "", "emulator", "", "", "\(guest.emulatorCPUs)"]]
        return cells + emulator + devices
    }

    /// One row a host cell, and one for what guests without topology have, which may be on any.
    static func cells(_ placement: Placement, title: String = "") -> Table {
        let cells = placement.cells.map { cell in
            let pools = cell.pools.filter { $0.wanted > .zero }.map(words)
            return [
                "\(cell.id)", cell.dedicatedCPUs.text(empty: "none"), cell.sharedCPUs.text(empty: "none"),
                "\(cell.sharedVCPUs)", Amount.text(cell.memoryUsed), Amount.text(cell.overhead),
                pools.isEmpty ? "-" : pools.joined(separator: ", "),
            ]
        }
        let floating = FloatingUse(placement.guests)
        let any = [
            "any", "-", "-", "-", Amount.text(floating.memory), Amount.text(floating.overhead),
            Amount.count(floating.guests, "guest"),
        ]
        return Table(
            [
                .number("cell"), "dedicated", "shared", .number("vCPUs"), .number("memory"),
                .number("QEMU"), "pools",
            ], cells + (floating.guests > 0 ? [any] : []), title: title)
    }

    /// `256 x 2MiB`, and how many of them are for others than the guests.
    private static func words(_ pool: CellUsage.PoolUsage) -> String {
        "\(pool.wanted) x \(pool.pageSize)" + (pool.others > .zero ? " (\(pool.others) for others)" : "")
    }

    /// One row a shortage.
    static func shortages(_ shortages: [Shortage]) -> Table {
        Table(
            [
                .number("host cell"), "short of", .number("needed"), .number("free"), .number("missing"),
                .quoted("held by"),
            ], shortages.map(row))
    }

    /// One row a shortage of a guest without a place, or one for the guest alone.
    static func shortages(of guests: [UnplacedGuest]) -> Table {
        let table = shortages([])
        return Table(
            [.name("not placed"), .list("code")] + table.columns,
            guests.flatMap { guest in
                (guest.reasons.isEmpty ? [table.columns.map { _ in "" }] : guest.reasons.map(row))
                    .map { [guest.name, guest.code.rawValue] + $0 }
            }, isGrouped: true)
    }

    private static func row(_ shortage: Shortage) -> [String] {
        let missing = shortage.needed > shortage.free ? shortage.needed - shortage.free : 0
        let amounts = [shortage.needed, shortage.free, missing].map { Words.amount($0, of: shortage.resource) }
        let holders = Words.holders(shortage.heldBy) { $0 }
        return [shortage.hostCell.map { "\($0)" } ?? "all", Words.resource(shortage.resource)] + amounts
            + [holders.isEmpty ? "-" : holders]
    }

    /// One row a finding, or several that say the same of different things.
    static func findings(_ findings: [Diagnostic]) -> Table {
        Table(
            [.list("finding"), .quoted("message"), .quoted("help"), .name("where")],
            DiagnosticGroup.of(findings).map { group in
                let (finding, count) = (group.first, group.all.count)
                let messages = group.all.prefix(DiagnosticGroup.shown).map(\.message)
                let rest = count > messages.count ? ["and \(count - messages.count) more"] : []
                let places = Set(group.all.compactMap(\.mark)).sorted().prefix(DiagnosticGroup.shown)
                return [
                    "\(finding.severity.rawValue) \(finding.code.rawValue)" + (count > 1 ? " (\(count))" : ""),
                    (messages + rest + finding.notes).joined(separator: "; "), finding.hint ?? "",
                    places.map { "\($0)" }.joined(separator: ", "),
                ]
            })
    }

    /// One row a setting that waits for a restart, below the name of its guest.
    static func pending(_ guests: [(name: String, parts: [ChangedPart])]) -> Table {
        let isDated = guests.contains { $0.parts.contains { $0.since != nil } }
        return Table(
            [.name("waits for a restart"), .name("setting"), .quoted("now -> then"), .list(isDated ? "since" : "")],
            guests.flatMap { guest in
                guest.parts.map { part in
                    [guest.name, Words.path(part), PendingWords.values(part), part.since?.minute ?? ""]
                }
            }, isGrouped: true)
    }
}
