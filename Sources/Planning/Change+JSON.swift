internal import Diagnostics
internal import HostModel

/// A change as the plan document has it.
extension Change: Decodable {
    private enum CodingKeys: String, CodingKey { case address, action, disruption, parts, consent, kept }

    /// Reads a change; where it comes from in the site file is not read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let subject = Subject(address: try container.decode(String.self, forKey: .address)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .address, in: container, debugDescription: "neither a pool nor a guest")
        }
        self.init(
            subject: subject, action: try container.decode(Action.self, forKey: .action),
            disruption: try container.decode(Disruption.self, forKey: .disruption),
            parts: try container.decode([ChangedPart].self, forKey: .parts),
            consent: try container.decodeIfPresent(String.self, forKey: .consent),
            kept: try container.decodeIfPresent([String].self, forKey: .kept) ?? [])
    }
}

extension Change.Action: Decodable {}
extension Disruption: Decodable {}
extension ChangedPart.When: Decodable {}
extension ChangedPart.Drift: Decodable {}

extension ChangedPart: Decodable {
    fileprivate enum CodingKeys: String, CodingKey { case path, now, want, when, live, drift }

    /// Reads a setting that changes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            path: try container.decode(String.self, forKey: .path),
            now: try container.decodeIfPresent(Value.self, forKey: .now),
            want: try container.decodeIfPresent(Value.self, forKey: .want),
            when: try container.decode(When.self, forKey: .when), live: try Live(container),
            drift: try container.decodeIfPresent(Drift.self, forKey: .drift))
    }
}

extension ChangedPart.Live {
    /// Tells a running domain that has nothing, which is written as null, from one of which nothing is known.
    fileprivate init?(_ container: KeyedDecodingContainer<ChangedPart.CodingKeys>) throws {
        guard container.contains(.live) else { return nil }
        self =
            try container.decodeNil(forKey: .live)
            ? .absent : .value(try container.decode(ChangedPart.Value.self, forKey: .live))
    }
}

extension Change.Subject {
    /// Reads `guest/web01` or `pool/2MiB/cell/0`; nil for anything else.
    public init?(address: String) {
        if address.hasPrefix("guest/") {
            self = .guest(String(address.dropFirst("guest/".count)))
            return
        }
        let parts = address.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "pool", parts[2] == "cell", let cell = Int(parts[3]), cell >= 0,
            let size = try? Size.parse(parts[1]), size > .zero
        else { return nil }
        self = .pool(PoolID(cell: CellID(cell), pageSize: PageSize(size)))
    }
}
