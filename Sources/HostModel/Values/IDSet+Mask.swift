extension IDSet {
    /// The set as one hexadecimal number whose bit N stands for N: `0x40004` for 2 and 18; `0x0` for the empty set.
    public var mask: String {
        var digits = [UInt8](repeating: 0, count: (last?.rawValue ?? 0) / 4 + 1)
        for element in self { digits[element.rawValue / 4] |= 1 << UInt8(element.rawValue % 4) }
        return "0x" + digits.reversed().map { String($0, radix: 16) }.joined()
    }
}
