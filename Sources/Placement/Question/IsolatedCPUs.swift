package import Diagnostics
package import HostModel
package import SiteFile

/// What the kernel's isolated CPUs (`isolcpus`) mean for the CPU sets of a host.
///
/// The scheduler spreads no thread over isolated CPUs: all shared vCPUs that may use several of them stay on the first. So without
/// CPU sets in the site, isolated CPUs serve dedicated vCPUs and the others shared ones.
package struct IsolatedCPUs {
    /// The policy with both sets, where they were read from the host; else as the site gives it.
    package let policy: HostPolicy
    /// What the plan says of it, at most one finding.
    package let diagnostics: [Diagnostic]

    /// Reads the sets from the host where the site names none.
    package init(of host: HostFacts, policy: HostPolicy) {
        let isolated = host.isolatedCPUs.intersection(host.onlineCPUs)
        let others = host.onlineCPUs.subtracting(isolated)
        guard policy.dedicatedCPUs == nil, policy.sharedCPUs == nil else {
            self.policy = policy
            diagnostics = [policy.sharedCPUs].compactMap { $0.flatMap { IsolatedCPUs.warning($0, isolated: isolated) } }
            return
        }
        guard !isolated.isEmpty, !others.isEmpty else {
            self.policy = policy
            diagnostics = []
            return
        }
        var read = policy
        read.dedicatedCPUs = Located(isolated, at: policy.name.mark)
        read.sharedCPUs = Located(others, at: policy.name.mark)
        self.policy = read
        diagnostics = [
            Diagnostic(
                .isolatedCPUsRead,
                "CPUs \(isolated) are isolated (isolcpus) and serve dedicated vCPUs; CPUs \(others) serve shared ones",
                at: policy.name.mark, severity: .note,
                hint: "'cpus: {dedicated: \(isolated), shared: \(others)}' in the host's entry says the same")
        ]
    }

    private static func warning(_ shared: Located<CPUSet>, isolated: CPUSet) -> Diagnostic? {
        let wrong = shared.value.intersection(isolated)
        guard wrong.count > 1 else { return nil }
        return Diagnostic(
            .isolatedCPUsShared, "CPUs \(wrong) are isolated (isolcpus) and serve shared vCPUs", at: shared.mark,
            severity: .warning,
            notes: ["the scheduler does not spread threads over isolated CPUs: vCPUs that may use several stay on one"],
            hint: "take them out of 'shared', or boot without isolating them")
    }
}
