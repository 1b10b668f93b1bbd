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
    private(set) var anchors: [String: Built] = [:]
    /// Anchors of the collections that are being read.
    private(set) var open: [String] = []
    /// The nodes so far, aliases replaced.
    var weight = 0

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

    func next(_ parser: inout YAMLParserHandle) throws(Stop) -> YAMLEvent {
        do { return try parser.next() } catch { throw Stop(diagnostic: syntax.diagnostic(for: error)) }
    }

    mutating func built(
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

    private mutating func count(_ nodes: Int, _ event: YAMLEvent) throws(Stop) {
        weight += nodes
        guard weight <= limits.nodes else {
            throw Stop(
                diagnostic: Diagnostic(
                    .yamlTooLarge, "the file has more than \(limits.nodes) values", at: lines.mark(event.start),
                    hint: "split the site into several files"))
        }
    }

    /// Keeps a finding; after one that leaves something out of the tree the tree is of no use.
    mutating func report(_ diagnostic: Diagnostic, spoilsTree: Bool = true) {
        diagnostics.append(diagnostic)
        if spoilsTree { isUsable = false }
    }
}
