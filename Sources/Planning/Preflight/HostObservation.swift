/// What a host has of the things that definitions name, gathered at the rim. What is not in here is not known, and nothing is said
/// of it.
public struct HostObservation: Hashable, Sendable {
    /// What is at a path.
    public enum PathState: Hashable, Sendable {
        /// Nothing.
        case missing
        /// A folder.
        case folder
        /// A file or a device; `identity` is the same for all its names.
        case file(identity: String)
    }

    /// How a libvirt network stands.
    public enum NetworkState: Hashable, Sendable { case missing, inactive, active }

    /// What a network link of the host is.
    public enum LinkState: Hashable, Sendable { case missing, bridge, other }

    /// How a volume of a storage pool stands.
    public enum VolumeState: Hashable, Sendable {
        case poolMissing, poolInactive, missing
        /// There, at a path of the host, which may be a name that only the pool knows: `pool/image` of Ceph.
        case present(path: String)
    }

    /// By path.
    public var paths: [String: PathState]
    /// By name.
    public var networks: [String: NetworkState]
    /// Bridges and other links, by name.
    public var links: [String: LinkState]
    /// By volume.
    public var volumes: [HostNeeds.Volume: VolumeState]
    /// What libvirt says against a machine that it does not offer, in its own words; "" for one that it offers.
    public var machines: [HostNeeds.Machine: String]
    /// What could not be looked at, and why, one sentence each.
    public var unseen: [String]

    /// By default nothing is known.
    public init(
        paths: [String: PathState] = [:], networks: [String: NetworkState] = [:], links: [String: LinkState] = [:],
        volumes: [HostNeeds.Volume: VolumeState] = [:], machines: [HostNeeds.Machine: String] = [:],
        unseen: [String] = []
    ) {
        self.unseen = unseen
        self.paths = paths
        self.networks = networks
        self.links = links
        self.volumes = volumes
        self.machines = machines
    }
}

/// What definitions name that a host must have: what is worth looking at.
public struct HostNeeds: Hashable, Sendable {
    /// A volume of a storage pool.
    public struct Volume: Hashable, Sendable {
        /// The pool's name.
        public var pool: String
        /// The volume's name.
        public var name: String

        /// Names a volume.
        package init(pool: String, name: String) {
            self.pool = pool
            self.name = name
        }
    }

    /// A kind of machine that libvirt is asked for.
    public struct Machine: Hashable, Sendable {
        /// The emulator's path; nil for libvirt's choice.
        public var emulator: String?
        /// The architecture; nil for libvirt's choice.
        public var arch: String?
        /// The machine type, `q35`; nil for libvirt's choice.
        public var type: String?
        /// The kind of domain: `kvm`, `qemu`.
        public var hypervisor: String
    }

    /// Paths of images, kernels and the like.
    public var paths: Set<String> = []
    /// libvirt networks.
    public var networks: Set<String> = []
    /// Bridges and other links of the host.
    public var links: Set<String> = []
    /// Volumes of storage pools.
    public var volumes: Set<Volume> = []
    /// Kinds of machine.
    public var machines: Set<Machine> = []

    /// Whether there is nothing to look at.
    public var isEmpty: Bool {
        paths.isEmpty && networks.isEmpty && links.isEmpty && volumes.isEmpty && machines.isEmpty
    }
}

extension HostNeeds.Volume: CustomStringConvertible {
    /// Pool and name: `default/web01.qcow2`.
    public var description: String { "\(pool)/\(name)" }
}

extension HostNeeds.Machine: CustomStringConvertible {
    /// What was asked for, in the order of `virsh domcapabilities`: `kvm x86_64 q35`.
    public var description: String { [hypervisor, arch, type, emulator].compactMap(\.self).joined(separator: " ") }
}
