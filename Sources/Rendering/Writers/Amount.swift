import HostModel

/// Amounts in words for people, by whole-number arithmetic.
enum Amount {
    private static let units: [(name: String, shift: UInt64)] = [("TiB", 30), ("GiB", 20), ("MiB", 10)]

    /// An amount in the largest unit that it reaches, with one place below 100: `3.9 GiB`, `512 MiB`, `212 GiB`, `64 KiB`.
    ///
    /// Rounded down, so that free memory is never shown larger than it is.
    static func text(_ amount: KiB) -> String {
        guard let (name, shift) = units.first(where: { amount.count >> $0.shift > 0 }) else {
            return "\(amount.count) KiB"
        }
        let whole = amount.count >> shift
        let tenths = ((amount.count & ((1 << shift) - 1)) * 10) >> shift
        return tenths == 0 || whole >= 100 ? "\(whole) \(name)" : "\(whole).\(tenths) \(name)"
    }

    /// An amount, or `unknown`.
    static func text(_ amount: KiB?) -> String { amount.map { text($0) } ?? unknown }

    /// What stands where the host does not tell.
    static let unknown = "unknown"

    /// A number and its noun: `1 guest`, `3 guests`.
    static func count(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// The memory of that many pages; the largest amount there is instead of an overflow.
    static func memory(of pages: PageCount, _ size: PageSize) -> KiB {
        let (amount, overflow) = pages.count.multipliedReportingOverflow(by: size.size.count)
        return KiB(overflow ? .max : amount)
    }
}

extension IDSet {
    /// The list, or a word when it is empty.
    func text(empty: String) -> String { isEmpty ? empty : description }
}
