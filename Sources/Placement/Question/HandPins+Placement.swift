internal import Diagnostics
package import HostModel
package import SiteFile

extension GuestDemand {
    /// The CPUs that dedicated vCPUs of a guest cell have by the operator's hand.
    package func ownPins(of cell: GuestCellDemand) -> [VCPU: CPU] {
        var own: [VCPU: CPU] = [:]
        for vcpu in cell.vcpus.intersection(dedicatedVCPUs) {
            if let cpus = pins.vcpus[vcpu]?.value, cpus.count == 1, let cpu = cpus.first { own[vcpu] = cpu }
        }
        return own
    }

    /// CPUs on which threads are pinned by hand that share them: nobody is given these to itself.
    package var sharedPins: CPUSet {
        var cpus = pins.ioThreads.values.reduce(into: CPUSet()) { $0.formUnion($1.value) }
        for (vcpu, pin) in pins.vcpus where !dedicatedVCPUs.contains(vcpu) { cpus.formUnion(pin.value) }
        cpus.formUnion(pins.vcpuSet?.value.pinned ?? [])
        cpus.formUnion(pins.emulator?.value.pinned ?? [])
        return cpus
    }
}

extension HostGrid {
    /// The host cell that a guest cell is on because its vCPUs are pinned there by hand, or a guest of one cell because its set of CPUs
    /// is there; nil for none.
    func home(of cell: GuestCellDemand, _ demand: GuestDemand) -> Int? {
        let pins = demand.ownPins(of: cell)
        guard let first = pins.min(by: { $0.key < $1.key })?.value else {
            guard demand.cells.count == 1, let set = demand.pins.vcpuSet?.value.pinned else { return nil }
            return cells.firstIndex { cell in
                set.isSubset(of: cell.cores.reduce(into: CPUSet()) { $0.formUnion($1.threads) })
            }
        }
        return cells.firstIndex { $0.cores.contains { $0.threads.contains(first) } }
    }

    /// The hand's CPUs of a guest cell that are on a host cell.
    func ownPins(of cell: GuestCellDemand, _ demand: GuestDemand, on host: Int?) -> [VCPU: CPU] {
        guard let host else { return [:] }
        return demand.ownPins(of: cell).filter { pin in cells[host].cores.contains { $0.threads.contains(pin.value) } }
    }

    /// Takes the CPUs that a guest has by hand out of what there is to give.
    mutating func commitHandPins(of demand: GuestDemand, _ need: GuestCounts) {
        for (cell, host) in zip(demand.cells, need.forced) {
            guard let host else { continue }
            let cpus = CPUSet(ownPins(of: cell, demand, on: host).values)
            if !cpus.isEmpty { commit(cpus, on: host, isolated: demand.threadPolicy == .isolate) }
        }
    }
}
