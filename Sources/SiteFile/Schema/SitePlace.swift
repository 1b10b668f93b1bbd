/// A place of the site file that has a table of keys of its own.
public enum SitePlace: String, Hashable, Sendable, CaseIterable {
    /// The whole file.
    case site
    /// An entry of `hosts`.
    case host
    /// `cpus` of a host.
    case hostCPUs
    /// `reserved` of a host.
    case reserved
    /// An entry of `reserved.cells`.
    case reservedCell
    /// `pools` of a host; page sizes stand beside its keys.
    case pools
    /// A page size of `pools`.
    case pool
    /// An entry of `actors` of a host.
    case actor
    /// An entry of `flavors`.
    case flavor
    /// An entry of `guests`; it has all keys of a flavor too.
    case guest
    /// An element of `numa_cells`.
    case numaCell
    /// `cpu_topology`.
    case cpuTopology
    /// `scheduler`.
    case scheduler
    /// An element of `disks`.
    case disk
    /// An element of `interfaces`.
    case interface
    /// An element of `host_devices` that is no address.
    case hostDevice

    /// The place as it stands before `key`: `unknown guest key 'vcpu'`.
    var noun: String {
        switch self {
        case .site: "site file"
        case .hostCPUs: "host cpus"
        case .reserved: "host reserved"
        case .reservedCell: "reserved.cells"
        case .pools: "host pools"
        case .numaCell: "numa_cells"
        case .hostDevice: "host_devices"
        case .host, .pool, .actor, .flavor, .guest, .cpuTopology, .scheduler, .disk, .interface:
            phrase.split(separator: " ").last.map(String.init) ?? phrase
        }
    }

    /// The place in an operator's words, with an article.
    public var phrase: String {
        switch self {
        case .site: "a site file"
        case .host: "a host"
        case .hostCPUs: "a host's cpus"
        case .reserved: "a host's reserved"
        case .reservedCell: "a cell of reserved"
        case .pools: "a host's pools"
        case .pool: "a pool"
        case .actor: "an actor"
        case .flavor: "a flavor"
        case .guest: "a guest"
        case .numaCell: "a cell of numa_cells"
        case .cpuTopology: "cpu_topology"
        case .scheduler: "scheduler"
        case .disk: "a disk"
        case .interface: "an interface"
        case .hostDevice: "an element of host_devices"
        }
    }
}
