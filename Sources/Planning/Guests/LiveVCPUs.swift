internal import DomainXML
internal import XMLTree

/// The number of vCPUs that a running guest gets at once.
///
/// libvirt chooses which: it plugs those with the lowest numbers and takes out those with the highest.
struct LiveVCPUs {
    let prior: Int
    let target: Int

    /// Compares a running domain with what is wanted of it. Nil where it has that number, and where that waits for the next start: with
    /// another highest number of vCPUs, and where it cannot be brought there.
    ///
    /// - Parameters:
    ///   - wanted: What is wanted of the running domain.
    ///   - live: What it has.
    ///   - document: What it runs with.
    init?(wanted: WantedSettings, live: FoundSettings, in document: XMLElement) {
        (prior, target) = (live.presentVCPUs, wanted.presentVCPUs)
        guard target != prior, wanted.vcpus == live.vcpus else { return nil }
        guard VCPUHotplug(of: document, live).allows(target) else { return nil }
    }

    /// The vCPUs that are plugged; none where some are taken out.
    var plugged: Range<Int> { prior..<max(prior, target) }
}
