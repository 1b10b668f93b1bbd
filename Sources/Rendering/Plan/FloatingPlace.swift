internal import HostModel
internal import Placement

/// Where a guest without cells runs, in few words: `vCPU 0 on 4; vCPUs 1-3 on any; memory on cell 1`,
/// `vCPUs 0-3 on 2-5, one each`.
struct FloatingPlace {
    /// The words.
    let text: String

    init(_ guest: GuestPlacement) {
        let rest = guest.floatingCPUs.map { $0.text(empty: "none") } ?? "any"
        var vcpus: [CPUSet: VCPUSet] = [:]
        for (vcpu, cpus) in guest.pins { vcpus[cpus, default: []].insert(vcpu) }
        let single = vcpus.filter { $0.key.count == 1 && $0.value.count == 1 }
        var parts: [String] = []
        if single.count > 2 {
            for cpu in single.keys { vcpus[cpu] = nil }
            let (all, cpus) = (VCPUSet(single.values.flatMap { $0 }), CPUSet(single.keys.flatMap { $0 }))
            parts = ["\(FloatingPlace.name(all)) on \(cpus), one each"]
        }
        let groups = vcpus.sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }
        let free = guest.floatingVCPUs.subtracting(VCPUSet(guest.pins.keys))
        parts += groups.map { cpus, vcpus in "\(FloatingPlace.name(vcpus)) on \(cpus)" }
        if parts.isEmpty {
            parts = [rest]
        } else if !free.isEmpty {
            parts.append("\(FloatingPlace.name(free)) on \(rest)")
        }
        if !guest.boundTo.isEmpty {
            parts.append("memory on \(guest.boundTo.count == 1 ? "cell" : "cells") \(guest.boundTo)")
        }
        text = parts.joined(separator: "; ")
    }

    private static func name(_ vcpus: VCPUSet) -> String { "\(vcpus.count == 1 ? "vCPU" : "vCPUs") \(vcpus)" }
}
