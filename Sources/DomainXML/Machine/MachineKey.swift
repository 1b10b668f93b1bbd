public import HostModel

/// What names one thing that a site can say of a guest's machine.
public enum MachineKey: Hashable, Sendable {
    /// The base document that it was made from, by its digest.
    case base
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
    /// The guest cell that a PCI device of the host is on.
    case hostDeviceCell(PCIAddress)
    /// The serial console.
    case console
    /// What the guest is for, in free text.
    case description

    /// The stable path in the words of libvirt: `os.machine`, `devices.disk[vda].source`.
    public var path: String {
        switch self {
        case .base: "base"
        case .hypervisor: "domain.type"
        case .machineType: "os.machine"
        case .boot(let name): "os.\(name)"
        case .disk(let target, let name): "devices.disk[\(target)].\(name)"
        case .interface(let address, let name): "devices.interface[\(address)].\(name)"
        case .hostDevice(let address): "devices.hostdev[\(address)]"
        case .hostDeviceCell(let address): "devices.hostdev[\(address)].cell"
        case .console: "devices.console"
        case .description: "description"
        }
    }
}

extension MachineKey {
    /// The key of a path in a document; nil when there is none of that path.
    public init?(path: String) {
        let names: [MachineKey] = [.base, .hypervisor, .machineType, .console, .description]
        if let found = names.first(where: { $0.path == path }) {
            self = found
        } else if path.hasPrefix("os.") {
            self = .boot(String(path.dropFirst("os.".count)))
        } else if let (target, name) = Self.parts(of: path, after: "devices.disk[") {
            self = .disk(target, name)
        } else if let (address, name) = Self.parts(of: path, after: "devices.interface[") {
            self = .interface(address, name)
        } else if path.hasPrefix("devices.hostdev["), path.hasSuffix("]"),
            let address = PCIAddress(String(path.dropFirst("devices.hostdev[".count).dropLast()))
        {
            self = .hostDevice(address)
        } else if let (text, name) = Self.parts(of: path, after: "devices.hostdev["), name == "cell",
            let address = PCIAddress(text)
        {
            self = .hostDeviceCell(address)
        } else {
            return nil
        }
    }

    /// What is between the brackets and behind them: names of settings have no dots.
    private static func parts(of path: String, after prefix: String) -> (String, String)? {
        guard path.hasPrefix(prefix), let dot = path.lastIndex(of: ".") else { return nil }
        let inner = path[..<dot].dropFirst(prefix.count)
        guard inner.last == "]" else { return nil }
        return (String(inner.dropLast()), String(path[dot...].dropFirst()))
    }
}

extension MachineKey: Comparable {
    /// Orders by path.
    public static func < (left: MachineKey, right: MachineKey) -> Bool { left.path < right.path }
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
