/// libvirt's name of a machine type: an alias such as `q35`, or what a hypervisor's version makes of it, `pc-q35-7.2`.
public struct MachineType: Hashable, Sendable {
    private let name: String

    /// Takes the name as it is written.
    package init(_ name: String) { self.name = name }

    /// The aliases with what the names begin with that they stand for.
    private static let aliases = [
        "q35": "pc-q35-", "pc": "pc-i440fx-", "ubuntu-q35": "pc-q35-", "ubuntu": "pc-i440fx-", "virt": "virt-",
        "pseries": "pseries-", "s390-ccw-virtio": "s390-ccw-virtio-", "s390-ccw": "s390-ccw-virtio-",
    ]

    /// Whether the domain that has the other type has this one: it is the same, or this is the alias for it.
    public func covers(_ other: String) -> Bool {
        name == other || Self.aliases[name].map(other.hasPrefix) == true
    }

    /// Whether both have the same buses, so that a definition with addresses on them can be of the one or the other.
    public func isOfFamily(of other: String) -> Bool { family == MachineType(other).family }

    /// Whether it can have PCI Express expander buses, which belong to guest cells. libvirt has them for `virt` as well, but only in
    /// versions that few hosts have.
    public var hasCellBuses: Bool { isOfFamily(of: "q35") }

    private var family: String {
        let prefixes = ["pc-q35-", "pc-i440fx-", "virt-", "pseries-", "s390-ccw-virtio-"]
        let whole = Self.aliases[name] ?? name
        return prefixes.first(where: whole.hasPrefix) ?? whole
    }
}
