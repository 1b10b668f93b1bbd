/// A path as procfs writes it, made plain: blanks, tabs, line breaks and backslashes stand there as three octal digits.
public func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
        let digits = String(decoding: rest.dropFirst().prefix(3), as: UTF8.self)
        if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let code = UInt8(digits, radix: 8) {
            bytes.append(code)
            rest = rest.dropFirst(4)
        } else {
            bytes.append(byte)
            rest = rest.dropFirst()
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
