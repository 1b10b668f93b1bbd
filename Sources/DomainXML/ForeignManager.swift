public import XMLTree

/// Software that manages domains through libvirt and would undo what another does to them.
public enum ForeignManager {
    private static let namespaces = [
        ("http://openstack.org/xmlns/libvirt/nova", "OpenStack Nova"),
        ("http://ovirt.org/vm", "oVirt"),
        ("http://kubevirt.io", "KubeVirt"),
        ("http://opennebula.org/xmlns", "OpenNebula"),
    ]

    /// The name of the software that the domain belongs to, by its element in `<metadata>`; nil where there is none of these.
    public static func detect(in domain: XMLElement) -> String? {
        let present = MetadataEntry.all(of: domain).compactMap(\.namespace)
        return namespaces.first { prefix, _ in
            present.contains { $0 == prefix || $0.hasPrefix(prefix + "/") }
        }?.1
    }
}
