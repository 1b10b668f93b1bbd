/// Looks at the keys of a JSON document before it is decoded: of a key that stands twice in an object one reader takes the first and
/// another the last, so that a reviewer would not see what is carried out.
enum JSONKeys {
    /// A key that may be read in more than one way.
    struct Misleading: Equatable {
        var name: String
        /// The line, from 1.
        var line: Int
        /// What is wrong with it, as the end of a sentence.
        var problem: String
    }

    /// The first key that is given twice in its object or is written with an escape; nil for none, and for what is no JSON, which the
    /// decoder refuses.
    static func firstMisleading(in bytes: [UInt8]) -> Misleading? {
        var objects: [Set<[UInt8]>?] = []
        var (index, line) = (0, 1)
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "{"): objects.append([])
            case UInt8(ascii: "["): objects.append(nil)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = objects.popLast()
            case UInt8(ascii: "\""):
                let text = string(in: bytes, from: index + 1)
                index += text.count + 1
                guard isKey(bytes, after: index + 1), let last = objects.indices.last, objects[last] != nil else {
                    break
                }
                let name = String(decoding: text, as: UTF8.self)
                if text.contains(UInt8(ascii: "\\")) {
                    return Misleading(name: name, line: line, problem: "is written with an escape")
                }
                if objects[last]?.insert(Array(text)).inserted == false {
                    return Misleading(name: name, line: line, problem: "occurs twice in its object")
                }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// What stands between quotation marks, the first of which is before `start`.
    private static func string(in bytes: [UInt8], from start: Int) -> ArraySlice<UInt8> {
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes[start..<min(index, bytes.count)]
    }

    /// Whether a colon follows.
    private static func isKey(_ bytes: [UInt8], after start: Int) -> Bool {
        bytes.dropFirst(start).first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: ":")
    }
}
