internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Which dedicated CPUs nobody has, so that they are taken offline, and which come back.
struct IdleCPUs {
    private let policy: HostPolicy
    private let host: HostFacts
    /// CPUs that nobody has, where those are to be offline; none of the online ones of a host that keeps its CPUs.
    private let idle: CPUSet

    /// - Parameter foreign: What domains have that are no guests of the site.
    init(_ request: PlanRequest, _ placement: Placement, foreign: [ForeignLoad]) {
        (policy, host) = (request.policy, request.host)
        guard policy.idleCPUs == .offline else {
            idle = []
            return
        }
        let pins = placement.guests.flatMap { guest in
            guest.cells.flatMap(\.pins.values) + guest.pins.values
                + [guest.emulatorCPUs, guest.floatingCPUs].compactMap(\.self)
        }
        let others = foreign.flatMap { [$0.takenCPUs] + $0.sharedVCPUs.compactMap(\.cpus) }
        let used = (pins + others).reduce(into: placement.dedicatedCPUs) { $0.formUnion($1) }
        idle = (policy.dedicatedCPUs?.value ?? []).intersection(host.onlineCPUs).subtracting(used)
            .subtracting(policy.housekeepingCPUs?.value ?? [])
    }

    /// First what comes back.
    var steps: [Step] {
        let (back, off) = (host.parkedCPUs.subtracting(idle), wanted.subtracting(host.parkedCPUs))
        return (back.isEmpty ? [] : [.setCPUs(back, online: true)])
            + (off.isEmpty ? [] : [.setCPUs(off, online: false)])
    }

    /// The idle CPUs that can be offline.
    private var wanted: CPUSet { idle.intersection((host.isolation?.offlinable ?? []).union(host.parkedCPUs)) }

    /// Idle CPUs that stay online.
    var diagnostics: [Diagnostic] {
        let staying = idle.subtracting(wanted)
        guard !staying.isEmpty else { return [] }
        let reason: String
        switch (host.isolation, host.isolation?.offlinable) {
        case (nil, _): reason = "it is not known whether they can be taken offline"
        case (_, nil): reason = "control groups of version 1 would lose them for good"
        case (_, _): reason = "the kernel does not let them be taken offline"
        }
        return [
            Diagnostic(
                .idleCPUsStay, "CPUs \(staying) are idle and stay online: \(reason)", at: policy.name.mark,
                severity: .note)
        ]
    }
}
