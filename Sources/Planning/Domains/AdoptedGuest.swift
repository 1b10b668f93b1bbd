internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile
internal import XMLTree

/// A domain that is taken over, of which only what the guest's entry names is managed.
struct AdoptedGuest {
    let record: DomainRecord
    let adoption: Adoption
    /// What the guest needs, with the domain's own values for what is not named.
    let demand: GuestDemand
    /// What is wrong with the entry for this domain.
    let diagnostics: [Diagnostic]

    /// Looks at an entry's domain; nil for an entry that says everything.
    init?(_ guest: GuestSpec, record: DomainRecord, host: HostFacts) {
        guard let adoption = guest.adoption else { return nil }
        self.record = record
        self.adoption = adoption
        let shape = DomainShape(record.parts, host: host)
        var (demand, diagnostics) = adoption.demand(of: shape)
        demand.devices = guest.demand.devices
        demand.deviceWishes = guest.demand.deviceWishes
        demand.isolation = guest.demand.isolation
        self.demand = demand
        self.diagnostics = diagnostics
    }

    /// What the entry of a domain that keeps its place names, and nothing else.
    var named: WantedSettings {
        var wanted = WantedSettings()
        for part in adoption.named { part.want(demand, in: &wanted) }
        return wanted
    }

    /// What is wanted of a domain that keeps its place: what is named, with what goes along.
    ///
    /// Pins that are named stand beside those that are not; one guest cell is as big as the guest, several of one size stay so.
    ///
    /// - Parameter parts: What the definition, or the running domain, has.
    func wantedInPlace(over parts: FoundSettings) -> WantedSettings {
        var wanted = named
        if adoption.named.contains(.vcpuPins) {
            wanted.vcpuPins.merge(parts.vcpuPins) { named, _ in named }
        }
        if adoption.named.contains(.ioThreadPins) {
            wanted.ioThreadPins.merge(parts.ioThreadPins) { named, _ in named }
        }
        let isResized = demand.vcpus != parts.vcpus || demand.memory != parts.memory
        if isResized, var cell = parts.guestCells.first, parts.guestCells.count == 1 {
            cell.vcpus = VCPUSet(numbers: 0..<demand.vcpus)
            cell.memory = demand.memory
            wanted.guestCells = [cell]
        } else if demand.memory != parts.memory, Set(parts.guestCells.map(\.memory)).count == 1 {
            // Cells of one size stay so.
            let share = KiB(demand.memory.count / UInt64(parts.guestCells.count))
            wanted.guestCells = parts.guestCells.map { cell in
                var cell = cell
                cell.memory = share
                return cell
            }
        }
        guard let isShared = wanted.isMemoryShared else { return wanted }
        // A cell's own word counts before that of the whole.
        let contradicts = parts.guestCells.contains { $0.isShared.map { $0 != isShared } ?? false }
        if contradicts {
            let cells = wanted.guestCells.isEmpty ? parts.guestCells : wanted.guestCells
            wanted.guestCells = cells.map { cell in
                var cell = cell
                if cell.isShared != nil { cell.isShared = isShared }
                return cell
            }
        }
        return wanted
    }

    /// What is wanted of a domain that is placed, without what the entry does not name beside the place.
    func leaving(_ placed: WantedSettings) -> WantedSettings {
        var wanted = placed
        let named = adoption.named
        if !named.contains(.currentVCPUs) { wanted.leave(CurrentVCPUs.self) }
        if !named.contains(.currentMemory) { wanted.leave(CurrentMemory.self) }
        if !named.contains(.topology) { wanted.leave(Topology.self) }
        if demand.growth == nil { wanted.leave(PluggableMemory.self) }
        // Without it a guest's kernel sees no cells, which it has done without so far.
        let cells = demand.cells.map { GuestCellDemand(id: $0.id, vcpus: $0.vcpus, memory: .zero) }
        let present = record.parts.guestCells.map { GuestCellDemand(id: $0.id, vcpus: $0.vcpus, memory: .zero) }
        if cells == present, !record.parts.hasACPI { wanted.leave(ACPI.self) }
        let isRealtime = !demand.realtimeVCPUs.isEmpty
        if !isRealtime {
            wanted.leave(NoSharePages.self)
            if !named.contains(.lockedMemory) { wanted.leave(LockedMemory.self) }
            if !named.contains(.scheduler) { wanted.leave(VCPUSchedulers.self) }
        }
        if !named.contains(.memoryAccess), record.parts.hugePages != nil {
            let present = Dictionary(record.parts.guestCells.map { ($0.id, $0.isShared) }) { first, _ in first }
            wanted.guestCells = wanted.guestCells.map { cell in
                var cell = cell
                cell.isShared = present[cell.id] ?? nil
                return cell
            }
        }
        if !named.contains(.ioThreads) {
            wanted.ioThreads = nil
            wanted.ioThreadPins = record.parts.ioThreadPins
            for (number, pin) in demand.pins.ioThreads { wanted.ioThreadPins[number] = pin.value }
            if !named.contains(.ioThreadPins) { wanted.leave(IOThreadPins.self) }
        }
        return wanted
    }

    /// What the definition of a domain that keeps its place will have.
    var becoming: FoundSettings { wantedInPlace(over: record.parts).settled(over: record.parts) }

    /// What a domain that keeps its place takes of the host once it runs as it will be defined; nil when that cannot be told.
    var load: DomainLoad? {
        let wanted = wantedInPlace(over: record.parts)
        guard !wanted.differences(from: record.parts).isEmpty else {
            return try? DomainLoad(reading: record.document, parts: record.parts)
        }
        let document = DomainPatch.apply(wanted.completed(over: record.parts), mark: nil, to: record.document)
        return try? DomainLoad(reading: document)
    }
}

extension DomainShape {
    /// What a definition has.
    init(_ parts: FoundSettings, host: HostFacts) {
        let cells = parts.guestCells.sorted { $0.id < $1.id }
        let pages = Set(parts.pieces.map { parts.hugePages?.size(of: $0.id, defaultSize: host.defaultHugePage) })
        let size = pages.count == 1 ? pages.first.flatMap(\.self) : nil
        let tune = parts.numaTune
        let modes = Set(cells.map { tune?.memNodes[$0.id]?.mode ?? (tune?.hostCells == nil ? nil : tune?.mode) })
        self.init(
            vcpus: parts.vcpus, memory: parts.memory,
            cells: cells.map { GuestCellDemand(id: $0.id, vcpus: $0.vcpus, memory: $0.memory) },
            pageSize: size == host.host.basePage ? nil : size, hasSeveralPageSizes: pages.count > 1,
            memoryPolicy: modes.count == 1 ? modes.first.map { $0.map(GuestDemand.MemoryPolicy.init) ?? .none } : nil,
            ioThreads: parts.ioThreads)
    }
}

extension GuestDemand.MemoryPolicy {
    /// The policy that binds memory in that mode.
    fileprivate init(_ mode: NUMATune.Mode) {
        switch mode {
        case .strict: self = .strict
        case .preferred: self = .preferred
        case .interleave: self = .interleave
        case .restrictive: self = .restrictive
        }
    }
}
