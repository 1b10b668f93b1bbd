internal import Diagnostics
internal import HostModel

/// Which guest writes to which path on which host: two that write to one disk destroy it.
struct DiskWriters {
    /// By host and path.
    private var guests: [String?: [String: (guest: String, entry: SourceMark?)]] = [:]

    /// Takes note of a guest's disks.
    ///
    /// Guests of one entry are not told from each other: that they share a disk is said of the entry. An adopted guest's disks are
    /// left out, for its definition may say that they are shareable.
    ///
    /// - Returns: An error for each disk that a guest of another entry writes to.
    mutating func add(_ guest: GuestSpec, entry: SourceMark?) -> [Diagnostic] {
        guard guest.state?.value != .absent, guest.adoption == nil else { return [] }
        return guest.machine.disks.filter { !$0.value.isReadOnly }.compactMap { disk in
            let path = disk.value.path
            guard let first = guests[guest.host?.value, default: [:]][path] else {
                guests[guest.host?.value, default: [:]][path] = (guest.name.value, entry)
                return nil
            }
            guard first.entry != entry else { return nil }
            return Diagnostic(
                .diskShared, "guest '\(guest.name.value)' would write to \(path), the disk of guest '\(first.guest)'",
                at: disk.mark, hint: "give it a disk of its own, or add read_only: true to both")
        }
    }
}
