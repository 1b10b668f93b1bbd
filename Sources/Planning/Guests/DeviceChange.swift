public import DomainXML
public import XMLTree

/// A setting of a device, a kernel or a machine type that a definition gets: `devices.disk[vda].source`.
public struct DeviceChange: Hashable, Sendable {
    /// The setting.
    public var key: MachineKey
    /// What it is; nil is absent.
    public var now: ChangedPart.PartValue?
    /// What is wanted; nil is absent.
    public var want: ChangedPart.PartValue?

    package init(key: MachineKey, now: ChangedPart.PartValue?, want: ChangedPart.PartValue?) {
        self.key = key
        self.now = now
        self.want = want
    }

    /// Takes a difference between two definitions.
    public init(_ difference: MachineDifference) {
        key = difference.key
        now = difference.now.map(ChangedPart.PartValue.init)
        want = difference.want.map(ChangedPart.PartValue.init)
    }

    /// What differs between two machines, by key.
    static func between(
        _ now: [MachineKey: ChangedPart.PartValue], _ want: [MachineKey: ChangedPart.PartValue]
    ) -> [DeviceChange] {
        Set(now.keys).union(want.keys).sorted().filter { now[$0] != want[$0] }.map {
            DeviceChange(key: $0, now: now[$0], want: want[$0])
        }
    }

    /// A machine as the site's words have it: what the definition says, and the base document that it was made from.
    static func settings(of definition: XMLElement, _ record: MachineRecord?) -> [MachineKey: ChangedPart.PartValue] {
        var settings = MachineMerge.settings(of: definition).mapValues(ChangedPart.PartValue.init)
        settings[.base] = record?.base.map(ChangedPart.PartValue.text)
        return settings
    }

    /// The change as a part of a plan.
    func part(when: ChangedPart.When, live: ChangedPart.Live? = nil, drift: ChangedPart.Drift? = nil) -> ChangedPart {
        ChangedPart(.machine(key), now: now, want: want, when: when, live: live, drift: drift)
    }

    /// The change as one that a running domain waits for: it has what is there now.
    var pending: ChangedPart { part(when: .nextStart, live: now.map { .value($0) } ?? .absent) }

    /// All that a definition's machine gets from a mark: what it takes to make the present definition into what the mark records.
    ///
    /// - Parameter present: The mark that the definition has; nil for none.
    public static func all(
        for mark: OwnershipMark, from present: OwnershipMark?, in definition: XMLElement
    ) -> [DeviceChange] {
        MachineMerge(becoming: mark, from: present, in: definition).differences.map(DeviceChange.init)
    }
}

extension MachineMerge {
    /// A definition with the machine that a mark records. A mark without one leaves the machine as it is.
    public init(becoming mark: OwnershipMark, from present: OwnershipMark?, in definition: XMLElement) {
        self.init(
            mark.machine ?? MachineRecord(isPartial: true), prior: mark.machine.flatMap { _ in present?.machine },
            into: definition)
    }
}

extension DeviceChange: Codable {
    private enum CodingKeys: CodingKey { case path, now, want }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let path = try container.decode(String.self, forKey: .path)
        guard let key = MachineKey(path: path) else {
            throw DecodingError.dataCorruptedError(
                forKey: .path, in: container, debugDescription: "'\(path)' is not a setting of a machine")
        }
        self.init(
            key: key, now: try container.decodeIfPresent(ChangedPart.PartValue.self, forKey: .now),
            want: try container.decodeIfPresent(ChangedPart.PartValue.self, forKey: .want))
    }

    /// Writes the path, and the values that are there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.path, forKey: .path)
        try container.encodeIfPresent(now, forKey: .now)
        try container.encodeIfPresent(want, forKey: .want)
    }
}
