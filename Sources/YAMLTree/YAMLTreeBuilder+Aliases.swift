internal import Diagnostics

extension YAMLTreeBuilder {
    mutating func aliased(_ name: String, _ event: YAMLEvent, depth: Int) throws(Stop) -> Built {
        let mark = lines.mark(event.start)
        let length = lines.length(from: event.start, to: event.end)
        guard !open.contains(name) else {
            throw alias("the alias '*\(name)' refers to itself", event, hint: "write the value out")
        }
        guard var target = anchors[name] else {
            // Looking for a near name is dear, and nobody reads the hundredth hint.
            let near = diagnostics.count < 20 ? suggestion(for: name, among: anchors.keys.sorted()) : nil
            let hint = near.map { "did you mean '*\($0)'?" }
            let message = "no anchor '&\(name)' before this alias"
            report(
                Diagnostic(
                    .yamlAlias, message, at: mark, length: length,
                    hint: hint ?? "quote a value that begins with '*'"))
            return Built(node: YAMLNode(.scalar(YAMLScalar("")), at: mark, length: length))
        }
        guard depth + target.height <= limits.depth else { throw tooDeep(event) }
        guard weight + target.weight <= limits.nodes else {
            throw alias(
                "the aliases of this file expand to more than \(limits.nodes) values", event,
                hint: "nest fewer aliases")
        }
        weight += target.weight
        target.node.mark = mark
        target.node.length = length
        return target
    }

    /// The short name of a core tag, or nil for none. Anything else is an error; the value is read as if it had no tag.
    mutating func known(_ tag: String?, _ event: YAMLEvent) -> String? {
        guard let tag else { return nil }
        if tag == "!" { return YAMLScalar.Tag.text.rawValue }
        let core = "tag:yaml.org,2002:"
        let short = tag.hasPrefix(core) ? String(tag.dropFirst(core.count)) : ""
        if YAMLScalar.Tag(rawValue: short) != nil || ["map", "seq"].contains(short) { return short }
        report(
            Diagnostic(
                .yamlTag, "unknown tag '\(short.isEmpty ? tag : "!!" + short)'",
                at: lines.mark(event.start), length: lines.length(from: event.start, to: event.end),
                hint: "remove the tag; quote a value that begins with '!'"))
        return nil
    }
}
