internal import HostModel

extension PoolPrecondition: Codable {
    private enum CodingKeys: String, CodingKey {
        case persistent, surplus
        case freeAtLeast = "free_at_least"
    }

    /// Reads `{"cell": 0, "page_kib": 2048, "persistent": 0, "surplus": 0, "free_at_least": 0}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            pool: try PoolID(from: decoder),
            persistent: try container.decode(PageCount.self, forKey: .persistent),
            surplus: try container.decode(PageCount.self, forKey: .surplus),
            freeAtLeast: try container.decode(PageCount.self, forKey: .freeAtLeast))
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try pool.encode(to: encoder)
        try container.encode(persistent, forKey: .persistent)
        try container.encode(surplus, forKey: .surplus)
        try container.encode(freeAtLeast, forKey: .freeAtLeast)
    }
}

extension ChangedPart.PartValue: Codable {
    /// Reads a text, a whole number or a truth value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(UInt64.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Writes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        }
    }
}
