internal import Planning
internal import XMLTree

extension Step {
    /// The whole definition that the step carries; nil for a step that carries none.
    var definition: XMLElement? {
        switch self {
        case .create(_, let definition, _, _), .rebase(_, _, let definition, _, _): definition
        default: nil
        }
    }

    /// The same step with another definition; a step that carries none stays as it is.
    func with(definition: XMLElement) -> Step {
        switch self {
        case .create(let name, _, let wanted, let mark):
            .create(name: name, definition: definition, wanted: wanted, mark: mark)
        case .rebase(let name, let prior, _, let wanted, let mark):
            .rebase(name: name, prior: prior, definition: definition, wanted: wanted, mark: mark)
        default: self
        }
    }
}
