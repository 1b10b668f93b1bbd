/// One write to the host with what leads back: what a journal keeps of an ``Effect``.
public struct ReversibleWrite: Hashable, Sendable {
    /// The write.
    public var action: HostAction
    /// What undoes it, in this order; empty for a start, which is not undone.
    public var inverse: [HostAction]

    /// Puts a write together.
    public init(_ action: HostAction, inverse: [HostAction]) {
        self.action = action
        self.inverse = inverse
    }
}

extension Effect {
    /// The effect without the steps that want it.
    public var write: ReversibleWrite { ReversibleWrite(action, inverse: inverse) }
}

/// `{"action": {…}, "inverse": [{…}]}`. What a definition replaces is written once, as its inverse.
extension ReversibleWrite: Codable {
    private enum CodingKeys: String, CodingKey { case action, inverse }

    /// Reads a write, and puts back into both definitions what they replace.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(HostAction.self, forKey: .action),
            inverse: try container.decode([HostAction].self, forKey: .inverse))
        guard case .define(let name, let document, _) = action, case .define(_, let present, _)? = inverse.first
        else { return }
        action = .define(name: name, document: document, replacing: present)
        inverse[0] = .define(name: name, document: present, replacing: document)
    }

    /// Writes a write.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(action, forKey: .action)
        try container.encode(inverse, forKey: .inverse)
    }
}
