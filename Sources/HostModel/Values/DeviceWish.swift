/// What a guest asks for when it leaves to the planner which devices of the host it gets.
public struct DeviceWish: Hashable, Sendable {
    /// The classes that suit; nil is any.
    public var classes: DeviceClasses?
    /// The vendor; nil is any.
    public var vendor: DeviceNumber?
    /// The vendor's number of the model; nil is any.
    public var model: DeviceNumber?
    /// The network interface whose device it is; nil is any, or none.
    public var netdev: String?
    /// The device itself: only together with ``isVirtualFunction``, where it is the device that is divided.
    public var address: PCIAddress?
    /// Whether a virtual function is wanted of a device that suits, and not the device.
    public var isVirtualFunction: Bool

    /// What is nil may be anything.
    package init(
        classes: DeviceClasses? = nil, vendor: DeviceNumber? = nil, model: DeviceNumber? = nil, netdev: String? = nil,
        address: PCIAddress? = nil, isVirtualFunction: Bool = false
    ) {
        self.classes = classes
        self.vendor = vendor
        self.model = model
        self.netdev = netdev
        self.address = address
        self.isVirtualFunction = isVirtualFunction
    }

    /// The wish in the words of the site: `kind gpu, vendor 10de`.
    public var words: String {
        var parts: [String] = []
        if let classes { parts.append(classes.name) }
        if let vendor { parts.append("vendor \(vendor.digits)") }
        if let model { parts.append("device \(model.digits)") }
        if let netdev { parts.append("netdev \(netdev)") }
        if let address { parts.append("\(address)") }
        return (isVirtualFunction ? "vf of " : "") + parts.joined(separator: ", ")
    }
}

extension HostFacts {
    /// Whether a device is what a wish asks for, whoever has it.
    ///
    /// A physical function that has virtual ones suits no wish: they would be gone with it.
    public func suits(_ device: HostDevice, _ wish: DeviceWish) -> Bool {
        guard device.deviceClass?.isBridge != true else { return false }
        guard wish.isVirtualFunction else {
            return device.physicalFunction == nil && (device.virtualFunctions?.now ?? 0) == 0 && wish.names(device)
        }
        return device.physicalFunction.flatMap { self.device($0) }.map(wish.names) ?? false
    }
}

extension DeviceWish {
    /// Whether a virtual function of the device is asked for.
    package func divides(_ device: HostDevice) -> Bool { isVirtualFunction && names(device) }

    /// Whether all that it says is true of a device, or of the one that is divided.
    fileprivate func names(_ device: HostDevice) -> Bool {
        (classes.map { classes in device.deviceClass.map(classes.contains) ?? false } ?? true)
            && (vendor.map { $0 == device.vendor } ?? true) && (model.map { $0 == device.model } ?? true)
            && (netdev.map(device.netdevs.contains) ?? true) && (address.map { $0 == device.address } ?? true)
    }
}
