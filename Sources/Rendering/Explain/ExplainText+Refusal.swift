internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import SiteFile

extension ExplainText {
    /// What a guest without a place needs, what each host cell lacks, and what would help.
    func refusal(of unplaced: UnplacedGuest, _ guest: GuestSpec, _ paint: Paint) -> [String] {
        let isUndecided = plan.placement.verdict == .undecided
        let code: DiagnosticCode = isUndecided && unplaced.code == .doesNotFit ? .undecided : unplaced.code
        let title = "guest \(displayable(unplaced.name))  \(code.rawValue): \(code.title)"
        return [paint(title, .attention), "  needs \(needs(of: guest.demand))"]
            + shortages(unplaced, guest.demand).lines(indent: 4, paint) + remedies(of: unplaced)
    }

    /// One row for everything that was short, and one for each host cell where nothing was.
    private func shortages(_ unplaced: UnplacedGuest, _ demand: GuestDemand) -> Table {
        var table = PlanTables.shortages(unplaced.reasons)
        guard unplaced.code == .doesNotFit, demand.isBound else { return table }
        let short = Set(unplaced.reasons.compactMap(\.hostCell))
        let forced = Set(demand.forcedCells.values.map(\.value))
        let mayChoose = forced.count < demand.cells.count
        for cell in host.cells.map(\.id).sorted() where !short.contains(cell) {
            let isAsked = mayChoose || forced.contains(cell)
            let words = isAsked ? "nothing: one guest cell has room" : "not asked: numa_placement"
            table.rows.append(Table.Row(cells: ["\(cell)", words, "-", "-", "-", "-"]))
        }
        return table
    }

    private func remedies(of unplaced: UnplacedGuest) -> [String] {
        guard plan.placement.verdict == .infeasible else { return [] }
        guard !unplaced.remedies.isEmpty else {
            return ["  No single change is known that makes all guests fit."]
        }
        return ["  Everything would fit with any one of:"] + unplaced.remedies.map { "    - \($0.words)" }
    }

    /// What a guest asks of its host, in one line.
    private func needs(of demand: GuestDemand) -> String {
        let own = demand.dedicatedVCPUs.count
        var cpus: [String] = []
        if own > 0 {
            let policy = demand.threadPolicy == .prefer ? "" : " (cpu_thread_policy: \(demand.threadPolicy.rawValue))"
            cpus.append("\(Amount.count(own, "dedicated CPU"))\(policy)")
        }
        if demand.vcpus > own { cpus.append(Amount.count(demand.vcpus - own, "shared vCPU")) }
        if demand.emulatorPolicy == .isolate { cpus.append("1 CPU for the emulator") }
        let pages = demand.pageSize.map { " (mem_page_size: \($0.value.word))" } ?? ""
        let cells = demand.isBound ? ", on \(Amount.count(demand.cells.count, "host cell"))" : ""
        return cpus.joined(separator: ", ") + ", \(Amount.text(demand.memory))\(pages)\(cells)"
    }
}
