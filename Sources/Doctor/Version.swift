/// A version of three numbers, such as 9.0.0; a missing number is 0.
struct Version: Comparable, CustomStringConvertible {
    let numbers: [Int]

    init(_ major: Int, _ minor: Int, _ release: Int = 0) { numbers = [major, minor, release] }

    /// Reads the first number with dots in a text such as `QEMU 7.2.22` or `6.1.0-13-amd64`; nil without one.
    init?(in text: String) {
        let start = text.drop { !$0.isASCII || !$0.isNumber }
        let digits = start.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = digits.split(separator: ".").prefix(3).compactMap { Int($0) }
        guard !parts.isEmpty else { return nil }
        numbers = parts + Array(repeating: 0, count: 3 - parts.count)
    }

    var description: String { numbers.map(String.init).joined(separator: ".") }

    static func < (left: Version, right: Version) -> Bool { left.numbers.lexicographicallyPrecedes(right.numbers) }
}
