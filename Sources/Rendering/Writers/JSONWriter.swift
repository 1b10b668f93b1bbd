internal import HostModel

/// Writes JSON piece by piece, laid out as every document is: two blanks a level, nothing in an empty list but its brackets.
///
/// The document of a fleet would be many times as large as a tree of values as it is as text.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var depth: Int
    private var isFirst = true

    /// Starts at a depth: the first piece is written where the caller stands.
    init(depth: Int) { self.depth = depth }

    private static let blanks = [UInt8](repeating: UInt8(ascii: " "), count: 64)

    mutating func openObject() { open("{") }
    mutating func closeObject() { close("}") }
    mutating func openList() { open("[") }
    mutating func closeList() { close("]") }

    private mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        depth += 1
        isFirst = true
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        depth -= 1
        breakLine()
        bytes.append(UInt8(ascii: bracket))
        isFirst = false
    }

    /// Begins an element of a list.
    mutating func beginElement() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        breakLine()
        isFirst = false
    }

    /// Begins a member of an object, whose key is that of ``keyText(_:)``.
    mutating func beginMember(_ keyText: [UInt8]) {
        beginElement()
        bytes += keyText
    }

    /// A key as it is written, with what stands behind it.
    static func keyText(_ key: String) -> [UInt8] {
        var writer = JSONWriter(depth: 0)
        writer.write(key)
        return writer.bytes + Array(" : ".utf8)
    }

    /// Writes a whole value; the keys of objects are sorted.
    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .flag(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        case .text(let text): write(text)
        case .list(let values):
            openList()
            for value in values {
                beginElement()
                write(value)
            }
            closeList()
        case .object(let members):
            openObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                beginMember(JSONWriter.keyText(key))
                write(value)
            }
            closeObject()
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x8: bytes += "\\b".utf8
            case 0x9: bytes += "\\t".utf8
            case 0xa: bytes += "\\n".utf8
            case 0xc: bytes += "\\f".utf8
            case 0xd: bytes += "\\r".utf8
            case 0..<0x20: bytes += "\\u\(byte.padded(to: 4, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        var rest = 2 * depth
        while rest > 0 {
            let count = min(rest, JSONWriter.blanks.count)
            bytes += JSONWriter.blanks[..<count]
            rest -= count
        }
    }
}
