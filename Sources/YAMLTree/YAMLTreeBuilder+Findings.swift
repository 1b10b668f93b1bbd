internal import Diagnostics

extension YAMLTreeBuilder {
    func duplicate(_ name: String, _ key: YAMLNode, first: SourceMark) -> Diagnostic {
        Diagnostic(
            .yamlDuplicateKey, "duplicate key '\(name)'", at: key.mark, length: key.length,
            label: "first given at line \(first.line)", notes: ["first: \(first)", "again: \(key.mark)"],
            hint: "keep one of the two")
    }

    func severalDocuments(_ event: YAMLEvent) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlSeveralDocuments, "a second document begins here; a file holds one document",
                at: lines.mark(event.start), length: lines.length(from: event.start, to: event.end),
                hint: "remove the '---', or give each document a file of its own"))
    }

    func tooDeep(_ event: YAMLEvent) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlTooLarge, "collections are nested more than \(limits.depth) deep",
                at: lines.mark(event.start)))
    }

    func alias(_ message: String, _ event: YAMLEvent, hint: String) -> Stop {
        Stop(
            diagnostic: Diagnostic(
                .yamlAlias, message, at: lines.mark(event.start),
                length: lines.length(from: event.start, to: event.end), hint: hint))
    }
}
