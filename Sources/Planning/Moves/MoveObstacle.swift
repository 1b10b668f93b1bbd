internal import DomainXML
internal import HostModel
internal import Placement
internal import XMLTree

/// Why the memory of a running guest cannot be moved to another host cell while it runs.
enum MoveObstacle: Error, Hashable {
    /// Devices of the host read and write its memory where it is.
    case hostDevices
    /// The processor keeps its memory encrypted in place.
    case encrypted
    /// It has memory devices, whose pages still to come would be taken from the old cell.
    case memoryDevices
    /// It gives memory back while it runs, which it would get again from the old cell.
    case balloon
    /// It will have other cells, other memory or other pages than it runs with.
    case shape
    /// Its memory is bound to no cell, to several, or in another way than planned.
    case binding
    /// It has several cells of ordinary memory, whose bindings the kernel numbers anew when the cells change that the guest may use.
    case ordinaryCells
    /// There is no order in which its new place is free when it comes.
    case room
    /// No such order was found within the search limit.
    case undecided
    /// These guests have CPUs of its new place until they are restarted.
    case cpus([String])

    /// In words, to stand after a guest's name.
    var words: String {
        switch self {
        case .hostDevices: "its host devices use its memory where it is"
        case .encrypted: "its memory is encrypted in place"
        case .memoryDevices: "it has memory devices, which would go on with memory of the old cell"
        case .balloon: "its balloon would take memory from the old cell again"
        case .shape: "it will have other cells, memory or pages than it runs with"
        case .binding: "its memory is not bound to one host cell a guest cell"
        case .ordinaryCells: "it has several cells of ordinary pages, whose bindings the kernel would mix up"
        case .room: "in no order is its new place free before others have left it, nor by way of another cell"
        case .undecided: "no order in which its new place is free was found within the search limit"
        case .cpus(let names):
            names.map { "'\($0)'" }.joined(separator: ", ")
                + " \(names.count == 1 ? "has" : "have") its CPUs until restarted"
        }
    }

    /// The move of a guest to its place.
    ///
    /// - Parameter isReserved: Whether its ordinary memory is never overcommitted.
    /// - Throws: What stands in the way; room and CPUs are not looked at.
    static func move(
        of name: String, _ record: DomainRecord, to place: GuestPlacement, isReserved: Bool, host: HostFacts
    ) throws(MoveObstacle) -> LiveMoves.LiveMove {
        guard let live = record.live else { throw .binding }
        try demandMovable(record, host)
        let pieces = live.pieces
        guard pieces.count == place.cells.count else { throw .shape }
        var (moved, amount) = (MovedMemory(), KiB.zero)
        var moves: [LiveMoves.MovedPiece] = []
        for cell in place.cells {
            guard let piece = pieces.first(where: { $0.id == cell.id }), piece.vcpus == cell.vcpus,
                piece.memory == cell.memory
            else { throw .shape }
            let page = live.hugePages?.size(of: piece.id, defaultSize: host.defaultHugePage) ?? host.host.basePage
            guard cell.memory == .zero || page == cell.pageSize else { throw .shape }
            let now = live.binding(of: piece)
            guard now != cell.boundTo else { continue }
            guard now.count == 1, cell.boundTo.count == 1, let from = now.first, let target = cell.boundTo.first,
                live.mode(of: piece) != .interleave
            else { throw .binding }
            let guestCell = live.guestCells.isEmpty ? nil : piece.id
            moved.cells[guestCell] = target
            amount += cell.memory
            moves.append(
                LiveMoves.MovedPiece(
                    guest: name, cell: guestCell, from: from, to: target, begun: record.moving.cells[guestCell],
                    memory: piece.memory, hugePage: page == host.host.basePage ? nil : page, isReserved: isReserved))
        }
        guard !moved.cells.isEmpty else { throw .binding }
        return LiveMoves.LiveMove(name: name, moved: moved, memory: amount, pieces: moves)
    }

    /// Refuses a guest whose memory cannot leave its cell while it runs, wherever it is to go.
    static func demandMovable(_ record: DomainRecord, _ host: HostFacts) throws(MoveObstacle) {
        let (domain, live) = (record.present, record.live ?? record.parts)
        if domain.element(named: "launchSecurity") != nil { throw .encrypted }
        let devices = domain.element(named: "devices")?.elements ?? []
        for device in devices {
            let type = device[attribute: "type"]
            switch device.name {
            case "hostdev" where type == "pci" || type == "mdev": throw .hostDevices
            case "interface" where type == "hostdev" || type == "vdpa": throw .hostDevices
            case "memory": throw .memoryDevices
            case "memballoon" where device[attribute: "freePageReporting"] == "on": throw .balloon
            default: break
            }
        }
        if let current = live.currentMemory, current < live.memory { throw .balloon }
        let ordinary = live.guestCells.filter { cell in
            let page = live.hugePages?.size(of: cell.id, defaultSize: host.defaultHugePage)
            return cell.memory > .zero && (page ?? host.host.basePage) == host.host.basePage
        }
        if live.guestCells.count > 1, !ordinary.isEmpty { throw .ordinaryCells }
    }
}
