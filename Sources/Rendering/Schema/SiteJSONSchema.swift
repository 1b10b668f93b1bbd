internal import HostModel
internal import SiteFile

/// The site file as JSON Schema, draft-07, for editors: made from the tables that the reader walks.
///
/// It says of single values what the reader says of them. What joins several keys, what names refer to, and what only a number in a
/// text shows is left to `validate`.
public enum SiteJSONSchema {
    /// The name of the schema; it changes with what a file may hold only in ways that refuse files which were right before.
    public static let identifier = "urn:numactl-plan:schema:site:1"

    /// The schema.
    public static var document: JSONValue {
        var document = object(keys: SiteSchema.keys(of: .site))
        document["$schema"] = "http://json-schema.org/draft-07/schema#"
        document["$id"] = .text(identifier)
        document["title"] = "Site file of numactl-plan"
        document["description"] = "Hosts, flavors and guests; see numactl-plan-site(5)"
        document["type"] = "object"
        let places = SitePlace.allCases.filter { $0 != .site && $0 != .pools }
        var definitions = Dictionary(
            uniqueKeysWithValues: places.map { ($0.rawValue, JSONValue.object(object(keys: SiteSchema.keys(of: $0)))) })
        definitions["flavorProperties"] = properties(SiteSchema.properties, \.flavorName)
        definitions["imageProperties"] = properties(SiteSchema.properties, \.imageName)
        document["definitions"] = .object(definitions)
        return .object(document)
    }

    /// A mapping with the keys of a table and no others. Nothing at all is a mapping without keys, where no key must be given.
    static func object(keys: [SiteKey]) -> [String: JSONValue] {
        let required = keys.filter(\.isRequired).map(\.name)
        var schema: [String: JSONValue] = [
            "type": required.isEmpty ? ["object", "null"] : "object", "additionalProperties": .flag(false),
            "properties": .object(members(keys)),
        ]
        if !required.isEmpty { schema["required"] = .texts(required) }
        return schema
    }

    /// The keys of a table, each with what may stand at it.
    static func members(_ keys: [SiteKey]) -> [String: JSONValue] {
        Dictionary(
            keys.map { key in
                var schema = key.kind.jsonSchema
                schema["description"] = .text(key.summary + (key.defaultValue.map { ". Default: \($0)" } ?? ""))
                if let defaultValue = key.defaultValue.flatMap(key.kind.jsonValue) { schema["default"] = defaultValue }
                return (key.name, .object(schema))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A mapping of properties in Nova's spelling. A flavor's must be known, or speak to others; an image carries much for others.
    private static func properties(
        _ all: [SiteProperty], _ name: (SiteProperty) -> String?
    ) -> JSONValue {
        let isFlavor = all.contains { name($0) == "hw:cpu_policy" }
        var (named, patterns): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
        for property in all {
            guard let name = name(property) else { continue }
            var schema = property.kind.jsonSchema
            schema["description"] = .text(property.nativeName.map { "Like \($0): " } ?? "" + property.kind.phrase)
            if property.isIndexed {
                patterns["^\(name)\\.(?:0|[1-9][0-9]?|1[01][0-9]|12[0-7])$"] = .object(schema)
            } else {
                named[name] = .object(schema)
            }
        }
        if isFlavor {
            for name in SiteSchema.ignoredProperties { named[name] = ["description": "Has no meaning here"] }
            patterns["^trait:"] = ["enum": ["required", "forbidden"]]
            patterns["^(?!hw:|trait:)[^:]*:"] = [:]
        }
        return [
            "type": ["object", "null"], "properties": .object(named), "patternProperties": .object(patterns),
            "additionalProperties": .flag(!isFlavor),
        ]
    }
}
