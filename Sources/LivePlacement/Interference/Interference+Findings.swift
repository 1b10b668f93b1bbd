public import Diagnostics
internal import HostModel

extension Interference {
    /// What is to be said: of each guest on whose CPUs somebody else ran that can be sent elsewhere, a warning; where only such ran
    /// that cannot, nothing.
    public var findings: [Diagnostic] {
        guests.filter { !$0.movable.isEmpty }.map(finding)
            + unknown.map {
                Diagnostic(
                    .residenceUnknown, $0.what, severity: .warning, hint: $0.isForbidden ? "run it as root" : nil)
            }
    }

    private func finding(_ guest: Guest) -> Diagnostic {
        let interrupts = guest.movable.count { $0.ran == nil }
        let threads = guest.movable.count - interrupts
        let who = [(threads, "thread"), (interrupts, "interrupt")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: " and ")
        let several = guest.cpus.count > 1
        return Diagnostic(
            .othersOnDedicatedCPUs,
            "\(guest.name): \(who) of others used its CPU\(several ? "s" : "") \(guest.cpus) within "
                + "\(milliseconds / 1_000) s",
            severity: .warning, hint: hint(guest))
    }

    /// What sends away the one that disturbs most.
    private func hint(_ guest: Guest) -> String? {
        guest.movable.first.flatMap { other in
            switch other.kind {
            case .thread(let id, _):
                "give \(other.name) other CPUs: taskset -pc LIST \(id), or CPUAffinity= of its unit"
            case .interrupt(let number):
                "give \(other.name) other CPUs: echo LIST > /proc/irq/\(number)/smp_affinity_list, and tell irqbalance"
            case .kernelInterrupt: nil
            }
        }
    }
}
