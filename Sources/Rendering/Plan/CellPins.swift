internal import HostModel
internal import Placement

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
