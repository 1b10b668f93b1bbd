internal import HostModel
internal import SiteFile

extension ValueKind {
    /// What may stand at a key, as the members of a JSON Schema.
    var jsonSchema: [String: JSONValue] {
        switch self {
        case .boolean: ["type": "boolean"]
        case .integer(let range): SchemaPart.integer(range)
        case .ratio: ["type": "number", "exclusiveMinimum": .integer(0), "maximum": .integer(1_000_000)]
        case .size: SchemaPart.text(SchemaPart.size, phrase, examples: ["512MiB", "8GiB"])
        case .amount(let words):
            SchemaPart.text(
                "^(?:\((words + [SchemaPart.amount]).joined(separator: "|")))$", phrase,
                examples: words + ["64MiB"])
        case .pageSize(let words):
            SchemaPart.text(
                "^(?:\((words + [SchemaPart.pageSize]).joined(separator: "|")))$", phrase,
                examples: words + ["2MiB", "1GiB"])
        case .choice(let words): ["enum": .texts(words)]
        case .list(let canBeEmpty):
            SchemaPart.numbers(SchemaPart.list(excludes: false), orEmpty: canBeEmpty, phrase, examples: ["0-3,8"])
        case .listOrWord(let word):
            SchemaPart.either(
                ["enum": .texts([word])],
                SchemaPart.numbers(SchemaPart.list(excludes: false), orEmpty: false, phrase, examples: [word, "0-3"]))
        case .countOrList(let range):
            SchemaPart.either(
                SchemaPart.integer(range), SchemaPart.text(SchemaPart.list(excludes: false), phrase, examples: ["4-5"]))
        case .mask: SchemaPart.numbers(SchemaPart.list(excludes: true), orEmpty: true, phrase, examples: ["0-3", "^0"])
        case .text(let form): form.jsonSchema
        case .textOrMapping(let form, let place):
            SchemaPart.either(form.jsonSchema, ValueKind.mapping(place).jsonSchema)
        case .sequence(let element, let minimum):
            ["type": "array", "items": .object(element.jsonSchema), "minItems": .number(minimum)]
        case .mapping(let place): ["$ref": .text("#/definitions/\(place.rawValue)")]
        case .mappingOrWord(let place, let word):
            SchemaPart.either(["enum": .texts([word])], ValueKind.mapping(place).jsonSchema)
        case .dictionary(let keys, let value, let beside): dictionary(keys, value, beside)
        case .properties(let isImage):
            ["$ref": .text("#/definitions/\(isImage ? "imageProperties" : "flavorProperties")")]
        }
    }

    /// A default as a value of this kind; nil for those that JSON writes otherwise than YAML.
    func jsonValue(_ text: String) -> JSONValue? {
        switch self {
        case .boolean: .flag(text == "true")
        case .integer: Int(text).map { .number($0) }
        case .choice, .text, .size, .amount: .text(text)
        default: nil
        }
    }

    private func dictionary(_ keys: KeyForm, _ value: ValueKind, _ beside: SitePlace?) -> [String: JSONValue] {
        let known = beside.map { SiteSchema.keys(of: $0) } ?? []
        var schema: [String: JSONValue] = [
            "type": ["object", "null"], "properties": .object(SiteJSONSchema.members(known)),
        ]
        switch keys {
        case .name:
            // Additional properties, not a pattern: editors show what may stand there under any name.
            schema["propertyNames"] = .object(["pattern": .text(SchemaPart.name), "maxLength": .integer(200)])
            schema["additionalProperties"] = .object(value.jsonSchema)
        case .cell, .vcpu:
            schema["patternProperties"] = .object([SchemaPart.cell: .object(value.jsonSchema)])
            schema["additionalProperties"] = .flag(false)
        case .ioThread:
            schema["patternProperties"] = .object(["^[1-9][0-9]{0,4}$": .object(value.jsonSchema)])
            schema["additionalProperties"] = .flag(false)
        case .pageSize:
            schema["patternProperties"] = .object(["^\(SchemaPart.pageSize)$": .object(value.jsonSchema)])
            schema["additionalProperties"] = .flag(false)
        }
        return schema
    }
}

extension ValueKind.TextForm {
    /// Text of this form. A plain `7` or `true` is text too where it may stand.
    fileprivate var jsonSchema: [String: JSONValue] {
        switch self {
        case .name:
            SchemaPart.text(SchemaPart.name, phrase, orPlain: true).merging(["maxLength": .integer(200)]) { first, _ in
                first
            }
        case .absolutePath: SchemaPart.text("^/\(SchemaPart.printable)*$", phrase)
        case .path, .line: SchemaPart.text("^\(SchemaPart.printable)+$", phrase, orPlain: true)
        case .word: SchemaPart.text("^[A-Za-z0-9._-]+$", phrase, orPlain: true)
        case .mac:
            SchemaPart.text("^[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){5}$", phrase, examples: ["52:54:00:12:34:56"])
        case .pciAddress:
            SchemaPart.text(
                "^[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[01][0-9A-Fa-f]\\.[0-7]$", phrase, examples: ["0000:3b:00.0"])
        case .deviceClass:
            SchemaPart.text(
                "^(?:\(DeviceClasses.Word.allCases.map(\.rawValue).joined(separator: "|"))|(?:[0-9A-Fa-f]{2}){1,3})$",
                phrase,
                examples: ["nvme", "0302"], orPlain: true)
        case .deviceNumber: SchemaPart.text("^[0-9A-Fa-f]{4}$", phrase, examples: ["10de"], orPlain: true)
        case .unit:
            SchemaPart.text(
                #"^[A-Za-z0-9:_\\@][A-Za-z0-9:_.\\@-]*\.service$"#, phrase, examples: ["spdk.service"])
        case .uri:
            SchemaPart.text(
                "^[^ \(SchemaPart.control)]*:[^ \(SchemaPart.control)]*$", phrase, examples: ["qemu:///system"])
        }
    }
}

extension PropertyKind {
    /// What a property may be, as the members of a JSON Schema. Quotes mean nothing: a number may be a text of its digits.
    var jsonSchema: [String: JSONValue] {
        switch self {
        case .boolean:
            let words = ["1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no"]
            let pattern = words.map(SchemaPart.anyCase).joined(separator: "|")
            return SchemaPart.either(
                ["type": "boolean"], SchemaPart.integer(0...1), SchemaPart.text("^(?:\(pattern))$", phrase))
        case .integer(let range): return SchemaPart.digits(range, phrase)
        case .choice(let words): return ["enum": .texts(words)]
        case .list: return SchemaPart.numbers(SchemaPart.list(excludes: false), orEmpty: true, phrase)
        case .mask: return SchemaPart.numbers(SchemaPart.list(excludes: true), orEmpty: true, phrase)
        case .mebibytes: return SchemaPart.digits(1...(1 << 32), phrase)
        case .pageSize:
            let unit = "(?:[KkMmGgTtPp]i?)?(?:b|bit|B)"
            return SchemaPart.either(
                SchemaPart.integer(1...(1 << 42)),
                SchemaPart.text("^(?:small|large|any|[1-9][0-9]*(?:\(unit))?)$", phrase))
        case .text: return ["type": ["string", "number", "boolean"]]
        }
    }
}
