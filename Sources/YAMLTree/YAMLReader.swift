public import Diagnostics

/// Reads YAML 1.2 text, and JSON as far as JSON is YAML, into a tree that knows its places.
///
/// Anchors and aliases are resolved within ``YAMLLimits``. Duplicate keys, merge keys, tags outside the core schema and several
/// documents are errors. No input makes the reader trap.
public enum YAMLReader {
    /// Reads a text that holds one document.
    ///
    /// - Returns: The root node, or nil and at least one error.
    public static func read(_ source: SourceText, limits: YAMLLimits = YAMLLimits()) -> Checked<YAMLNode> {
        let result = readLeniently(source, limits: limits)
        return Checked(result.diagnostics.hasErrors ? nil : result.value, result.diagnostics)
    }

    /// Reads bytes that came from a file of that name.
    ///
    /// - Returns: The root node, or nil and at least one error.
    public static func read(
        bytes: [UInt8], name: String, limits: YAMLLimits = YAMLLimits()
    ) -> Checked<YAMLNode> {
        let text = SourceText.decoding(bytes, name: name, limit: limits.bytes)
        guard let source = text.value else { return Checked(nil, text.diagnostics) }
        return read(source, limits: limits)
    }

    /// Reads a text and keeps the tree where an error left it whole, so that a reader of the tree can go on and find more: that is
    /// after duplicate keys, of which the first counts.
    package static func readLeniently(
        _ source: SourceText, limits: YAMLLimits = YAMLLimits()
    ) -> Checked<YAMLNode> {
        guard source.text.utf8.count <= limits.bytes else {
            return Checked(nil, [.tooLarge(source.name, limit: limits.bytes)])
        }
        var text = source.text
        let result = text.withUTF8 { read($0, file: source.name, limits: limits) }
        guard result.value == nil, !result.diagnostics.hasErrors else { return result }
        let mark = SourceMark(file: source.name, line: 1, column: 1)
        return Checked(nil, [Diagnostic(.yamlEmpty, "the file is empty", at: mark)])
    }

    /// The whole parse, within the one loan of the text's bytes.
    private static func read(
        _ whole: UnsafeBufferPointer<UInt8>, file: String, limits: YAMLLimits
    ) -> Checked<YAMLNode> {
        // A byte order mark is no part of the first line.
        let text = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeBufferPointer(rebasing: whole.dropFirst(3)) : whole
        let lines = LineTable(file: file, text: text)
        // libyaml compares each directive with all before it; a few are more than any file has.
        guard lines.directiveLines <= 64 else {
            let mark = SourceMark(file: file, line: 1, column: 1)
            return Checked(nil, [Diagnostic(.yamlTooLarge, "more than 64 lines begin with '%'", at: mark)])
        }
        guard var parser = YAMLParserHandle(input: text) else {
            return Checked(nil, [Diagnostic(.yamlTooLarge, "out of memory")])
        }
        var builder = YAMLTreeBuilder(
            lines: lines, limits: limits, syntax: YAMLSyntaxReport(lines: lines, text: text))
        do {
            let root = try builder.document(from: &parser)
            let isNothing = root?.scalar.map { $0.text.isEmpty && $0.style == .plain } ?? false
            return Checked(builder.isUsable && !isNothing ? root : nil, builder.diagnostics)
        } catch {
            return Checked(nil, builder.diagnostics + [error.diagnostic])
        }
    }
}
