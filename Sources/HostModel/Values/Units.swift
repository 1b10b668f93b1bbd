/// An amount of memory in kibibytes (1,024 bytes): libvirt's default unit, and what the kernel prints as `kB`.
public struct KiB: Hashable, Sendable {
    /// The number of kibibytes.
    public let count: UInt64

    /// That many kibibytes.
    public init(_ count: UInt64) { self.count = count }

    /// No memory.
    public static let zero = KiB(0)

    /// The sum; traps on overflow, so add only amounts that a reader has bounded (``Size/maximum``).
    public static func + (left: KiB, right: KiB) -> KiB { KiB(left.count + right.count) }
    /// Adds in place.
    public static func += (left: inout KiB, right: KiB) { left = left + right }
    /// The difference, or nothing when `right` is larger.
    public func subtractingDownToZero(_ right: KiB) -> KiB { KiB(count > right.count ? count - right.count : 0) }
}

extension KiB: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible, Codable {
    /// Orders by amount.
    public static func < (left: KiB, right: KiB) -> Bool { left.count < right.count }
    /// The amount written as a literal.
    public init(integerLiteral value: UInt64) { self.init(value) }
    /// The largest unit that divides the amount: `4GiB`, `512MiB`, `4096001KiB`.
    public var description: String { Size.text(of: self) }
    /// Reads a bare number of kibibytes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(UInt64.self)
        guard number <= Size.maximum.count else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "above \(Size.maximum)")
        }
        self.init(number)
    }
    /// Writes a bare number of kibibytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}

/// A number of pages of one size.
public struct PageCount: Hashable, Sendable {
    /// The number.
    public let count: UInt64

    /// That many pages.
    public init(_ count: UInt64) { self.count = count }

    /// No page.
    public static let zero = PageCount(0)

    /// The sum.
    public static func + (left: PageCount, right: PageCount) -> PageCount { PageCount(left.count + right.count) }
    /// Adds in place.
    public static func += (left: inout PageCount, right: PageCount) { left = left + right }
    /// The difference, or nothing when `right` is larger.
    public func subtractingDownToZero(_ right: PageCount) -> PageCount {
        PageCount(count > right.count ? count - right.count : 0)
    }
    /// The memory that the pages hold.
    public static func * (pages: PageCount, size: PageSize) -> KiB { KiB(pages.count * size.size.count) }
}

extension PageCount: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible, Codable {
    /// Orders by number.
    public static func < (left: PageCount, right: PageCount) -> Bool { left.count < right.count }
    /// The number written as a literal.
    public init(integerLiteral value: UInt64) { self.init(value) }
    /// The bare number.
    public var description: String { String(count) }
    /// Reads a bare number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(UInt64.self)
        guard number <= Size.maximum.count else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "more pages than any host has")
        }
        self.init(number)
    }
    /// Writes a bare number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}

/// The size of a memory page: 4 KiB, 2 MiB, 1 GiB, …
public struct PageSize: Hashable, Sendable {
    /// The memory of one page.
    public let size: KiB

    /// A page of that size; never zero.
    public init(_ size: KiB) {
        precondition(size > .zero, "a page holds some memory")
        self.size = size
    }

    /// The kernel's folder for pools of this size: `hugepages-2048kB`.
    public var folderName: String { "hugepages-\(size.count)kB" }

    /// The size as the kernel's command line and mount options write it: `2M`, `1G`, `64K`.
    public var kernelName: String { String(size.description.dropLast(2)) }

    /// How many pages hold `memory`, rounded up.
    public func pagesNeeded(for memory: KiB) -> PageCount {
        PageCount(memory.count / size.count + (memory.count % size.count == 0 ? 0 : 1))
    }

    /// Whether `memory` is a whole number of pages.
    public func divides(_ memory: KiB) -> Bool { memory.count % size.count == 0 }
}

extension PageSize: Comparable, CustomStringConvertible, Codable {
    /// Orders by size.
    public static func < (left: PageSize, right: PageSize) -> Bool { left.size < right.size }
    /// `2MiB`, `1GiB`, `4KiB`.
    public var description: String { size.description }
    /// Reads a bare number of kibibytes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let size = try container.decode(KiB.self)
        guard size > .zero else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a page size of 0")
        }
        self.init(size)
    }
    /// Writes a bare number of kibibytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(size)
    }
}

/// One pool: the huge pages of one size on one cell. In documents `{"cell": 0, "page_kib": 2048}`, beside what is said of the pool.
public struct PoolID: Hashable, Sendable, Comparable, Codable {
    /// The host cell.
    public let cell: CellID
    /// The size of the pool's pages.
    public let pageSize: PageSize

    /// Names the pool of that size on that cell.
    public init(cell: CellID, pageSize: PageSize) {
        self.cell = cell
        self.pageSize = pageSize
    }

    /// A stable, greppable name: `pool/2MiB/cell/0`.
    public var address: String { "pool/\(pageSize)/cell/\(cell)" }

    /// Orders by cell, then page size.
    public static func < (left: PoolID, right: PoolID) -> Bool {
        (left.cell, left.pageSize) < (right.cell, right.pageSize)
    }

    private enum CodingKeys: String, CodingKey {
        case cell
        case pageSize = "page_kib"
    }
}

/// A factor of overcommit, kept exactly: 4.0, 1.5, 0.25.
public struct Ratio: Hashable, Sendable, CustomStringConvertible {
    /// The factor in thousandths.
    public let thousandths: UInt64

    /// That many thousandths.
    public init(thousandths: UInt64) { self.thousandths = thousandths }

    /// Reads a plain decimal number above 0 and at most 1,000,000 with at most three places; nil when it is anything else.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        func isNumber(_ part: some StringProtocol) -> Bool {
            !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
        }
        guard (1...2).contains(parts.count), parts.allSatisfy(isNumber), let whole = UInt64(parts[0]),
            whole <= 1_000_000
        else { return nil }
        var places = parts.count == 2 ? String(parts[1]) : ""
        while places.last == "0" { places.removeLast() }
        guard places.count <= 3 else { return nil }
        let fraction = UInt64(places + String(repeating: "0", count: 3 - places.count)) ?? 0
        let thousandths = whole * 1_000 + fraction
        guard thousandths > 0, thousandths <= 1_000_000_000 else { return nil }
        self.init(thousandths: thousandths)
    }

    /// The product with `amount`, rounded down.
    public func applied(to amount: UInt64) -> UInt64 {
        let (high, low) = amount.multipliedFullWidth(by: thousandths)
        guard high < 1_000 else { return .max }
        return UInt64(1_000).dividingFullWidth((high, low)).quotient
    }

    /// A decimal with at least one place: `4.0`, `1.25`.
    public var description: String {
        var places = String(thousandths % 1_000 + 1_000).dropFirst()
        while places.count > 1, places.last == "0" { places.removeLast() }
        return "\(thousandths / 1_000).\(places)"
    }
}
