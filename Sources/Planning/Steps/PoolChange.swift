public import HostModel

/// The change of one pool's persistent size.
public struct PoolChange: StepKind {
    /// The pool.
    public var pool: PoolID
    /// The size before: what undo writes back.
    public var prior: PageCount
    /// The size that is wanted.
    public var target: PageCount
    /// The size, from the prior one to less than the target, that it comes to before memory of running guests moves: the rest is
    /// memory that these leave. Nil where nothing waits for that.
    public var beforeMoves: PageCount?

    package init(pool: PoolID, prior: PageCount, target: PageCount, beforeMoves: PageCount? = nil) {
        self.pool = pool
        self.prior = prior
        self.target = target
        self.beforeMoves = beforeMoves
    }

    /// The change that leads back.
    public var inverse: PoolChange { PoolChange(pool: pool, prior: target, target: prior) }

    static var word: Step.Word { .setPool }
    var step: Step { .setPool(self) }
    var subject: Change.Subject { .pool(pool) }

    var sentence: String {
        "set the \(pool.pageSize) pool of cell \(pool.cell) from \(prior) to \(target) pages" + late
    }
    var order: String { "set the \(pool.pageSize) pool of cell \(pool.cell) to \(target) pages" + late }

    private var late: String {
        guard let beforeMoves else { return "" }
        return ", \(target.subtractingDownToZero(beforeMoves)) of them in memory that moving guests leave"
    }

    var isOneWay: Bool { target < prior }

    /// Pools have rules of their own, which look at all of them.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }
}

extension Step {
    /// Writes the pool's persistent size; `prior` is what undo writes back.
    public static func setPool(
        _ pool: PoolID, prior: PageCount, target: PageCount, beforeMoves: PageCount? = nil
    ) -> Step {
        .setPool(PoolChange(pool: pool, prior: prior, target: target, beforeMoves: beforeMoves))
    }
}

/// `{"cell": 0, "page_kib": 2048, "prior": 0, "target": 512}`, with `"before_moves": 128` where the rest grows later.
extension PoolChange: Codable {
    private enum CodingKeys: String, CodingKey {
        case prior, target
        case beforeMoves = "before_moves"
    }

    /// Reads a change.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            pool: try PoolID(from: decoder), prior: try container.decode(PageCount.self, forKey: .prior),
            target: try container.decode(PageCount.self, forKey: .target),
            beforeMoves: try container.decodeIfPresent(PageCount.self, forKey: .beforeMoves))
    }

    /// Writes a change.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try pool.encode(to: encoder)
        try container.encode(prior, forKey: .prior)
        try container.encode(target, forKey: .target)
        try container.encodeIfPresent(beforeMoves, forKey: .beforeMoves)
    }
}
