internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension PlanText {
    /// Where every guest is after apply, if all is asked for; nothing for a plan that changes nothing.
    func placement(_ paint: Paint) -> [String] {
        let placement = plan.placement
        guard isPlacementShown, details == .all || placement.verdict != .placed else { return [] }
        let isWhole = placement.verdict == .placed
        let heading = isWhole ? "Placement after apply" : "Guests that fit together, without those above"
        return [paint(heading, .heading)]
            + PlacementTables.guests(placement.guests).lines(indent: 2, width: paint.width)
    }

    /// What is used of each host cell after apply; nothing for a plan that changes nothing.
    func cells(_ paint: Paint) -> [String] {
        let placement = plan.placement
        guard isPlacementShown, !placement.cells.isEmpty else { return [] }
        let isWhole = placement.verdict == .placed
        return [paint(isWhole ? "Host cells after apply" : "Host cells with these guests", .heading)]
            + PlacementTables.cells(placement).lines(indent: 2, width: paint.width)
    }

    private var isPlacementShown: Bool { plan.verdict != .noChanges && !plan.placement.guests.isEmpty }

    /// Each guest that was not placed, and what was short, cell by cell.
    func unplaced(_ paint: Paint) -> [String] {
        let guests = plan.placement.unplaced
        guard !guests.isEmpty else { return [] }
        let isUndecided = plan.placement.verdict == .undecided
        // Where the pools alone do not fit, the findings say so once; it is no guest's affair.
        guard plan.placement.poolShortages.isEmpty else { return [] }
        let heading = isUndecided ? "Not known to fit on" : "Does not fit on"
        return [paint("\(heading) \(displayable(plan.host))", .heading)]
            + guests.flatMap { guest in
                let line = "  ! guest/\(displayable(guest.name))  \(guest.code.rawValue)"
                return [paint(line, .attention)]
                    + PlacementTables.shortages(guest.reasons).lines(indent: 6, width: paint.width)
                    + remedies(of: guest)
            }
    }
}

/// What would help a guest without a place, one line each.
private func remedies(of guest: UnplacedGuest) -> [String] {
    guard !guest.remedies.isEmpty else { return [] }
    return ["      it would fit with any of:"] + guest.remedies.map { "        - \($0.words)" }
}

/// Tables that the plan and the status share.
enum PlacementTables {
    /// One row a guest cell, and one for emulator threads with CPUs of their own or a guest bound to no cell.
    static func guests(_ guests: [GuestPlacement]) -> TextTable {
        var table = TextTable(
            [.left, .right, .right, .left, .right, .right, .left],
            headings: ["guest", "cell", "host cell", "vCPUs", "memory", "page", "CPUs"])
        for guest in guests {
            let name = displayable(guest.name)
            if guest.cells.isEmpty {
                table.add([name, "-", "-", "-", Amount.text(guest.memory), "-", FloatingPlace(guest).text])
            }
            for (index, cell) in guest.cells.enumerated() {
                table.add([
                    index == 0 ? name : "", "\(cell.id)", "\(cell.hostCell)", cell.vcpus.text(empty: "none"),
                    cell.memory(on: cell.hostCell) > .zero ? Amount.text(cell.memory(on: cell.hostCell)) : "-",
                    "\(cell.pageSize)",
                    CellPins(cell).text,
                ])
                for (home, memory) in cell.memoryByCell.sorted(by: { $0.key < $1.key }) where home != cell.hostCell {
                    table.add(["", "", "\(home)", "memory", Amount.text(memory), "\(cell.pageSize)", ""])
                }
            }
            if !guest.emulatorCPUs.isEmpty {
                table.add(["", "", "", "emulator", "", "", "\(guest.emulatorCPUs)"])
            }
        }
        return table
    }

    /// One row a host cell, and one for what guests without topology have, which may be on any.
    static func cells(_ placement: Placement) -> TextTable {
        var table = TextTable(
            [.right, .left, .left, .right, .right, .right, .left],
            headings: ["cell", "dedicated", "shared", "vCPUs", "memory", "QEMU", "pools"])
        for cell in placement.cells {
            let pools = cell.pools.filter { $0.wanted > .zero }.map(words)
            table.add([
                "\(cell.id)", cell.dedicatedCPUs.text(empty: "none"), cell.sharedCPUs.text(empty: "none"),
                "\(cell.sharedVCPUs)", Amount.text(cell.memoryUsed), Amount.text(cell.overhead),
                pools.isEmpty ? "-" : pools.joined(separator: ", "),
            ])
        }
        let floating = FloatingUse(placement.guests)
        if floating.guests > 0 {
            let guests = Amount.count(floating.guests, "guest")
            table.add(["any", "-", "-", "-", Amount.text(floating.memory), Amount.text(floating.overhead), guests])
        }
        return table
    }

    /// `256 x 2MiB`, and how many of them are for others than the guests.
    private static func words(_ pool: CellUsage.Pool) -> String {
        "\(pool.wanted) x \(pool.pageSize)" + (pool.others > .zero ? " (\(pool.others) for others)" : "")
    }

    /// One row a shortage.
    static func shortages(_ shortages: [Shortage]) -> TextTable {
        var table = TextTable(
            [.right, .left, .right, .right, .right, .left],
            headings: ["host cell", "short of", "needed", "free", "missing", "held by"])
        for shortage in shortages {
            let missing = shortage.needed > shortage.free ? shortage.needed - shortage.free : 0
            let amounts = [shortage.needed, shortage.free, missing]
            table.add(
                [shortage.hostCell.map { "\($0)" } ?? "all", Words.resource(shortage.resource)]
                    + amounts.map { Words.amount($0, of: shortage.resource) } + [holders(shortage.heldBy)])
        }
        return table
    }

    private static func holders(_ names: [String]) -> String {
        names.isEmpty ? "-" : names.map { displayable($0) }.joined(separator: ", ")
    }
}

/// On which host CPUs the vCPUs of one guest cell run, in few words.
struct CellPins {
    /// `own 4,36,5` lists the CPUs in the order of the vCPUs that have them for themselves; the rest share one set or name theirs.
    let text: String

    init(_ cell: GuestCellPlacement) {
        let own = cell.dedicatedVCPUs.compactMap { cell.pins[$0] }
        let shared = cell.vcpus.subtracting(cell.dedicatedVCPUs)
        var parts = own.isEmpty ? [] : ["own \(CellPins.list(own))"]
        let sets = Set(shared.compactMap { cell.pins[$0] }).sorted()
        if let only = sets.first, sets.count == 1 {
            parts.append(own.isEmpty ? "\(only)" : "\(shared.count == 1 ? "vCPU" : "vCPUs") \(shared) on \(only)")
        } else {
            parts += shared.compactMap { vcpu in cell.pins[vcpu].map { "vCPU \(vcpu) on \($0)" } }
        }
        text = parts.isEmpty ? "any" : parts.joined(separator: "; ")
    }

    /// A range list where the CPUs ascend, else one by one.
    private static func list(_ pins: [CPUSet]) -> String {
        let isAscending = zip(pins, pins.dropFirst()).allSatisfy { $0 < $1 } && pins.allSatisfy { $0.count == 1 }
        let all = pins.reduce(into: CPUSet()) { $0.formUnion($1) }
        return isAscending ? "\(all)" : pins.map(\.description).joined(separator: ",")
    }
}
