internal import DomainXML
internal import XMLTree

/// The number of vCPUs that a running guest gets at once.
///
/// libvirt chooses which: it plugs those with the lowest numbers and takes out those with the highest.
struct LiveVCPUs {
    let prior: Int
    let target: Int

    /// Compares a running domain with what is wanted of it. Nil where it has that number, and where that waits for the next start: with
    /// another highest number of vCPUs, and where vCPUs would go that cannot be unplugged.
    ///
    /// - Parameters:
    ///   - wanted: What is wanted of the running domain.
    ///   - live: What it has.
    ///   - document: What it runs with.
    init?(wanted: WantedSettings, live: FoundSettings, in document: XMLElement) {
        (prior, target) = (live.presentVCPUs, wanted.presentVCPUs)
        guard target != prior, wanted.vcpus == live.vcpus else { return nil }
        guard target > prior || target >= Self.fixed(in: document, live) else { return nil }
    }

    /// The vCPUs that are plugged; none where some are taken out.
    var plugged: Range<Int> { prior..<max(prior, target) }

    /// How many vCPUs stay as long as the domain runs. Those that QEMU was started with cannot be unplugged, and libvirt lists vCPUs one
    /// by one only from the first change on.
    private static func fixed(in document: XMLElement, _ live: FoundSettings) -> Int {
        guard let list = document.element(named: "vcpus")?.elements(named: "vcpu"), !list.isEmpty else {
            return ["kvm", "qemu"].contains(document[attribute: "type"]) ? live.presentVCPUs : 0
        }
        return list.filter { $0[attribute: "enabled"] == "yes" && $0[attribute: "hotpluggable"] != "yes" }.count
    }
}
