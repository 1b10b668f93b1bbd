public import HostModel
public import Placement
internal import Planning

/// A host's cells as Nova records them for a compute node: the object `NUMATopology`, without the fields of object versioning.
public struct NovaTopology: Encodable {
    private let facts: HostFacts
    private let usage: [CellID: CellUsage]

    /// Takes the facts and, if a site is known, what its guests and all others use of each cell.
    ///
    /// Without `usage` nothing is pinned and no ordinary memory is in use, as Nova says of a node without instances; the
    /// pages in use of a pool are then those that the kernel counts.
    public init(_ facts: HostFacts, usage: [CellUsage] = []) {
        self.facts = facts
        self.usage = usage.keyed(by: \.id)
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        let cells = facts.cells.map { novaObject("NUMACell", data(of: $0)) }
        try novaObject("NUMATopology", ["cells": .list(cells)]).encode(to: encoder)
    }

    /// Memory is in MiB, rounded down, pools included; `cpu_usage` are the vCPUs that share CPUs.
    private func data(of cell: Cell) -> JSONValue {
        let used = usage[cell.id]
        return [
            "id": .number(cell.id.rawValue),
            "cpuset": .numbers(cell.cpus.map(\.rawValue)),
            "pcpuset": .numbers(cell.cpus.map(\.rawValue)),
            "cpu_usage": .number(used?.sharedVCPUs ?? 0),
            "pinned_cpus": .numbers((used?.dedicatedCPUs ?? []).map(\.rawValue)),
            "siblings": .list(cell.siblings.map { .numbers($0.map(\.rawValue)) }),
            "memory": .number(mebibytes(cell.memory ?? .zero)),
            "memory_usage": .number(mebibytes(used.map(memoryUsed) ?? .zero)),
            "mempages": .list(pages(of: cell)),
        ]
    }

    /// The memory of all guests, in whatever pages.
    private func memoryUsed(_ usage: CellUsage) -> KiB {
        usage.pools.reduce(usage.memoryUsed) { sum, pool in sum + Amount.memory(of: pool.guests, pool.pageSize) }
    }

    /// Ordinary pages first: what is left of the cell beside its pools.
    private func pages(of cell: Cell) -> [JSONValue] {
        let base = facts.host.basePage
        let pooled = cell.pools.map { Amount.memory(of: $0.total, $0.pageSize) }
        let ordinary = pooled.reduce(cell.memory ?? .zero) { $0.subtractingDownToZero($1) }
        let usedOrdinary = usage[cell.id].map { base.pagesNeeded(for: $0.memoryUsed) } ?? .zero
        let rows = [pages(base, total: ordinary.count / base.size.count, used: usedOrdinary.count, reserved: 0)]
        return rows
            + cell.pools.map { pool in
                let wanted = usage[cell.id]?.pools.first { $0.pageSize == pool.pageSize }
                return pages(
                    pool.pageSize, total: pool.total.count, used: (wanted?.guests ?? pool.used).count,
                    reserved: (wanted?.others ?? .zero).count)
            }
    }

    private func pages(_ size: PageSize, total: UInt64, used: UInt64, reserved: UInt64) -> JSONValue {
        novaObject(
            "NUMAPagesTopology",
            [
                "size_kb": .number(size.size.count), "total": .number(total), "used": .number(used),
                "reserved": .number(reserved),
            ])
    }
}

/// An object in Nova's notation.
func novaObject(_ name: String, _ data: JSONValue) -> JSONValue {
    ["nova_object.name": .text(name), "nova_object.data": data]
}

/// An amount in Nova's unit, rounded down.
func mebibytes(_ amount: KiB) -> UInt64 { amount.count / 1_024 }
