internal import Diagnostics
internal import DomainXML
public import HostModel
internal import SiteFile

/// A running guest that has not plugged what it was asked to, or not given back: its driver is slow, missing, or uses that memory.
public struct MemoryFollowing: Sendable {
    let guest: String
    let cell: GuestCellID
    let plugged: KiB
    let requested: KiB

    /// How much the guest has of how much.
    public init(guest: String, cell: GuestCellID, plugged: KiB, requested: KiB) {
        self.guest = guest
        self.cell = cell
        self.plugged = plugged
        self.requested = requested
    }

    /// What is so, as a sentence without a full stop.
    public var sentence: String {
        plugged < requested
            ? "cell \(cell) of \(guest) has plugged \(plugged) of \(requested) so far"
            : "cell \(cell) of \(guest) still has \(plugged) plugged; it was asked to keep \(requested)"
    }

    /// What helps.
    public static var hint: String {
        "the guest needs the virtio-mem driver, and gives back only memory that it can empty: onlined as movable"
    }

    /// What a running guest has not followed in.
    static func findings(_ guest: GuestSpec, _ record: DomainRecord) -> [Diagnostic] {
        guard record.isRunning, guest.demand.growth != nil else { return [] }
        return MemoryPlugDevice.all(in: record.present).sorted { $0.key < $1.key }.compactMap { cell, device in
            guard let plugged = device.plugged, plugged != device.plug.requested else { return nil }
            let following = MemoryFollowing(
                guest: guest.name.value, cell: cell, plugged: plugged, requested: device.plug.requested)
            return Diagnostic(
                .memoryNotFollowed, following.sentence, at: guest.name.mark, severity: .warning, hint: hint)
        }
    }
}
