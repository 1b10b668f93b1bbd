internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import SiteFile

/// Who uses one hardware thread. A guest is its place in ``HostPicture/guests``, an actor its place in ``HostPicture/actors``.
enum ThreadUse: Hashable, Sendable {
    /// One vCPU has it alone; with `emulator` the guest's emulator threads run there as well.
    case dedicated(guest: Int, vcpu: VCPU, emulator: Bool)
    /// A guest's emulator threads have it alone.
    case emulator(guest: Int)
    /// Kept empty beside a vCPU of a guest that wants whole cores.
    case idle(guest: Int)
    /// A program beside the guests has it, or keeps it empty.
    case actor(Int)
    /// A domain that is not the site's has it.
    case foreign
    /// vCPUs of several guests, or emulator threads, may run there.
    case shared
    /// Nobody runs there.
    case free
    /// The site gives it to no guest.
    case host
    /// The kernel's scheduler leaves it alone, and nothing is known of guests.
    case isolated

    /// The guest that has the thread to itself, or nil.
    var guest: Int? {
        switch self {
        case .dedicated(let guest, _, _), .emulator(let guest), .idle(let guest): guest
        case .actor, .foreign, .shared, .free, .host, .isolated: nil
        }
    }
}

/// Who uses each thread of a host.
struct ThreadUses {
    private var uses: [CPU: ThreadUse] = [:]

    /// A host of which no placement is known.
    init(_ facts: HostFacts) {
        for cpu in facts.isolatedCPUs { uses[cpu] = .isolated }
    }

    /// A host with guests. What is nobody's, and used alone, belongs to foreign domains.
    init(
        _ facts: HostFacts, placement: Placement, guests: [GuestPlacement], isolating: Set<String>, policy: HostPolicy?
    ) {
        if let policy, policy.dedicatedCPUs != nil || policy.sharedCPUs != nil {
            let given = (policy.dedicatedCPUs?.value ?? []).union(policy.sharedCPUs?.value ?? [])
            for cell in facts.cells { set(cell.cpus.subtracting(given), .host) }
        }
        for usage in placement.cells {
            set(usage.sharedCPUs.intersection(ThreadUses.wanted(by: placement, on: usage)), .shared)
            set(usage.dedicatedCPUs, .foreign)
        }
        for (index, actor) in placement.actors.enumerated() { set(actor.takenCPUs, .actor(index)) }
        for (index, guest) in guests.enumerated() {
            if isolating.contains(guest.name) {
                let cores = facts.cells.flatMap(\.siblings).filter { !$0.isDisjoint(with: guest.ownCPUs) }
                for core in cores { set(core, .idle(guest: index)) }
            }
        }
        for (index, guest) in guests.enumerated() { setOwn(of: guest, index, placement) }
    }

    /// Who uses a CPU.
    subscript(cpu: CPU) -> ThreadUse { uses[cpu] ?? .free }

    private mutating func set(_ cpus: CPUSet, _ use: ThreadUse) {
        for cpu in cpus { uses[cpu] = use }
    }

    private mutating func setOwn(of guest: GuestPlacement, _ index: Int, _ placement: Placement) {
        let shared = placement.cells.reduce(into: CPUSet()) { $0.formUnion($1.sharedCPUs) }
        if guest.emulatorCPUs.count == 1, guest.emulatorCPUs.isDisjoint(with: shared) {
            set(guest.emulatorCPUs, .emulator(guest: index))
        }
        for cell in guest.cells {
            for vcpu in cell.dedicatedVCPUs {
                for cpu in cell.pins[vcpu] ?? [] {
                    let emulator = guest.emulatorCPUs.contains(cpu)
                    uses[cpu] = .dedicated(guest: index, vcpu: vcpu, emulator: emulator)
                }
            }
        }
    }

    /// The CPUs of a cell on which a shared vCPU or an emulator may run.
    private static func wanted(by placement: Placement, on usage: CellUsage) -> CPUSet {
        if usage.sharedVCPUs > 0 { return usage.sharedCPUs }
        return placement.guests.reduce(into: CPUSet()) { set, guest in
            set.formUnion(guest.emulatorCPUs)
            if guest.cells.isEmpty { set.formUnion(guest.floatingCPUs ?? usage.sharedCPUs) }
        }
    }

    /// The guests that have shared vCPUs on a host cell, by index.
    static func sharing(_ cell: CellID, _ guests: [GuestPlacement]) -> [Int] {
        guests.indices.filter { index in
            guests[index].cells.contains { $0.hostCell == cell && $0.dedicatedVCPUs != $0.vcpus }
        }
    }
}

extension GuestPlacement {
    /// Host CPUs that one vCPU of the guest has alone.
    fileprivate var ownCPUs: CPUSet {
        cells.reduce(into: CPUSet()) { set, cell in
            for vcpu in cell.dedicatedVCPUs { set.formUnion(cell.pins[vcpu] ?? []) }
        }
    }
}
