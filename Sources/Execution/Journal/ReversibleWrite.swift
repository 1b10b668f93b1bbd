/// One write to the host with what leads back: what a journal keeps of an ``Effect``.
public struct ReversibleWrite: Hashable, Sendable {
    /// The write.
    public var action: HostWrite
    /// What undoes it, in this order; empty for a start, which is not undone.
    public var inverse: [HostWrite]

    package init(_ action: HostWrite, inverse: [HostWrite]) {
        self.action = action
        self.inverse = inverse
    }
}

extension ReversibleWrite {
    /// Why this is no write that this program makes, in words; nil when it is one.
    var flaw: String? {
        action.write.isUndone(by: inverse) ? documentFlaw : "its inverse does not undo '\(action)'"
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
            try container.decode(HostWrite.self, forKey: .action),
            inverse: try container.decode([HostWrite].self, forKey: .inverse))
        guard case .define(var define) = action, case .define(var present)? = inverse.first else { return }
        (define.replacing, present.replacing) = (present.document, define.document)
        (action, inverse[0]) = (define.action, present.action)
    }

    /// Writes a write.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(action, forKey: .action)
        try container.encode(inverse, forKey: .inverse)
    }
}
