public import Diagnostics

extension SourceText {
    /// Makes text out of a file's bytes, which must be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: The file's name as the operator gave it.
    ///   - limit: The largest file in bytes that is accepted.
    /// - Returns: The text, or nil and one error that says where the first wrong byte is.
    public static func decoding(
        _ bytes: [UInt8], name: String, limit: Int = YAMLLimits().bytes
    ) -> Checked<SourceText> {
        guard bytes.count <= limit else { return Checked(nil, [.tooLarge(name, limit: limit)]) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return Checked(nil, [notUTF8(bytes, name: name)])
        }
        return Checked(SourceText(name: name, text: text))
    }

    private static func notUTF8(_ bytes: [UInt8], name: String) -> Diagnostic {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return Diagnostic(
                .textNotUTF8, "the file is UTF-16, not UTF-8", at: SourceMark(file: name, line: 1, column: 1),
                hint: "iconv -f UTF-16 -t UTF-8 \(name)")
        }
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var (line, column) = (1, 1)
        while case .valid(let scalar) = parser.parseScalar(from: &rest) {
            if scalar.first == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return Diagnostic(
            .textNotUTF8, "the file is not UTF-8", at: SourceMark(file: name, line: line, column: column),
            label: "the first invalid byte", hint: "iconv -f ISO-8859-1 -t UTF-8 \(name)")
    }
}

extension Diagnostic {
    /// The refusal of a file above a limit of bytes.
    static func tooLarge(_ name: String, limit: Int) -> Diagnostic {
        Diagnostic(
            .yamlTooLarge, "the file is larger than \(limit) bytes", at: SourceMark(file: name, line: 1, column: 1),
            hint: "check that this is the right file")
    }
}
