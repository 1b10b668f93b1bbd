/// One PCI device of the host, and how near it is to which cells.
public struct HostDevice: Hashable, Sendable {
    /// The device's address.
    public var address: PCIAddress
    /// The cell that the device is attached to; nil when the kernel does not tell.
    public var cell: CellID?
    /// The socket of that cell; nil when it is not known, or the cell's CPUs are on several.
    public var socket: Int?

    package init(address: PCIAddress, cell: CellID? = nil, socket: Int? = nil) {
        self.address = address
        self.cell = cell
        self.socket = socket
    }
}

extension HostDevice: Codable {
    private enum CodingKeys: String, CodingKey { case address, cell, socket }

    /// Writes a device; what is unknown is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address, forKey: .address)
        try container.encode(cell, forKey: .cell)
        try container.encode(socket, forKey: .socket)
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
