/// The address of a PCI device on the host: domain, bus, slot and function, written `0000:3b:00.0`.
public struct PCIAddress: Hashable, Sendable, Comparable {
    /// The PCI domain, which the kernel also calls a segment: 0 on most machines.
    public let domain: UInt32
    /// The bus in the domain.
    public let bus: UInt8
    /// The slot on the bus, 0 to 31.
    public let slot: UInt8
    /// The function of the device, 0 to 7.
    public let function: UInt8

    /// Names a device; nil when the slot is above 31 or the function above 7.
    public init?(domain: UInt32 = 0, bus: UInt8, slot: UInt8, function: UInt8) {
        guard slot < 32, function < 8 else { return nil }
        self.domain = domain
        self.bus = bus
        self.slot = slot
        self.function = function
    }

    /// Reads the kernel's form: four to eight hexadecimal digits of the domain, two of the bus, two of the slot and the function,
    /// as in `0000:3b:00.0`. Nil for anything else, and for an address without its domain.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let last = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2, let domain: UInt32 = hexadecimal(parts[0], digits: 4...8),
            let bus: UInt8 = hexadecimal(parts[1], digits: 2...2),
            let slot: UInt8 = hexadecimal(last[0], digits: 2...2),
            let function: UInt8 = hexadecimal(last[1], digits: 1...1)
        else { return nil }
        self.init(domain: domain, bus: bus, slot: slot, function: function)
    }

    /// Orders by domain, bus, slot and function.
    public static func < (left: PCIAddress, right: PCIAddress) -> Bool {
        (left.domain, left.bus, left.slot, left.function) < (right.domain, right.bus, right.slot, right.function)
    }
}

extension PCIAddress: CustomStringConvertible {
    /// The kernel's form, in lower case.
    public var description: String {
        domain.padded(to: 4, radix: 16) + ":" + bus.padded(to: 2, radix: 16) + ":" + slot.padded(to: 2, radix: 16) + "."
            + function.padded(to: 1, radix: 16)
    }
}

extension PCIAddress: Codable {
    /// Reads the kernel's form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = PCIAddress(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a PCI address such as 0000:3b:00.0")
        }
        self = address
    }

    /// Writes the kernel's form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func hexadecimal<Number: FixedWidthInteger>(
    _ text: some StringProtocol, digits: ClosedRange<Int>
) -> Number? {
    let isHexadecimal = text.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
    return isHexadecimal && digits.contains(text.utf8.count) ? Number(text, radix: 16) : nil
}
