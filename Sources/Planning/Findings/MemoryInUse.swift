internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Warns of cells where guests are to start and others hold the memory: the sizes fit, and yet the memory is not there.
struct MemoryInUse {
    let request: PlanRequest
    let placement: Placement
    /// Guests that run, and have their memory.
    let running: Set<String>

    /// How many guests are named.
    private static let named = 8

    /// One warning a cell, ascending, at the guest of it that needs most.
    var diagnostics: [Diagnostic] { request.host.cells.compactMap(warning) }

    private func warning(_ cell: Cell) -> Diagnostic? {
        guard let usage = placement.cells.first(where: { $0.id == cell.id }),
            let available = cell.memoryAvailable ?? cell.memoryFree
        else { return nil }
        let starting = placement.guests.filter { !running.contains($0.name) }
            .map { (name: $0.name, memory: memory(of: $0, on: cell.id)) }.filter { $0.memory > .zero }
        let growth = request.policy.managesPools ? self.growth(of: cell, to: usage) : .zero
        let needed = starting.reduce(growth) { $0 + $1.memory }
        guard needed > available, let most = starting.max(by: { $0.memory < $1.memory }) else { return nil }
        return diagnostic(cell, needed: needed, available: available, most: most.name, all: starting.map(\.name))
    }

    private func diagnostic(_ cell: Cell, needed: KiB, available: KiB, most: String, all: [String]) -> Diagnostic {
        let who = all.count == 1 ? "guest '\(most)' needs" : "guests that start there need"
        let word = cell.memoryAvailable == nil ? "free" : "free or in caches"
        let names = all.prefix(MemoryInUse.named).joined(separator: ", ")
        return Diagnostic(
            .memoryInUse,
            "\(who) \(MemoryInUse.rounded(needed, up: true)) of cell \(cell.id), which has "
                + "\(MemoryInUse.rounded(available, up: false)) \(word) now",
            at: request.guests.first { $0.name.value == most }?.name.mark, severity: .warning,
            notes: all.count == 1 ? [] : ["they are \(names)\(all.count > MemoryInUse.named ? ", …" : "")"],
            hint:
                "what others hold permanently belongs under 'reserved' of the host: cells: {\(cell.id): {memory: SIZE}}"
        )
    }

    /// Whole MiB: nobody reads more digits.
    static func rounded(_ amount: KiB, up: Bool) -> KiB {
        let mebibytes = amount.count / 1_024 + (up && amount.count % 1_024 > 0 ? 1 : 0)
        return KiB(mebibytes * 1_024)
    }

    /// Ordinary memory that a guest takes of a cell, with its QEMU's; where that is overcommitted, its share of what must be there.
    private func memory(of guest: GuestPlacement, on cell: CellID) -> KiB {
        let own = guest.cells.filter { $0.pageSize <= request.host.host.basePage }
            .reduce(guest.cells.first?.hostCell == cell ? guest.overhead : .zero) { $0 + $1.memory(on: cell) }
        let ratio = request.policy.ramAllocationRatio.thousandths
        let isHard = request.guests.first { $0.name.value == guest.name }?.demand.reservesMemory ?? true
        guard !isHard, ratio > 1_000 else { return own }
        let (product, overflow) = own.count.multipliedReportingOverflow(by: 1_000)
        return overflow ? own : KiB(product / ratio)
    }

    /// Memory that the cell's pools grow by.
    private func growth(of cell: Cell, to usage: CellUsage) -> KiB {
        usage.pools.reduce(KiB.zero) { sum, pool in
            let now = cell.pool(of: pool.pageSize)?.total ?? .zero
            return sum + pool.wanted.subtractingDownToZero(now) * pool.pageSize
        }
    }
}
