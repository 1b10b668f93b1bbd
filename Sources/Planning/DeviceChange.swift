public import DomainXML
public import XMLTree

/// A setting of a device, a kernel or a machine type that a definition gets: `devices.disk[vda].source`.
public struct DeviceChange: Hashable, Sendable, Codable {
    /// The path of the setting.
    public var path: String
    /// What it is; nil is absent.
    public var now: ChangedPart.Value?
    /// What is wanted; nil is absent.
    public var want: ChangedPart.Value?

    /// Takes a difference between two definitions.
    public init(_ difference: SettingDifference) {
        path = difference.path
        now = difference.now.map(ChangedPart.Value.init)
        want = difference.want.map(ChangedPart.Value.init)
    }

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
            mark.machine ?? MachineRecord(), prior: mark.machine.flatMap { _ in present?.machine }, into: definition)
    }
}
