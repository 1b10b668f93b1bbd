public import Diagnostics
public import HostModel

/// What is to be said of options for the kernel on a host that has booted with others.
public enum KernelOptions {
    /// Findings, all of them warnings: a kernel that takes no cells in `hugepages=` (NP430), and options on its command line
    /// beside which the new ones would be passed over (NP431).
    public static func findings(for arguments: KernelArguments, on facts: HostFacts) -> [Diagnostic] {
        guard !arguments.text.isEmpty else { return [] }
        var findings: [Diagnostic] = []
        let wanted = KernelCommandLine(arguments.text).hugePages
        if !wanted.isEmpty, let kernel = facts.host.kernel, let version = Version(in: kernel), version < Version(5, 16)
        {
            findings.append(
                Diagnostic(
                    .cellsInOptionUnknown,
                    "Linux \(kernel) does not support cells in hugepages= and ignores the option",
                    severity: .warning, hint: "boot Linux 5.16 or newer"))
        }
        let present = KernelCommandLine(facts.host.commandLine ?? "").hugePages.filter { !$0.isIgnored }
        for option in present {
            guard let new = wanted.first(where: { $0.pageSize == option.pageSize }), new.pages != option.pages else {
                continue
            }
            findings.append(
                Diagnostic(
                    .pagesOptionIgnored, "the kernel was booted with '\(option.text)'", severity: .warning,
                    notes: ["the kernel uses only the first hugepages= of each size"],
                    hint: "replace it with '\(new.text)'; do not add a second one"))
        }
        return findings + isolation(arguments, facts)
    }

    /// The kernel takes isolcpus= once.
    private static func isolation(_ arguments: KernelArguments, _ facts: HostFacts) -> [Diagnostic] {
        guard let wanted = KernelCommandLine(arguments.text).value(of: "isolcpus"),
            let present = KernelCommandLine(facts.host.commandLine ?? "").value(of: "isolcpus"), present != wanted
        else { return [] }
        return [
            Diagnostic(
                .pagesOptionIgnored, "the kernel was booted with 'isolcpus=\(present)'", severity: .warning,
                notes: ["the kernel takes only one isolcpus="],
                hint: "write one with both: the flags 'managed_irq,domain' before the CPUs")
        ]
    }
}
