public import HostModel
internal import Placement
public import Planning
public import SiteFile

extension HostPicture {
    /// The picture of a host as it is before a plan that moves guests; nil for one that moves none.
    ///
    /// Guests have the tags and colours that they have after it; those that the plan makes have nothing yet.
    public static func before(
        _ facts: HostFacts, plan: Plan, policy: HostPolicy? = nil, specs: [GuestSpec] = []
    ) -> HostPicture? {
        let places = plan.before.keyed(by: \.name)
        guard plan.verdict == .changes, !places.isEmpty else { return nil }
        let made = Set(plan.changes.filter { $0.action == .create }.map(\.subject))
        var now = plan
        now.changes = []
        now.placement.guests = plan.placement.guests.map { guest in
            places[guest.name] ?? (made.contains(.guest(guest.name)) ? guest.withoutParts : guest)
        }
        now.placement.cells = plan.placement.cells.map { cell in
            cell.exchanging(plan.placement.guests, for: now.placement.guests, isOrdinary: facts.host.basePage)
        }
        return HostPicture(facts, plan: now, policy: policy, specs: specs)
    }
}

extension GuestPlacement {
    /// The guest with cells in which nothing is.
    fileprivate var withoutParts: GuestPlacement {
        let empty = cells.map {
            GuestCellPlacement(
                id: $0.id, hostCell: $0.hostCell, vcpus: [], memory: .zero, pageSize: $0.pageSize, pins: [:],
                dedicatedVCPUs: [])
        }
        return GuestPlacement(name: name, memory: .zero, cells: empty)
    }
}

extension CellUsage {
    /// The usage with what some guests take of the cell instead of what others take.
    fileprivate func exchanging(
        _ old: [GuestPlacement], for new: [GuestPlacement], isOrdinary page: PageSize
    ) -> CellUsage {
        let (before, after) = (CellShare(new, of: id, page), CellShare(old, of: id, page))
        var usage = self
        usage.dedicatedCPUs = dedicatedCPUs.subtracting(after.own).union(before.own)
        usage.sharedCPUs = sharedCPUs.union(after.own.intersection(before.shared)).subtracting(before.own)
        usage.sharedVCPUs = max(0, sharedVCPUs - after.sharing + before.sharing)
        usage.memoryUsed = memoryUsed.subtractingDownToZero(after.memory) + before.memory
        // How many pages a pool has now, the host itself says.
        for index in usage.pools.indices { usage.pools[index].guests = .zero }
        return usage
    }
}

/// What guests together take of one host cell.
private struct CellShare {
    var (own, shared) = (CPUSet(), CPUSet())
    var sharing = 0
    var memory = KiB.zero

    init(_ guests: [GuestPlacement], of host: CellID, _ page: PageSize) {
        for cell in guests.flatMap(\.cells) {
            if cell.pageSize == page { memory = memory + cell.memory(on: host) }
            guard cell.hostCell == host else { continue }
            for vcpu in cell.vcpus {
                let cpus = cell.pins[vcpu] ?? []
                if cell.dedicatedVCPUs.contains(vcpu) { own.formUnion(cpus) } else { shared.formUnion(cpus) }
            }
            sharing += cell.vcpus.count - cell.dedicatedVCPUs.count
        }
    }
}
