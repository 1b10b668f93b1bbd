internal import HostModel
internal import Placement
internal import SiteFile

/// Which vCPUs of running guests have their CPUs as isolated partitions of the kernel's scheduler: it moves no work between them and
/// others, and lets no other thread onto them.
///
/// Only where a kernel can make one of a single vCPU's control group, and the guest's other threads are elsewhere: its emulator would
/// lose CPUs that it shares.
struct Partitions {
    /// The steps, by guest.
    let steps: [Step]

    /// - Parameters:
    ///   - isolated: The CPUs that programs are kept off.
    ///   - runs: Whether a guest runs, or is to.
    init(_ host: HostFacts, _ placement: Placement, isolated: CPUSet, vcpus: (String) -> Int?, runs: (String) -> Bool) {
        guard let present = host.isolation?.partitions else {
            steps = []
            return
        }
        // What was isolated at boot stays that.
        let made = present.subtracting(host.isolatedCPUs)
        steps = placement.guests.filter { runs($0.name) }.compactMap { guest in
            let pins = guest.pins.merging(guest.cells.flatMap(\.pins)) { first, _ in first }
            // The vCPUs that have a CPU for themselves.
            let own = pins.filter { $0.value.count == 1 && $0.value.isSubset(of: placement.dedicatedCPUs) }
            let cpus = own.values.reduce(into: CPUSet()) { $0.formUnion($1) }
            let others = pins.filter { own[$0.key] == nil }.values.reduce(into: guest.emulatorCPUs) { $0.formUnion($1) }
            let isWanted = !cpus.isEmpty && cpus.isSubset(of: isolated) && others.isDisjoint(with: cpus)
            guard isWanted else {
                let left = cpus.intersection(made)
                return left.isEmpty ? nil : .setPartition(guest.name, prior: left, vcpus: [:])
            }
            let plugged = own.filter { vcpu, _ in vcpus(guest.name).map { vcpu.rawValue < $0 } ?? true }
            let wanted = plugged.values.reduce(into: CPUSet()) { $0.formUnion($1) }
            guard !wanted.isSubset(of: present) else { return nil }
            return .setPartition(guest.name, prior: cpus.intersection(made), vcpus: plugged)
        }
    }
}
