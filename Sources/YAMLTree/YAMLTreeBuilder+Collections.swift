internal import Diagnostics

extension YAMLTreeBuilder {
    mutating func sequence(
        _ parser: inout YAMLParserHandle, depth: Int
    ) throws(Stop) -> (built: Built, end: Int) {
        var elements: [YAMLNode] = []
        var (weight, height) = (1, 0)
        while true {
            let event = try next(&parser)
            if case .collectionEnd = event.kind {
                let node = YAMLNode(.sequence(elements), at: lines.mark(event.start))
                return (Built(node: node, weight: weight, height: height + 1), event.end)
            }
            let element = try built(event, &parser, depth: depth + 1)
            (weight, height) = (weight + element.weight, max(height, element.height))
            elements.append(element.node)
        }
    }

    mutating func mapping(
        _ parser: inout YAMLParserHandle, depth: Int
    ) throws(Stop) -> (built: Built, end: Int) {
        var pairs: [YAMLPair] = []
        var seen: [String: SourceMark] = [:]
        var (weight, height) = (1, 0)
        while true {
            let event = try next(&parser)
            if case .collectionEnd = event.kind {
                let node = YAMLNode(.mapping(pairs), at: lines.mark(event.start))
                return (Built(node: node, weight: weight, height: height + 1), event.end)
            }
            let key = try built(event, &parser, depth: depth + 1)
            let value = try built(try next(&parser), &parser, depth: depth + 1)
            (weight, height) = (weight + key.weight + value.weight, max(height, key.height, value.height))
            guard let name = name(of: key.node) else { continue }
            if let first = seen[name] {
                report(duplicate(name, key.node, first: first), spoilsTree: false)
            } else {
                seen[name] = key.node.mark
                pairs.append(YAMLPair(name: name, at: key.node.mark, length: key.node.length, value: value.node))
            }
        }
    }

    /// The text of a key, or nil when the entry cannot be kept.
    private mutating func name(of key: YAMLNode) -> String? {
        guard let scalar = key.scalar else {
            report(
                Diagnostic(
                    .yamlSyntax, "a key must be plain text", at: key.mark, length: key.length,
                    label: "this is a list or a mapping", hint: "quote a key that begins with '{' or '['"))
            return nil
        }
        guard scalar.text == "<<", scalar.style == .plain else { return scalar.text }
        report(
            Diagnostic(
                .yamlMergeKey, "merge keys are not part of YAML 1.2", at: key.mark, length: key.length,
                hint: "write the keys out, or use a flavor, whose keys a guest can override one by one"))
        return nil
    }
}
