/// What the schemas of JSON documents are made of.
protocol DocumentSchema {}

/// The same, for what is no schema of its own.
enum Schema: DocumentSchema {}

extension DocumentSchema {
    /// The schema of a document of version 1 that `page` of the manual describes.
    static func document(
        _ name: String, _ title: String, page: String, _ schema: [String: JSONValue], _ definitions: [String: JSONValue]
    ) -> JSONValue {
        var members = schema
        members["$schema"] = "http://json-schema.org/draft-07/schema#"
        members["$id"] = .text("urn:numactl-plan:schema:\(name):1")
        members["title"] = .text(title)
        members["description"] = .text("See \(page); members may be added within version 1")
        members["definitions"] = .object(definitions)
        return .object(members)
    }

    static var text: JSONValue { ["type": "string"] }
    static var flag: JSONValue { ["type": "boolean"] }
    static var count: JSONValue { ["type": "integer", "minimum": .number(0)] }
    static var texts: JSONValue { list(of: text) }
    static var version: JSONValue { ["type": "string", "pattern": "^1\\.[0-9]+$"] }
    /// A moment in UTC, to the second.
    static var utcTime: JSONValue {
        ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"]
    }

    /// A list of CPUs, vCPUs or cells as the kernel writes it; empty for none.
    static func list() -> JSONValue {
        ["type": "string", "pattern": "^(?:[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*)?$"]
    }

    static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    /// One of the words of a type that writes itself as its raw value.
    static func word<Word: CaseIterable & RawRepresentable<String>>(of _: Word.Type) -> JSONValue {
        ["enum": .texts(Word.allCases.map(\.rawValue))]
    }

    static func orNull(_ schema: JSONValue) -> JSONValue { ["anyOf": [["type": "null"], schema]] }

    static func reference(_ name: String) -> JSONValue { ["$ref": .text("#/definitions/\(name)")] }

    static func object(
        _ required: [String: JSONValue], optional: [String: JSONValue] = [:]
    ) -> [String: JSONValue] {
        [
            "type": "object", "required": .texts(required.keys.sorted()),
            "properties": .object(required.merging(optional) { first, _ in first }),
        ]
    }
}
