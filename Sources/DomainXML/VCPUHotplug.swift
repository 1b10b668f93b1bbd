public import XMLTree

/// Which numbers of vCPUs a running domain can be brought to.
///
/// libvirt lists the vCPUs of a QEMU one by one from the first change on, and before it only where the definition does.
public struct VCPUHotplug: Hashable, Sendable {
    /// How many are plugged in.
    private let present: Int
    /// How many stay as long as the domain runs: those that QEMU was started with cannot be unplugged.
    private let fixed: Int
    /// Whether more can be plugged in. A QEMU that emulates CPUs counts those that it ever had: it ends itself when one more than the
    /// highest number is plugged in, so none is after the first change.
    private let takesMore: Bool

    /// Reads what a domain runs with.
    ///
    /// - Parameter live: The same document, read.
    public init(of document: XMLElement, _ live: FoundSettings) {
        let list = document.element(named: "vcpus")?.elements(named: "vcpu") ?? []
        let type = document[attribute: "type"]
        present = live.presentVCPUs
        takesMore = list.isEmpty || type != "qemu"
        if list.isEmpty {
            fixed = ["kvm", "qemu"].contains(type) ? present : 0
        } else {
            fixed = list.filter { $0[attribute: "enabled"] == "yes" && $0[attribute: "hotpluggable"] != "yes" }.count
        }
    }

    /// Whether the domain can have that number of vCPUs without a restart, as far as can be told before it is tried.
    public func allows(_ count: Int) -> Bool {
        count > present ? takesMore : count == present || count >= fixed
    }
}
