internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// What the guest can be given while it runs: shares of one size for all cells that have memory, which their pages divide.
    mutating func grow(_ demand: inout GuestDemand) {
        guard !isBroken("max_ram", "reserve", "ram", "current_ram") else { return }
        guard let most = settings.maximumMemory else {
            if let reserve = settings.memoryReserve {
                dropped("reserve", at: reserve.mark, because: "max_ram is not given")
            }
            return
        }
        guard let start = settings.ram, isAbove(most, start), checkShape(of: demand, most) else { return }
        let requested = settings.currentMemory ?? start
        guard start.value <= requested.value, requested.value <= most.value else {
            report.error(
                .conflictingKeys,
                "current_ram (\(requested.value)) is not between ram (\(start.value)) and max_ram (\(most.value))",
                at: requested.mark, label: "max_ram is at line \(most.mark.line)",
                hint: "with max_ram the guest starts with ram and is given the rest up to current_ram")
            return
        }
        let cells = demand.cells.count { $0.memory > .zero }
        let least = PageSize(MemoryGrowth.leastBlock)
        let block = if case .exactly(let size) = demand.pageSize?.value { max(size, least) } else { least }
        for (name, amount) in [("max_ram", most), ("current_ram", requested)] {
            let share = KiB((amount.value.count - start.value.count) / UInt64(cells))
            guard share.count * UInt64(cells) + start.value.count == amount.value.count, block.divides(share) else {
                report.error(
                    .pageSizeImpossible,
                    "\(name) - ram is \(KiB(amount.value.count - start.value.count)), not a multiple of \(block) for each of "
                        + (cells == 1 ? "1 cell" : "\(cells) cells"), at: amount.mark,
                    hint: "choose ram plus a multiple of \(KiB(block.size.count * UInt64(cells)))")
                return
            }
        }
        let growth = MemoryGrowth(
            size: KiB((most.value.count - start.value.count) / UInt64(cells)),
            requested: KiB((requested.value.count - start.value.count) / UInt64(cells)),
            reserve: settings.memoryReserve?.value ?? .ceiling)
        demand = demand.growing(growth)
    }

    private mutating func isAbove(_ most: Located<KiB>, _ start: Located<KiB>) -> Bool {
        guard most.value <= start.value else { return true }
        report.error(
            .conflictingKeys, "max_ram (\(most.value)) is not more than ram (\(start.value))", at: most.mark,
            label: "ram is at line \(start.mark.line)", hint: "raise max_ram, or remove it")
        return false
    }

    /// A device belongs to a cell that the guest sees, and QEMU refuses it where memory is locked.
    private mutating func checkShape(of demand: GuestDemand, _ most: Located<KiB>) -> Bool {
        if demand.hidesCells || demand.cells.isEmpty {
            report.error(
                .conflictingKeys,
                demand.hidesCells ? "max_ram needs cells that the guest sees" : "max_ram needs guest cells",
                at: most.mark, hint: demand.hidesCells ? "remove guest_numa: hidden" : "add numa_nodes: 1")
            return false
        }
        guard demand.lockedMemory else { return true }
        report.error(
            .conflictingKeys, "max_ram needs memory that is not locked", at: most.mark,
            hint: "remove locked_memory, cpu_realtime or mem_encryption, or remove max_ram")
        return false
    }
}
