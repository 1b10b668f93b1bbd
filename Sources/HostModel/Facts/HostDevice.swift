/// One PCI device of the host: how near it is to which cells, what it is, and what hangs together with it.
public struct HostDevice: Hashable, Sendable {
    /// How many virtual functions a device can be divided into (SR-IOV), and into how many it is.
    public struct VirtualFunctions: Hashable, Sendable, Codable {
        /// How many there can be.
        public var total: Int
        /// How many there are.
        public var now: Int
        /// How far behind the device the first one is, and each other one behind the one before; nil when it is not known.
        public var offset, stride: Int?

        package init(total: Int, now: Int, offset: Int? = nil, stride: Int? = nil) {
            self.total = total
            self.now = now
            self.offset = offset
            self.stride = stride
        }
    }

    /// The device's address.
    public var address: PCIAddress
    /// The cell that the device is attached to; nil when the kernel does not tell.
    public var cell: CellID?
    /// The socket of that cell; nil when it is not known, or the cell's CPUs are on several.
    public var socket: Int?
    /// What the device is; nil when it is not known.
    public var deviceClass: DeviceClass?
    /// Who made it; nil when it is not known.
    public var vendor: DeviceNumber?
    /// The vendor's number of the model; nil when it is not known.
    public var model: DeviceNumber?
    /// The kernel's name of the host bridge that it is below, `pci0000:3a`; nil when it is not known.
    public var rootComplex: String?
    /// The bridge or switch port that it is behind; nil for a device of the root bus, or when it is not known.
    public var upstream: PCIAddress?
    /// The number of its IOMMU group, all of whose devices go to one guest; nil without an IOMMU.
    public var iommuGroup: Int?
    /// The kernel's driver that it is bound to; nil when there is none, or it is not known.
    public var driver: String?
    /// Its virtual functions; nil for a device that can have none.
    public var virtualFunctions: VirtualFunctions?
    /// The physical function that it is a part of; nil for a device that is none's.
    public var physicalFunction: PCIAddress?
    /// The names of its network interfaces, ascending: `ens1f0`.
    public var netdevs: [String]
    /// The names of its NVMe controllers, ascending: `nvme0`.
    public var nvme: [String]
    /// Whether the host itself uses it: an interface is up, a disk mounted or held by another device, or it is the console's screen.
    public var isInUse: Bool

    /// What is nil or empty is not known.
    package init(
        address: PCIAddress, cell: CellID? = nil, socket: Int? = nil, deviceClass: DeviceClass? = nil,
        vendor: DeviceNumber? = nil, model: DeviceNumber? = nil, rootComplex: String? = nil,
        upstream: PCIAddress? = nil, iommuGroup: Int? = nil, driver: String? = nil,
        virtualFunctions: VirtualFunctions? = nil, physicalFunction: PCIAddress? = nil, netdevs: [String] = [],
        nvme: [String] = [], isInUse: Bool = false
    ) {
        self.address = address
        self.cell = cell
        self.socket = socket
        self.deviceClass = deviceClass
        self.vendor = vendor
        self.model = model
        self.rootComplex = rootComplex
        self.upstream = upstream
        self.iommuGroup = iommuGroup
        self.driver = driver
        self.virtualFunctions = virtualFunctions
        self.physicalFunction = physicalFunction
        self.netdevs = netdevs
        self.nvme = nvme
        self.isInUse = isInUse
    }
}

extension HostDevice: Codable {
    private enum CodingKeys: String, CodingKey {
        case address, cell, socket, vendor, upstream, driver, nvme
        case deviceClass = "class"
        case model = "device"
        case rootComplex = "root_complex"
        case iommuGroup = "iommu_group"
        case virtualFunctions = "vfs"
        case physicalFunction = "physical_function"
        case netdevs = "net"
        case isInUse = "in_use"
    }

    /// Reads a device; what is not given is unknown.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            address: try container.decode(PCIAddress.self, forKey: .address),
            cell: try container.decodeIfPresent(CellID.self, forKey: .cell),
            socket: try container.decodeIfPresent(Int.self, forKey: .socket),
            deviceClass: try container.decodeIfPresent(DeviceClass.self, forKey: .deviceClass),
            vendor: try container.decodeIfPresent(DeviceNumber.self, forKey: .vendor),
            model: try container.decodeIfPresent(DeviceNumber.self, forKey: .model),
            rootComplex: try container.decodeIfPresent(String.self, forKey: .rootComplex),
            upstream: try container.decodeIfPresent(PCIAddress.self, forKey: .upstream),
            iommuGroup: try container.decodeIfPresent(Int.self, forKey: .iommuGroup),
            driver: try container.decodeIfPresent(String.self, forKey: .driver),
            virtualFunctions: try container.decodeIfPresent(VirtualFunctions.self, forKey: .virtualFunctions),
            physicalFunction: try container.decodeIfPresent(PCIAddress.self, forKey: .physicalFunction),
            netdevs: try container.decodeIfPresent([String].self, forKey: .netdevs) ?? [],
            nvme: try container.decodeIfPresent([String].self, forKey: .nvme) ?? [],
            isInUse: try container.decodeIfPresent(Bool.self, forKey: .isInUse) ?? false)
    }

    /// Writes a device; an unknown cell or socket is null, the rest is left out where it is not known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address, forKey: .address)
        try container.encode(cell, forKey: .cell)
        try container.encode(socket, forKey: .socket)
        try container.encodeIfPresent(deviceClass, forKey: .deviceClass)
        try container.encodeIfPresent(vendor, forKey: .vendor)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(rootComplex, forKey: .rootComplex)
        try container.encodeIfPresent(upstream, forKey: .upstream)
        try container.encodeIfPresent(iommuGroup, forKey: .iommuGroup)
        try container.encodeIfPresent(driver, forKey: .driver)
        try container.encodeIfPresent(virtualFunctions, forKey: .virtualFunctions)
        try container.encodeIfPresent(physicalFunction, forKey: .physicalFunction)
        if !netdevs.isEmpty { try container.encode(netdevs, forKey: .netdevs) }
        if !nvme.isEmpty { try container.encode(nvme, forKey: .nvme) }
        if isInUse { try container.encode(true, forKey: .isInUse) }
    }
}

extension HostFacts {
    /// The device of that address, or nil when the host has none.
    public func device(_ address: PCIAddress) -> HostDevice? { devices.first { $0.address == address } }

    /// The socket that a cell is on: the cell's own word, else that of a device of the cell; nil when neither tells.
    public func socket(of cell: CellID) -> Int? {
        self.cell(cell)?.socket ?? devices.first { $0.cell == cell && $0.socket != nil }?.socket
    }

    /// The socket that a device is on: its own word, else that of its cell; nil when neither tells.
    public func socket(of device: HostDevice) -> Int? { device.socket ?? device.cell.flatMap { socket(of: $0) } }
}
