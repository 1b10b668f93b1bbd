internal import Diagnostics
internal import HostModel

/// The text of a property: Nova keeps all values as text, so quotes mean nothing here.
struct PropertyText {
    let name: String
    let text: String
    let mark: SourceMark
}

/// Reads one kind of property value in Nova's way.
struct PropertyReader<Value: Sendable>: Sendable {
    /// What the value may be.
    let kind: PropertyKind
    /// The value, or nil after an error.
    let read: @Sendable (PropertyText, inout Findings) -> Value?
}

extension PropertyReader where Value == Int {
    /// A whole number of a range.
    static func integer(_ range: ClosedRange<Int>) -> PropertyReader {
        let kind = PropertyKind.integer(range)
        return PropertyReader(kind: kind) { property, report in
            if let number = wholeNumber(property.text), range.contains(number) { return number }
            report.error(.badNumber, "'\(property.name)' must be \(kind.phrase)", at: property.mark)
            return nil
        }
    }
}

extension PropertyReader where Value == Bool {
    /// One of Nova's spellings of true and false, in any case.
    static var boolean: PropertyReader {
        PropertyReader(kind: .boolean) { property, report in
            switch property.text.lowercased() {
            case "1", "t", "true", "on", "y", "yes": return true
            case "0", "f", "false", "off", "n", "no": return false
            default:
                report.error(
                    .badBoolean, "'\(property.name)' must be true or false, not '\(property.text)'", at: property.mark)
                return nil
            }
        }
    }
}

extension PropertyReader where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enum's words.
    static var choice: PropertyReader {
        let words = Value.allCases.map(\.rawValue)
        return PropertyReader(kind: .choice(words)) { property, report in
            if let value = Value(rawValue: property.text) { return value }
            report.unknownWord(property.text, of: words, property.name, at: property.mark)
            return nil
        }
    }
}

extension PropertyReader where Value == String {
    /// A list of vCPUs whose leading `^` means all but these.
    static var mask: PropertyReader {
        PropertyReader(kind: .mask) { property, report in
            checkedMask(property.text, property.name, at: property.mark, &report)
        }
    }

    /// Any text.
    static var text: PropertyReader { PropertyReader(kind: .text) { property, _ in property.text } }
}

extension PropertyReader where Value == VCPUSet {
    /// A list of vCPUs.
    static var list: PropertyReader {
        PropertyReader(kind: .list) { property, report in
            readList(property.text, property.name, at: property.mark, &report)
        }
    }
}

extension PropertyReader where Value == KiB {
    /// A bare number of MiB.
    static var mebibytes: PropertyReader {
        let range = 1...Int(Size.maximum.count / 1_024)
        return PropertyReader(kind: .mebibytes) { property, report in
            if let number = wholeNumber(property.text), range.contains(number) { return KiB(UInt64(number) * 1_024) }
            report.error(
                .badNumber, "'\(property.name)' must be a number of MiB, at least 1", at: property.mark,
                hint: "write MiB without a unit: 1024 is 1GiB")
            return nil
        }
    }
}

extension PropertyReader where Value == GuestDemand.PageRequest {
    /// `small`, `large`, `any`, a bare number of KiB, or a number with a unit.
    static var pageRequest: PropertyReader {
        PropertyReader(kind: .pageSize) { property, report in
            if let request = GuestDemand.PageRequest(word: property.text) { return request }
            guard let size = novaSize(property.text) else {
                report.error(
                    .badSize, "'\(property.name)' must be a page size, not '\(property.text)'", at: property.mark,
                    hint: "write small, large, any, a bare number of KiB, or a size such as 2MB or 1GB")
                return nil
            }
            return possiblePage(size, at: property.mark, &report).map { .exactly($0) }
        }
    }

    /// Reads a size in Nova's way: digits alone are KiB; units are powers of 1,024 with or without the `i`; `b` means bits.
    private static func novaSize(_ text: String) -> KiB? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = wholeNumber(digits), number > 0 else { return nil }
        var unit = text.dropFirst(digits.count)
        if unit.isEmpty { return bounded(UInt64(number), shift: 10, bits: 1) }
        let isBits = unit.hasSuffix("b") || unit.hasSuffix("bit")
        guard isBits || unit.hasSuffix("B") else { return nil }
        unit = unit.dropLast(unit.hasSuffix("bit") ? 3 : 1)
        let prefixes = ["", "K", "M", "G", "T", "P"]
        let letter = unit.hasSuffix("i") ? unit.dropLast() : unit
        guard let power = prefixes.firstIndex(of: letter.uppercased()), letter.isEmpty == unit.isEmpty else {
            return nil
        }
        return bounded(UInt64(number), shift: UInt64(10 * power), bits: isBits ? 8 : 1)
    }

    /// `number` times 2 to the power of `shift` bytes as a whole number of KiB; nil when it is none or too large.
    private static func bounded(_ number: UInt64, shift: UInt64, bits: UInt64) -> KiB? {
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        guard !overflow, bytes % (1_024 * bits) == 0 else { return nil }
        let size = bytes / (1_024 * bits)
        return size <= Size.maximum.count ? KiB(size) : nil
    }
}
