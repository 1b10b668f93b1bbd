internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile
internal import XMLTree

/// One domain of the host, its documents read. It never changes, and is passed around a lot, so it is not copied.
final class DomainRecord: Sendable {
    let facts: DomainFacts
    /// The inactive definition.
    let document: XMLElement
    let parts: FoundSettings
    /// What a running domain runs with, its memory where it is now; nil when it does not run or libvirt was not asked.
    let live: FoundSettings?
    /// The document that says what the domain uses now, or would use if it were started.
    let present: XMLElement
    let mark: OwnershipMark?
    /// Where memory of a running domain is on its way to, since a move was broken off.
    let moving: MovedMemory
    /// The mark that a running domain was started with, or nil.
    let liveMark: OwnershipMark?
    /// The other manager that owns the domain, or nil.
    let manager: String?

    /// Reads a domain's documents.
    ///
    /// - Throws: A diagnostic that names the domain and what is wrong with its definition.
    init(_ facts: DomainFacts) throws(DiagnosticError) {
        do {
            let document = try facts.definition.read()
            self.facts = facts
            self.document = document
            parts = try FoundSettings(reading: document)
            mark = OwnershipMark(reading: document)
            manager = ForeignManager.detect(in: document)
            let running = try facts.live?.read()
            let moved = running.map { MovedMemory(reading: $0) } ?? MovedMemory()
            moving = MovedMemory(moved.moving)
            live = try running.map { try FoundSettings(reading: $0).with(moved) }
            present = running ?? document
            liveMark = running.map { OwnershipMark(reading: $0) } ?? mark
        } catch {
            throw DiagnosticError(
                Diagnostic(.domainXMLInvalid, "the definition of domain '\(facts.name)' cannot be read: \(error)"))
        }
    }

    var isRunning: Bool { facts.state.isActive }

    /// The same domain with its memory moved.
    func with(_ moved: MovedMemory) -> DomainRecord { DomainRecord(self, moved: moved) }

    private init(_ record: DomainRecord, moved: MovedMemory) {
        facts = record.facts
        document = record.document
        parts = record.parts
        live = record.live?.with(moved)
        present = record.present
        mark = record.mark
        moving = record.moving
        liveMark = record.liveMark
        manager = record.manager
    }
}

/// Carries a diagnostic.
struct DiagnosticError: Error {
    let diagnostic: Diagnostic
    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

extension PresentPlacement {
    /// Where a domain is: guest cells bound to exactly one host cell, pins, the emulator.
    ///
    /// What our mark says of it counts before the definition's own word, so that a definition that was changed by hand is drift and
    /// no new place. A domain without a mark is where it runs, whatever its definition says by now; one that has no guest cells is
    /// one piece, which is where it is bound to, or where its vCPUs are confined to.
    ///
    /// - Parameter demand: What the site asks of the guest.
    init(_ record: DomainRecord, demand: GuestDemand, host: HostFacts) {
        let parts = record.mark == nil ? record.live ?? record.parts : record.parts
        var cells: [GuestCellID: BoundCell] = [:]
        let pieces = parts.pieces(as: demand)
        let takenFrom = Set(demand.cells.filter { $0.memoryCells != nil || $0.memory == .zero }.map(\.id))
        for piece in pieces where record.mark == nil || !parts.guestCells.isEmpty {
            let isElsewhere = takenFrom.contains(piece.id)
            guard let hostCell = isElsewhere ? parts.home(ofVCPUs: piece, on: host) : parts.home(of: piece, on: host)
            else { continue }
            let page = parts.hugePages?.size(of: piece.id, defaultSize: host.defaultHugePage)
            cells[piece.id] = BoundCell(hostCell: hostCell, hugePage: page == host.host.basePage ? nil : page)
        }
        for cell in record.mark?.placement ?? [] {
            let isOrdinary = cell.pageSize == host.host.basePage
            cells[cell.guestCell] = BoundCell(hostCell: cell.hostCell, hugePage: isOrdinary ? nil : cell.pageSize)
        }
        for piece in pieces {
            guard let wanted = demand.cells.first(where: { $0.id == piece.id }),
                demand.policy(of: wanted) == .interleave, parts.mode(of: piece) == .interleave
            else { continue }
            let bound = parts.binding(of: piece).intersection(host.cellIDs)
            if bound.count > 1 { cells[piece.id]?.interleaved = bound }
        }
        let own = record.mark?.ownCPUs.mapValues { CPUSet([$0]) } ?? [:]
        self.init(
            cells: cells, pins: parts.vcpuPins.merging(own) { _, own in own },
            emulatorCPUs: record.mark?.emulatorCPU.map { [$0] } ?? parts.emulatorPin,
            isRunning: record.isRunning, devices: demand.deviceWishes.isEmpty ? [] : record.givenDevices)
    }
}
