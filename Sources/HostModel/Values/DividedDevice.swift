/// A PCI device that is divided into virtual functions (SR-IOV): `{"device": "0000:17:00.0", "vfs": 4}`.
public struct DividedDevice: Hashable, Sendable, Codable, Comparable {
    /// The device.
    public var device: PCIAddress
    /// How many virtual functions it has, at least 1.
    public var count: Int

    package init(device: PCIAddress, count: Int) {
        self.device = device
        self.count = count
    }

    /// By address.
    public static func < (left: DividedDevice, right: DividedDevice) -> Bool {
        (left.device, left.count) < (right.device, right.count)
    }

    private enum CodingKeys: String, CodingKey {
        case device
        case count = "vfs"
    }
}

extension PCIAddress {
    /// The address of one of a device's virtual functions, from 0; nil beyond the last bus.
    ///
    /// The bus, slot and function together are a number of 16 bits: the first virtual function is `offset` behind the device, each
    /// other one `stride` behind the one before (PCI Express, Single Root I/O Virtualization).
    package func virtualFunction(_ number: Int, offset: Int, stride: Int) -> PCIAddress? {
        let own = Int(bus) << 8 | Int(slot) << 3 | Int(function)
        let (product, overflow) = number.multipliedReportingOverflow(by: stride)
        guard !overflow, (0...0xffff).contains(offset), (0...0xffff).contains(product) else { return nil }
        let found = own + offset + product
        guard found <= 0xffff else { return nil }
        return PCIAddress(
            domain: domain, bus: UInt8(found >> 8), slot: UInt8(found >> 3 & 31), function: UInt8(found & 7))
    }
}

extension HostDevice {
    /// The addresses of all virtual functions that it can have, by number; empty when the facts do not tell where they come.
    package var possibleFunctions: [PCIAddress] {
        guard let functions = virtualFunctions, let offset = functions.offset, let stride = functions.stride else {
            return []
        }
        return (0..<functions.total).compactMap { address.virtualFunction($0, offset: offset, stride: stride) }
    }
}
