/// A JSON value that any encoder writes; what is absent is written as null, not left out.
public enum JSONValue: Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// A whole number; one beyond 63 bits becomes the nearest that has 63 bits.
    public static func number(_ number: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: number)) }

    /// A text, or null.
    public static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

    /// Texts in their order.
    public static func texts(_ texts: some Sequence<String>) -> JSONValue { .list(texts.map { .text($0) }) }

    /// Numbers in their order.
    public static func numbers(_ numbers: some Sequence<Int>) -> JSONValue { .list(numbers.map { .number($0) }) }
}

extension JSONValue: Encodable {
    /// Writes the value; the order of an object's keys is the encoder's.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }
}

extension JSONValue: Decodable {
    /// Reads any value without fractions.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let values = try? container.decode([String: JSONValue].self) {
            self = .object(values)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .list(values)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .integer(try container.decode(Int64.self))
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    /// The text written as a literal.
    public init(stringLiteral value: String) { self = .text(value) }
    /// The object written as a literal; of a key given twice the last one stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
    /// The list written as a literal.
    public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
}
