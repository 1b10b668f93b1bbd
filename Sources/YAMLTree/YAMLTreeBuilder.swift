internal import Diagnostics

/// Makes a tree out of the parser's events.
///
/// A node's weight is the number of nodes in it, its height the number of levels. Both are known when a node is finished, so what an
/// alias would add is known before it is added: aliases of aliases of aliases cost nothing until the limit refuses them.
struct YAMLTreeBuilder {
    /// An error after which nothing more can be read.
    struct Stop: Error {
        let diagnostic: Diagnostic
    }

    /// A finished node.
    struct Built {
        var node: YAMLNode
        var weight = 1
        var height = 0
    }

    let lines: LineTable
    let limits: YAMLLimits
    let syntax: YAMLSyntaxReport
    /// What was found so far.
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether the tree is what the file says; false after an error that left something out of it.
    private(set) var isUsable = true
    /// Finished nodes by anchor; a later anchor of the same name takes its place.
    private var anchors: [String: Built] = [:]
    /// Anchors of the collections that are being read.
    private var open: [String] = []
    /// The nodes so far, aliases replaced.
    private var weight = 0

    init(lines: LineTable, limits: YAMLLimits, syntax: YAMLSyntaxReport) {
        self.lines = lines
        self.limits = limits
        self.syntax = syntax
    }

    /// Reads the only document; nil when there is none.
    mutating func document(from parser: inout YAMLParserHandle) throws(Stop) -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while true {
            let event = try next(&parser)
            switch event.kind {
            case .streamEnd: return root
            case .streamStart, .documentEnd, .other, .collectionEnd: continue
            case .documentStart:
                documents += 1
                guard documents == 1 else { throw severalDocuments(event) }
            case .alias, .scalar, .collectionStart:
                root = try built(event, &parser, depth: 0).node
            }
        }
    }

    private func next(_ parser: inout YAMLParserHandle) throws(Stop) -> YAMLEvent {
        do { return try parser.next() } catch { throw Stop(diagnostic: syntax.diagnostic(for: error)) }
    }

    private mutating func built(
        _ event: YAMLEvent, _ parser: inout YAMLParserHandle, depth: Int
    ) throws(Stop) -> Built {
        switch event.kind {
        case .alias(let name): return try aliased(name, event, depth: depth)
        case .scalar(let text, let style, let tag, let anchor):
            try count(1, event)
            let scalar = YAMLScalar(text, style: style, tag: known(tag, event).flatMap(YAMLScalar.Tag.init))
            let length = lines.length(from: event.start, to: event.end)
            let built = Built(node: YAMLNode(.scalar(scalar), at: lines.mark(event.start), length: length))
            if let anchor { anchors[anchor] = built }
            return built
        case .collectionStart(let collection, let isFlow, let tag, let anchor):
            return try built(collection, isFlow: isFlow, tag: tag, anchor: anchor, event, &parser, depth: depth)
        default:
            return Built(node: YAMLNode(.scalar(YAMLScalar("")), at: lines.mark(event.start)))
        }
    }

    private mutating func built(
        _ collection: YAMLEvent.Collection, isFlow: Bool, tag: String?, anchor: String?, _ event: YAMLEvent,
        _ parser: inout YAMLParserHandle, depth: Int
    ) throws(Stop) -> Built {
        try count(1, event)
        guard depth < limits.depth else { throw tooDeep(event) }
        _ = known(tag, event)
        if let anchor { open.append(anchor) }
        var result =
            switch collection {
            case .sequence: try sequence(&parser, depth: depth)
            case .mapping: try mapping(&parser, depth: depth)
            }
        if anchor != nil { open.removeLast() }
        result.built.node.mark = lines.mark(event.start)
        if isFlow { result.built.node.length = lines.length(from: event.start, to: result.end) }
        if let anchor { anchors[anchor] = result.built }
        return result.built
    }

    private mutating func sequence(
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

    private mutating func mapping(
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
                report(duplicate(name, key.node, first: first))
            } else {
                seen[name] = key.node.mark
                pairs.append(YAMLPair(name: name, at: key.node.mark, length: key.node.length, value: value.node))
            }
        }
    }

    /// The text of a key, or nil when the entry cannot be kept.
    private mutating func name(of key: YAMLNode) -> String? {
        guard let scalar = key.scalar else {
            isUsable = false
            report(
                Diagnostic(
                    .yamlSyntax, "a key must be plain text", at: key.mark, length: key.length,
                    label: "this is a list or a mapping", hint: "quote a key that begins with '{' or '['"))
            return nil
        }
        guard scalar.text == "<<", scalar.style == .plain else { return scalar.text }
        isUsable = false
        report(
            Diagnostic(
                .yamlMergeKey, "merge keys are not part of YAML 1.2", at: key.mark, length: key.length,
                hint: "write the keys out, or put them into a flavor: a guest overrides single keys of its flavor"))
        return nil
    }

    private mutating func aliased(_ name: String, _ event: YAMLEvent, depth: Int) throws(Stop) -> Built {
        let mark = lines.mark(event.start)
        let length = lines.length(from: event.start, to: event.end)
        guard !open.contains(name) else {
            throw alias("the alias '*\(name)' stands inside what it names", event, hint: "write the value out")
        }
        guard var target = anchors[name] else {
            isUsable = false
            let hint = suggestion(for: name, among: anchors.keys.sorted()).map { "did you mean '*\($0)'?" }
            let message = "no anchor '&\(name)' stands before this alias"
            report(
                Diagnostic(
                    .yamlAlias, message, at: mark, length: length,
                    hint: hint ?? "quote a value that begins with '*'"))
            return Built(node: YAMLNode(.scalar(YAMLScalar("")), at: mark, length: length))
        }
        guard depth + target.height <= limits.depth else { throw tooDeep(event) }
        guard weight + target.weight <= limits.nodes else {
            throw alias(
                "the aliases of this file stand for more than \(limits.nodes) values", event,
                hint: "write fewer aliases of aliases")
        }
        weight += target.weight
        target.node.mark = mark
        target.node.length = length
        return target
    }

    /// The short name of a core tag, or nil for none. Anything else is an error; the value is read as if it had no tag.
    private mutating func known(_ tag: String?, _ event: YAMLEvent) -> String? {
        guard let tag else { return nil }
        if tag == "!" { return YAMLScalar.Tag.text.rawValue }
        let core = "tag:yaml.org,2002:"
        let short = tag.hasPrefix(core) ? String(tag.dropFirst(core.count)) : ""
        if YAMLScalar.Tag(rawValue: short) != nil || ["map", "seq"].contains(short) { return short }
        isUsable = false
        report(
            Diagnostic(
                .yamlTag, "the tag '\(short.isEmpty ? tag : "!!" + short)' means nothing here",
                at: lines.mark(event.start), length: lines.length(from: event.start, to: event.end),
                hint: "remove the tag; quote a value that begins with '!'"))
        return nil
    }

    private mutating func count(_ nodes: Int, _ event: YAMLEvent) throws(Stop) {
        weight += nodes
        guard weight <= limits.nodes else {
            throw Stop(
                diagnostic: Diagnostic(
                    .yamlTooLarge, "the file has more than \(limits.nodes) values", at: lines.mark(event.start),
                    hint: "split the site into several files"))
        }
    }

    private mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }
}

extension YAMLTreeBuilder {
    private func duplicate(_ name: String, _ key: YAMLNode, first: SourceMark) -> Diagnostic {
        Diagnostic(
            .yamlDuplicateKey, "the key '\(name)' is given twice", at: key.mark, length: key.length,
            label: "first given at line \(first.line)", notes: ["first: \(first)", "again: \(key.mark)"],
            hint: "keep one of the two")
    }

    private func severalDocuments(_ event: YAMLEvent) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlSeveralDocuments, "a second document begins here; one file is one document",
                at: lines.mark(event.start), length: lines.length(from: event.start, to: event.end),
                hint: "remove the '---', or give each document a file of its own"))
    }

    private func tooDeep(_ event: YAMLEvent) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlTooLarge, "more than \(limits.depth) collections stand inside each other",
                at: lines.mark(event.start)))
    }

    private func alias(_ message: String, _ event: YAMLEvent, hint: String) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlAlias, message, at: lines.mark(event.start),
                length: lines.length(from: event.start, to: event.end), hint: hint))
    }
}
