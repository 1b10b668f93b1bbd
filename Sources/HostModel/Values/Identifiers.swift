/// A number that the kernel or libvirt gives to a thing. Each kind is a type of its own, so that they never mix.
public protocol Identifier: RawRepresentable, Hashable, Sendable, Comparable, Codable, ExpressibleByIntegerLiteral,
    CustomStringConvertible, CodingKeyRepresentable
where RawValue == Int {
    /// Makes the identifier of that number; numbers are not negative.
    init(rawValue: Int)
}

extension Identifier {
    /// The identifier of that number.
    @inlinable public init(_ number: Int) { self.init(rawValue: number) }
    /// The identifier written as a literal.
    public init(integerLiteral value: Int) { self.init(rawValue: value) }
    /// The bare number.
    public var description: String { String(rawValue) }
    /// Orders by number.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    /// The number as a JSON key.
    public var codingKey: any CodingKey { NumberKey(number: rawValue) }
    /// Reads the number from a JSON key; nil when the key is not a plain number.
    public init?(codingKey: some CodingKey) {
        guard let number = Int(codingKey.stringValue), number >= 0 else { return nil }
        self.init(rawValue: number)
    }
    /// Reads a bare number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Int.self)
        guard number >= 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a number below 0")
        }
        self.init(rawValue: number)
    }
    /// Writes the bare number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A JSON key that is a number.
struct NumberKey: CodingKey {
    let number: Int
    init(number: Int) { self.number = number }
    init?(stringValue: String) {
        guard let number = Int(stringValue) else { return nil }
        self.number = number
    }
    init?(intValue: Int) { number = intValue }
    var stringValue: String { String(number) }
    var intValue: Int? { nil }
}

/// A logical CPU of the host: the `N` of the kernel's `cpuN`.
public struct CPU: Identifier {
    /// The kernel's number.
    public let rawValue: Int
    /// Names the CPU of that number.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A NUMA cell of the host: the `N` of the kernel's `nodeN` and of libvirt's `nodeset`.
public struct CellID: Identifier {
    /// The kernel's number.
    public let rawValue: Int
    /// Names the cell of that number.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A NUMA cell of a guest: libvirt's `<cell id=…>` and `cellid`.
public struct GuestCellID: Identifier {
    /// The guest's number of the cell, from 0.
    public let rawValue: Int
    /// Names the guest cell of that number.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A virtual CPU of a guest, from 0.
public struct VCPU: Identifier {
    /// The guest's number of the CPU.
    public let rawValue: Int
    /// Names the virtual CPU of that number.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
}
