/// Sizes as text: a whole number and a unit, `512MiB`, `8GiB`, `1G`.
public enum Size {
    /// Why a size could not be read.
    public enum ParseError: Error, Hashable, Sendable {
        /// A number without a unit.
        case noUnit(number: String)
        /// A unit that is not known; `suggestion` is the one with this meaning, if any.
        case unknownUnit(String, suggestion: String?)
        /// Not a whole number.
        case notANumber(String)
        /// Not a whole number of kibibytes.
        case notWholeKiB(String)
        /// Above ``Size/maximum``.
        case tooLarge(String)
    }

    /// The largest amount that is accepted: 4 PiB, beyond any host, and small enough that sums of them cannot overflow.
    public static let maximum = KiB(1 << 42)

    /// Bytes of each unit. `K`, `M`, `G`, `T` are binary, as in libvirt's and the kernel's own options; `kB`, `MB`, `GB` are
    /// refused, since they mean 1,000 here and 1,024 there.
    private static let units: [(name: String, bytes: UInt64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
        ("B", 1),
    ]

    /// Reads a size such as `512MiB`.
    ///
    /// - Throws: ``ParseError`` saying what is wrong with the text.
    public static func parse(_ text: some StringProtocol) throws(ParseError) -> KiB {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard !digits.isEmpty, !unit.hasPrefix("."), !unit.hasPrefix("-") else { throw .notANumber(String(text)) }
        guard !unit.isEmpty else { throw .noUnit(number: String(digits)) }
        guard let bytesPerUnit = units.first(where: { $0.name == unit })?.bytes else {
            throw .unknownUnit(String(unit), suggestion: unitMeant(by: String(unit)))
        }
        guard let number = UInt64(digits) else { throw .tooLarge(String(text)) }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: bytesPerUnit)
        guard !overflow, bytes / 1_024 <= maximum.count else { throw .tooLarge(String(text)) }
        guard bytes % 1_024 == 0 else { throw .notWholeKiB(String(text)) }
        return KiB(bytes / 1_024)
    }

    /// The text with the largest unit that divides the amount.
    public static func text(of amount: KiB) -> String {
        var (count, unit) = (amount.count, 0)
        let names = ["KiB", "MiB", "GiB", "TiB"]
        while count != 0, count % 1_024 == 0, unit < names.count - 1 { (count, unit) = (count / 1_024, unit + 1) }
        return "\(count)\(count == 0 ? "KiB" : names[unit])"
    }

    private static func unitMeant(by unit: String) -> String? {
        guard let letter = unit.lowercased().first, "kmgt".contains(letter), unit.count <= 3 else { return nil }
        return letter.uppercased() + "iB"
    }
}

extension Size.ParseError: CustomStringConvertible {
    /// One phrase that says what is wrong.
    public var description: String {
        switch self {
        case .noUnit(let number): "the size \(number) has no unit"
        case .unknownUnit(let unit, _): "'\(unit)' is not a unit of size"
        case .notANumber(let text): "'\(text)' is not a whole number with a unit"
        case .notWholeKiB(let text): "\(text) is not a whole number of KiB"
        case .tooLarge(let text): "\(text) is above \(Size.maximum)"
        }
    }
}
