/// What the schemas of JSON documents are made of.
protocol DocumentSchema {}

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
    static var version: JSONValue { ["type": "string", "pattern": "^1\\.[0-9]+$"] }

    /// A list of CPUs, vCPUs or cells as the kernel writes it; empty for none.
    static func list() -> JSONValue {
        ["type": "string", "pattern": "^(?:[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*)?$"]
    }

    static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

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
