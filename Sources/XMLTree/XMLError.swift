/// Why a text could not be read as XML.
public enum XMLError: Error, Hashable, Sendable {
    /// The text is not well-formed; the message is libxml2's, the line and the column count from 1.
    case malformed(line: Int, column: Int, message: String)
    /// The text has a `<!DOCTYPE …>`. Domain definitions have none, and what it can declare (entities) is never wanted.
    case documentType(line: Int)
    /// The text is longer than allowed.
    case tooLarge(bytes: Int, maximum: Int)
    /// Elements are nested deeper than allowed.
    case tooDeep(line: Int, maximum: Int)
}

extension XMLError: CustomStringConvertible {
    /// One phrase that says what is wrong.
    public var description: String {
        switch self {
        case .malformed(let line, let column, let message): "line \(line), column \(column): \(message)"
        case .documentType(let line): "line \(line): a document type declaration is not accepted"
        case .tooLarge(let bytes, let maximum): "\(bytes) bytes of XML, more than the \(maximum) that are accepted"
        case .tooDeep(let line, let maximum): "line \(line): elements are nested more than \(maximum) deep"
        }
    }
}
