public import HostModel

/// What names one thing that a site can say of a guest's machine.
public enum MachineKey: Hashable, Sendable {
    /// KVM or plain emulation.
    case hypervisor
    /// libvirt's machine type.
    case machineType
    /// The kernel, the initial RAM disk or the command line that is booted directly.
    case boot(String)
    /// A setting of the disk with that target.
    case disk(String, String)
    /// A setting of the interface with that hardware address, or what else tells it.
    case interface(String, String)
    /// A PCI device of the host.
    case hostDevice(PCIAddress)
    /// The serial console.
    case console

    /// The stable path in the words of libvirt: `os.machine`, `devices.disk[vda].source`.
    public var path: String {
        switch self {
        case .hypervisor: "domain.type"
        case .machineType: "os.machine"
        case .boot(let name): "os.\(name)"
        case .disk(let target, let name): "devices.disk[\(target)].\(name)"
        case .interface(let address, let name): "devices.interface[\(address)].\(name)"
        case .hostDevice(let address): "devices.hostdev[\(address)]"
        case .console: "devices.console"
        }
    }
}

/// One thing of a guest's machine that is not as wanted.
public struct MachineDifference: Hashable, Sendable {
    /// What differs.
    public let key: MachineKey
    /// What it is; nil is absent.
    public let now: SettingValue?
    /// What is wanted; nil is absent.
    public let want: SettingValue?

    /// The stable path of what differs.
    public var path: String { key.path }
}
