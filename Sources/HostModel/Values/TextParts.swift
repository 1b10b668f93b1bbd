extension BinaryInteger {
    /// The digits with zeros before them, up to a width; a longer number stays as long as it is.
    package func padded(to width: Int, radix: Int = 10) -> String {
        let digits = String(self, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    package func trimmed(_ isBlank: (Character) -> Bool = \.isWhitespace) -> SubSequence {
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
