internal import HostModel
package import Placement
internal import Planning
package import SiteFile

/// A guest's cells as Nova records them for an instance: the object `InstanceNUMATopology`, without the fields of object
/// versioning; null for a guest that is bound to no cell.
///
/// As in Nova's records, a cell's `id` is the *host* cell that holds it, and what the flavor does not ask for is null.
public struct NovaInstanceTopology: Encodable {
    private let placement: GuestPlacement
    private let demand: GuestDemand

    /// Takes where the guest is and what it asked for.
    package init(_ placement: GuestPlacement, demand: GuestDemand) {
        self.placement = placement
        self.demand = demand
    }

    /// Writes the object, or null.
    public func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }

    private var value: JSONValue {
        guard !placement.cells.isEmpty else { return .null }
        let cells = placement.cells.map { novaObject("InstanceNUMACell", data(of: $0)) }
        let policy = demand.emulatorPolicy.map(\.rawValue)
        return novaObject(
            "InstanceNUMATopology", ["cells": .list(cells), "emulator_threads_policy": .optional(policy)])
    }

    private func data(of cell: GuestCellPlacement) -> JSONValue {
        let isPinned = demand.cpuPolicy != .shared
        let hasThreadPolicy = isPinned && demand.threadPolicy != .prefer
        return [
            "id": .number(cell.hostCell.rawValue),
            "cpuset": .numbers(cell.vcpus.map(\.rawValue)),
            "pcpuset": .numbers(cell.dedicatedVCPUs.map(\.rawValue)),
            "memory": .number(mebibytes(cell.memory)),
            "pagesize": demand.pageSize == nil ? .null : .number(cell.pageSize.size.count),
            "cpu_policy": .optional(isPinned ? demand.cpuPolicy.rawValue : nil),
            "cpu_thread_policy": .optional(hasThreadPolicy ? demand.threadPolicy.rawValue : nil),
            "cpu_topology": .null,
            "cpu_pinning_raw": pinning(of: cell),
            "cpuset_reserved": reserved(on: cell),
        ]
    }

    /// The host CPU of each vCPU that has one of its own, or null.
    private func pinning(of cell: GuestCellPlacement) -> JSONValue {
        let pins = cell.dedicatedVCPUs.compactMap { vcpu in
            cell.pins[vcpu]?.first.map { (vcpu.description, JSONValue.number($0.rawValue)) }
        }
        return pins.isEmpty ? .null : .object(Dictionary(pins, uniquingKeysWith: { first, _ in first }))
    }

    /// The CPU of isolated emulator threads, which guest cell 0 holds, or null.
    private func reserved(on cell: GuestCellPlacement) -> JSONValue {
        guard demand.emulatorPolicy == .isolate, cell.id == placement.cells.first?.id else { return .null }
        return .numbers(placement.emulatorCPUs.map(\.rawValue))
    }
}
