internal import Diagnostics
internal import HostModel
internal import SiteFile

/// The place that a defined guest has now, as far as the site still allows it.
struct KeptPlacement {
    /// Host cells and page sizes, by guest cell.
    let assignment: Assignment
    /// CPUs that the guest's dedicated vCPUs have, or nil when these are no longer what the demand asks for.
    let cpus: KeptCPUs?
    let isRunning: Bool
}

/// The CPUs that a guest has for itself.
struct KeptCPUs {
    /// By guest cell: the CPU of each dedicated vCPU that is not pinned by hand.
    var pins: [[VCPU: CPU]]
    /// The emulator's own CPU.
    var emulator: CPU?
}

extension KeptPlacement {
    /// Reads what can be kept; nil when the guest's cells, page sizes, forced cells or devices are not what the site asks for now.
    init?(_ guest: PlacementGuest, need: GuestCounts, grid: HostGrid) {
        guard let present = guest.present, !need.cells.isEmpty, present.cells.count == need.cells.count else {
            return nil
        }
        var assignment = Assignment(hosts: [], pages: [])
        for (index, cell) in guest.demand.cells.enumerated() {
            guard let bound = present.cells[cell.id], let host = grid.indexOfCell[bound.hostCell],
                need.allows(index, on: host, beside: assignment.hosts)
            else { return nil }
            let page = bound.hugePage.flatMap { grid.sizeIndex($0) }
            guard (page == nil) == (bound.hugePage == nil), need.pages.contains(page) else { return nil }
            assignment.hosts.append(host)
            assignment.pages.append(page)
        }
        guard need.isNearAll(assignment.hosts), need.keptPages.map({ $0 == assignment.pages }) ?? true else {
            return nil
        }
        self.assignment = assignment
        isRunning = present.isRunning
        cpus = KeptCPUs(guest.demand, present: present, need: need, hosts: assignment.hosts, grid: grid)
    }
}

extension KeptCPUs {
    /// Reads the CPUs; nil when a dedicated vCPU has no single CPU of its own in its cell, or its thread policy is not met.
    init?(_ demand: GuestDemand, present: PresentPlacement, need: GuestCounts, hosts: [Int], grid: HostGrid) {
        pins = []
        for (index, cell) in demand.cells.enumerated() {
            var own: [VCPU: CPU] = [:]
            for vcpu in cell.vcpus.intersection(demand.dedicatedVCPUs) {
                guard let pin = present.pins[vcpu], pin.count == 1, let cpu = pin.first else { return nil }
                own[vcpu] = cpu
            }
            let cpus = CPUSet(own.values)
            let byHand = grid.ownPins(of: cell, demand, on: hosts[index])
            guard cpus.count == own.count, byHand.allSatisfy({ own[$0.key] == $0.value }),
                KeptCPUs.meets(demand.threadPolicy, cpus: cpus, cores: grid.cells[hosts[index]].cores)
            else { return nil }
            pins.append(own.filter { byHand[$0.key] == nil })
        }
        if demand.emulatorPolicy == .isolate {
            guard let set = present.emulatorCPUs, set.count == 1, let cpu = set.first,
                !pins.contains(where: { $0.values.contains(cpu) })
            else { return nil }
            emulator = cpu
        }
    }

    private static func meets(_ policy: GuestDemand.ThreadPolicy, cpus: CPUSet, cores: [Core]) -> Bool {
        let perCore = cores.map { $0.threads.intersection(cpus).count }.filter { $0 > 0 }
        guard perCore.reduce(0, +) == cpus.count else { return false }
        switch policy {
        case .prefer: return true
        case .isolate: return perCore.allSatisfy { $0 == 1 }
        case .require: return perCore.count { $0 == 1 } <= 1
        }
    }
}
