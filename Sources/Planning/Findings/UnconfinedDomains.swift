internal import Diagnostics
internal import HostModel
internal import Placement

/// Warns, once, of domains that are not the site's and may run on CPUs that guests have for themselves.
struct UnconfinedDomains {
    let foreign: [ForeignLoad]
    let placement: Placement

    /// How many domains are named.
    private static let named = 4

    /// One warning, or none.
    var diagnostics: [Diagnostic] {
        let loose = foreign.filter { !$0.unconfined.isEmpty && !$0.isGuest }.sorted { $0.name < $1.name }
        let own = placement.guests.reduce(into: CPUSet()) { set, guest in
            for cell in guest.cells {
                for vcpu in cell.dedicatedVCPUs { set.formUnion(cell.pins[vcpu] ?? []) }
            }
        }
        guard let first = loose.first, !own.isEmpty else { return [] }
        let rest = loose.count - UnconfinedDomains.named
        let names = loose.prefix(UnconfinedDomains.named).map { "'\($0.name)'" }.joined(separator: ", ")
        return [
            Diagnostic(
                .domainRunsAnywhere,
                "\(names)\(rest > 0 ? " and \(rest) more" : "") may run on any CPU, including \(own), dedicated to "
                    + "guests", severity: .warning,
                notes: ["a domain without pins claims no CPU; its vCPUs count against cpu_allocation_ratio"],
                hint: hint(first))
        ]
    }

    private func hint(_ domain: ForeignLoad) -> String {
        let shared = placement.cells.reduce(into: CPUSet()) { $0.formUnion($1.sharedCPUs) }
        let keys = "list it under 'ignore_domains' of the host if intended"
        guard !shared.isEmpty else { return "no CPU is left for it; \(keys)" }
        let name = shellWord(domain.name)
        let options = domain.isRunning ? "--config --live" : "--config"  // of virsh
        let vcpus = domain.unconfined.map { "\($0)" }
        let pin =
            vcpus.count == 1
            ? "virsh vcpupin \(name) \(vcpus[0]) \(shared) \(options)"
            : "for v in \(UnconfinedDomains.words(domain.unconfined)); do virsh vcpupin \(name) $v \(shared) \(options); done"
        return "\(pin); virsh emulatorpin \(name) \(shared) \(options); or \(keys)"
    }

    /// The numbers for a shell's loop: one by one, or what counts them.
    private static func words(_ vcpus: VCPUSet) -> String {
        guard vcpus.count > 8, let first = vcpus.first, let last = vcpus.last,
            last.rawValue - first.rawValue + 1 == vcpus.count
        else { return vcpus.map { "\($0)" }.joined(separator: " ") }
        return "$(seq \(first) \(last))"
    }
}
