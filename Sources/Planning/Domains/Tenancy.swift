internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// What one guest has of the host: where its memory is, and which CPUs its vCPUs have.
struct Tenancy: Hashable {
    /// Ordinary memory by host cell, in KiB. Memory that may come from several cells is left out.
    var memory: [CellID: Int] = [:]
    /// Huge pages by pool.
    var pages: [PoolID: Int] = [:]
    /// Whether the ordinary memory is never overcommitted.
    var isReserved = true
    /// CPUs that one thread has alone, with the siblings that are kept empty beside it.
    var own: CPUSet = []
    /// CPUs of the vCPUs that share theirs.
    var shared: CPUSet = []
}

extension Tenancy {
    /// What a guest has once it runs as placed.
    init(_ placement: GuestPlacement, demand: GuestDemand, host: HostFacts) {
        isReserved = demand.reservesMemory
        for cell in placement.cells {
            add(cell, host: host)
            for (vcpu, cpus) in cell.pins {
                if cell.dedicatedVCPUs.contains(vcpu) { own.formUnion(cpus) } else { shared.formUnion(cpus) }
            }
        }
        if demand.threadPolicy == .isolate { own = host.withSiblings(own) }
        if demand.emulatorPolicy == .isolate { own.formUnion(placement.emulatorCPUs) }
        if placement.cells.isEmpty { shared = placement.floatingCPUs ?? [] }
    }

    /// What a running guest has, by what it runs with.
    ///
    /// - Parameter placement: Where the plan has it: memory that the running domain binds nowhere is taken to be there.
    init(
        running parts: FoundSettings, placement: GuestPlacement?, demand: GuestDemand?, host: HostFacts
    ) {
        isReserved = demand?.reservesMemory ?? true
        for piece in parts.pieces(as: demand) {
            let page = parts.hugePages?.size(of: piece.id, defaultSize: host.defaultHugePage)
            let planned = placement?.cells.first { $0.id == piece.id }
            // Memory that may come from several cells, and is bound as planned, is where the plan counts it.
            if let planned, planned.isSpread, parts.binding(of: piece) == planned.boundTo {
                add(planned, host: host)
                continue
            }
            guard let cell = parts.home(of: piece, on: host) ?? planned?.hostCell else { continue }
            let plugged = demand?.growth == nil ? .zero : parts.pluggableMemory[piece.id]?.requested ?? .zero
            add(piece.memory + plugged, on: cell, hugePage: page == host.host.basePage ? nil : page)
        }
    }

    private mutating func add(_ cell: GuestCellPlacement, host: HostFacts) {
        for (home, amount) in cell.memoryByCell where amount > .zero {
            add(amount, on: home, hugePage: cell.pageSize > host.host.basePage ? cell.pageSize : nil)
        }
    }

    private mutating func add(_ amount: KiB, on cell: CellID, hugePage: PageSize?) {
        if let hugePage {
            pages[PoolID(cell: cell, pageSize: hugePage), default: 0] += Int(
                clamping: hugePage.pagesNeeded(for: amount).count)
        } else {
            memory[cell, default: 0] += Int(clamping: amount.count)
        }
    }

    /// The memory on a cell beyond what `other` has there, in KiB.
    func excess(over other: Tenancy?, on cell: CellID) -> Int {
        max(0, memory[cell, default: 0] - (other?.memory[cell, default: 0] ?? 0))
    }

    /// The pages of a pool beyond what `other` has there.
    func excess(over other: Tenancy?, in pool: PoolID) -> Int {
        max(0, pages[pool, default: 0] - (other?.pages[pool, default: 0] ?? 0))
    }
}

extension FoundSettings {
    /// One piece of a domain's memory, and the vCPUs that belong to it.
    struct MemoryPiece {
        var id: GuestCellID
        var vcpus: VCPUSet
        var memory: KiB
    }

    /// The guest cells; a guest without cells is one piece, which counts as cell 0.
    var pieces: [MemoryPiece] {
        guestCells.isEmpty
            ? [MemoryPiece(id: 0, vcpus: VCPUSet(numbers: 0..<vcpus), memory: memory)]
            : guestCells.map { MemoryPiece(id: $0.id, vcpus: $0.vcpus, memory: $0.memory) }
    }

    /// The pieces; a guest that does not see its cells has the pieces of its site.
    func pieces(as demand: GuestDemand?) -> [MemoryPiece] {
        guard let demand, demand.hidesCells, guestCells.isEmpty, !demand.cells.isEmpty, demand.memory == memory else {
            return pieces
        }
        return demand.cells.map { MemoryPiece(id: $0.id, vcpus: $0.vcpus, memory: $0.memory) }
    }

    /// The host cells that a piece's memory is bound to; empty for none.
    func binding(of piece: MemoryPiece) -> CellSet {
        numaTune?.memNodes[piece.id]?.hostCells ?? numaTune?.hostCells ?? []
    }

    /// How a piece's memory is bound; nil for not at all.
    func mode(of piece: MemoryPiece) -> NUMATune.Mode? {
        if let node = numaTune?.memNodes[piece.id] { return node.mode }
        return numaTune?.hostCells == nil ? nil : numaTune?.mode
    }

    /// The one host cell on whose CPUs alone a piece's vCPUs may run, or nil.
    func home(ofVCPUs piece: MemoryPiece, on host: HostFacts) -> CellID? {
        var cpus = CPUSet()
        for vcpu in piece.vcpus {
            guard let pin = vcpuPins[vcpu] ?? vcpuCPUs else { return nil }
            cpus.formUnion(pin)
        }
        let online = cpus.intersection(host.onlineCPUs)
        return online.isEmpty ? nil : host.cells.first { online.isSubset(of: $0.cpus) }?.id
    }

    /// The one host cell that a piece is on: its memory is bound to that cell, or its vCPUs may run on no other; nil when neither
    /// names one.
    func home(of piece: MemoryPiece, on host: HostFacts) -> CellID? {
        let bound = numaTune?.memNodes[piece.id]?.hostCells ?? numaTune?.hostCells
        if let bound, bound.count == 1 { return bound.first }
        guard let home = home(ofVCPUs: piece, on: host), bound?.contains(home) ?? true else { return nil }
        return home
    }
}
