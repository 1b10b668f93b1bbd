internal import Diagnostics
internal import FoundationEssentials
internal import YAMLTree

/// Turns what the JSON decoder says into findings with a place.
enum FactsError {
    /// The failure to report for a document that could not be decoded.
    ///
    /// - Parameter invalid: The code for values that are wrong although they have the right type.
    static func failure(
        _ error: any Error, in bytes: [UInt8], path: String, invalid: DiagnosticCode = .factsInconsistent
    ) -> CommandFailure {
        let decoded = SourceText.decoding(bytes, name: path)
        guard let source = decoded.value else { return CommandFailure(.invalidInput, decoded.diagnostics) }
        // JSON is YAML as far as places go: the tree says where a path of the document stands.
        let tree = bytes.count <= 8 << 20 ? YAMLReader.read(source, limits: YAMLLimits(bytes: 8 << 20)) : Checked(nil)
        guard let error = error as? DecodingError else {
            return CommandFailure(.invalidInput, [Diagnostic(.jsonSyntax, "\(path): this is not JSON")])
        }
        let (code, message, keys) = describe(error, invalid)
        guard let root = tree.value else {
            let place = tree.diagnostics.first?.mark
            return CommandFailure(
                .invalidInput,
                [Diagnostic(.jsonSyntax, place == nil ? "\(path): \(message)" : "this is not JSON", at: place)],
                sources: [source])
        }
        let node = root.nearest(to: keys.map { YAMLNode.PathComponent($0) })
        return CommandFailure(
            .invalidInput, [Diagnostic(code, message, at: node.mark, length: node.length)], sources: [source])
    }

    private static func describe(
        _ error: DecodingError, _ invalid: DiagnosticCode
    ) -> (DiagnosticCode, String, [any CodingKey]) {
        switch error {
        case .keyNotFound(let key, let context):
            return (.missingKey, "'\(text(context.codingPath + [key]))' is missing", context.codingPath)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return (.wrongType, "'\(text(context.codingPath))' has the wrong type", context.codingPath)
        case .dataCorrupted(let context):
            guard !context.codingPath.isEmpty else { return (.jsonSyntax, "this is not JSON", []) }
            return (
                invalid, "'\(text(context.codingPath))': \(context.debugDescription)", context.codingPath
            )
        @unknown default:
            return (.jsonSyntax, "the document cannot be read: \(error)", [])
        }
    }

    private static func text(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
}
