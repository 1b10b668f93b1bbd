internal import Diagnostics
internal import YAMLTree

/// A value on its way to a reader, with the name under which it stands.
struct Entry {
    /// The key's name, or `disks[0]` for an element.
    let name: String
    /// Where the key stands; for an element where the value stands.
    let mark: SourceMark
    /// The value.
    let node: YAMLNode

    init(name: String, mark: SourceMark, node: YAMLNode) {
        self.name = name
        self.mark = mark
        self.node = node
    }

    init(_ pair: YAMLPair) { self.init(name: pair.name, mark: pair.mark, node: pair.value) }

    /// The element of that number, when the value is a sequence.
    func element(_ index: Int, _ node: YAMLNode) -> Entry {
        Entry(name: "\(name)[\(index)]", mark: node.mark, node: node)
    }

    /// Whether nothing stands at the key.
    var isNull: Bool { node.scalar?.meaning == .null }

    /// The scalar, or nil and an error when something else or nothing stands here.
    func scalar(_ kind: ValueKind, _ report: inout Findings) -> YAMLScalar? {
        guard let scalar = node.scalar else {
            refuse(kind, because: node.elements == nil ? "a mapping" : "a list", &report)
            return nil
        }
        guard scalar.meaning != .null else {
            let hint = "give a value, or remove the key"
            report.error(.wrongType, "'\(name)' has no value", at: mark, hint: hint)
            return nil
        }
        return scalar
    }

    /// Reports that the value is of the wrong type.
    func refuse(_ kind: ValueKind, because found: String, _ report: inout Findings) {
        report.error(.wrongType, "'\(name)' must be \(kind.phrase), not \(found)", at: node.mark)
    }
}
