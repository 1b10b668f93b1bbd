internal import HostModel

/// What a saved plan shows of one change, to be held against what its steps come to.
public struct ShownChange: Hashable, Sendable, Decodable {
    /// `guest/web01`, `pool/2MiB/cell/0`.
    public var address: String
    /// What happens to it.
    public var action: Change.Action
    /// What that does to what runs.
    public var disruption: Disruption

    /// What is shown of a change.
    public init(_ change: Change) {
        address = change.address
        action = change.action
        disruption = change.disruption
    }
}

extension Change.Action: Decodable {}
extension Disruption: Decodable {}
