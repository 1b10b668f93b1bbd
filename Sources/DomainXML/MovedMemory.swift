public import HostModel
public import XMLTree

/// Where memory of a running domain is that was moved after its start.
///
/// libvirt goes on to say where the domain's memory was bound when it started, and so does the kernel of memory that is shared. So the
/// running domain has an element of ours in its `<metadata>` beside the mark, which is gone with its next start, as the old binding is.
public struct MovedMemory: Hashable, Sendable {
    /// The element's namespace, under which libvirt keeps it apart from the mark.
    public static let namespace = "urn:numactl-plan:libvirt:moved:1"
    /// The prefix that is proposed for it.
    public static let prefix = "npm"

    /// By guest cell: the host cell. A domain without guest cells is one piece, whose key is nil.
    public var cells: [GuestCellID?: CellID]
    /// By guest cell: the host cell that memory is on its way to. It is on both, until the move goes on or back.
    public var moving: [GuestCellID?: CellID] = [:]

    /// Takes the places of what was moved.
    package init(_ cells: [GuestCellID?: CellID] = [:]) { self.cells = cells }

    /// Reads the places out of a running domain's `<metadata>`; what cannot be read is left out.
    public init(reading domain: XMLElement) {
        cells = [:]
        let entries = MetadataEntry.all(of: domain).filter { $0.namespace == Self.namespace }
        for element in entries.flatMap(\.element.elements) {
            let guest = try? element.number("guestCell", "")
            guard guest != nil || element[attribute: "guestCell"] == nil else { continue }
            let cell = guest.map { GuestCellID($0) }
            if let host = try? element.number("hostCell", "") { cells[cell] = CellID(host) }
            if let host = try? element.number("movingTo", "") { moving[cell] = CellID(host) }
        }
    }

    /// The element without its namespace, which libvirt adds; nil where nothing was moved.
    public var element: XMLElement? {
        let all = Set(cells.keys).union(moving.keys).sorted { ($0?.rawValue ?? -1) < ($1?.rawValue ?? -1) }
        guard !all.isEmpty else { return nil }
        let places = all.map { guest in
            var place = XMLElement("cell")
            place[attribute: "guestCell"] = guest.map { "\($0)" }
            place[attribute: "hostCell"] = cells[guest].map { "\($0)" }
            place[attribute: "movingTo"] = moving[guest].map { "\($0)" }
            return place
        }
        return XMLElement("moved", children: places.map { .element($0) })
    }
}

extension FoundSettings {
    /// The settings with memory bound to where it is now, instead of where it was when the domain started.
    public func with(_ moved: MovedMemory) -> FoundSettings {
        guard !moved.cells.isEmpty, var tune = numaTune else { return self }
        var settings = self
        for (cell, host) in moved.cells {
            if let cell {
                guard guestCells.contains(where: { $0.id == cell }) else { continue }
                tune.memNodes[cell] = NUMATune.MemNode(mode: tune.memNodes[cell]?.mode ?? tune.mode, hostCells: [host])
            } else if guestCells.isEmpty {
                tune.hostCells = [host]
            }
        }
        // What is said of the whole is the cells of its pieces.
        if tune.hostCells != nil, !guestCells.isEmpty {
            let bound = guestCells.filter { $0.memory > .zero }.compactMap { tune.memNodes[$0.id]?.hostCells }
            if !bound.isEmpty { tune.hostCells = bound.reduce(into: CellSet()) { $0.formUnion($1) } }
        }
        settings.numaTune = tune
        return settings
    }
}
