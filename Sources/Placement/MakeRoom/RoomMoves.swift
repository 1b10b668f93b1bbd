internal import HostModel
internal import SiteFile

/// Writes moves out: with pages that pools need, and with CPUs.
///
/// The search counts CPUs, and guests on a host cell can be given others of it while they run. Here everybody keeps theirs as long as
/// the one that comes finds its own; else as few as leaving out one after the other shows get other CPUs first.
struct RoomMoves {
    private let host: MovingHost
    private var state: RoomState
    /// By guest with CPUs of its own: by guest cell, the CPUs of vCPUs, and that of the emulator.
    private var pins: [Int: [[VCPU: CPU]]] = [:]
    private var emulators: [Int: CPU] = [:]

    init(_ host: MovingHost) {
        self.host = host
        state = RoomState(host)
        for (guest, place) in host.run.kept {
            guard let cpus = place.cpus else { continue }
            pins[guest] = cpus.pins
            emulators[guest] = cpus.emulator
        }
    }

    /// The moves as they are told.
    func moves(_ hops: [RoomSearch.Hop]) -> [RoomMove] {
        var rest = self
        return hops.map { rest.move($0) }
    }

    private mutating func move(_ hop: RoomSearch.Hop) -> RoomMove {
        let cell = host.movable[hop.index]
        let guest = host.run.request.guests[cell.guest]
        let source = state.homes[hop.index]
        let (own, repinned) = takeCPUs(cell, on: hop.target)
        let more = state.move(hop.index, to: hop.target, of: host)
        let grid = host.run.grid
        return RoomMove(
            guest: guest.name, guestCell: guest.demand.cells[cell.cell].id, cellCount: guest.demand.cells.count,
            from: grid.cells[source].id, to: grid.cells[hop.target].id, memory: KiB(UInt64(cell.need.memory)),
            pageSize: cell.page.map { grid.pageSize($0) } ?? PageSize(KiB(UInt64(grid.basePage))),
            morePages: PageCount(UInt64(more)), pins: own.pins, emulator: own.emulator,
            repinned: repinned.map { host.run.request.guests[$0].name }.sorted(), isRunning: cell.cost.running > 0)
    }

    // MARK: CPUs

    /// A guest cell on a host cell.
    private struct Resident: Hashable {
        let guest: Int
        let cell: Int
    }

    /// Gives the one that comes its CPUs.
    ///
    /// - Returns: The CPUs, and the guests that get others first.
    private mutating func takeCPUs(
        _ cell: MovableCell, on target: Int
    ) -> (own: (pins: [VCPU: CPU], emulator: CPU?), repinned: [Int]) {
        let coming = Resident(guest: cell.guest, cell: cell.cell)
        guard cell.need.dedicated > 0 else { return (([:], nil), []) }
        let there = residents(of: target)
        var staying = there.filter { pins[$0.guest] != nil && need($0).dedicated > 0 }
        var leaving: [Resident] = []
        if !fits(coming, on: target, there, staying: staying) {
            // Let all go, then put back who can stay.
            (leaving, staying) = (staying, [])
            for resident in leaving where fits(coming, on: target, there, staying: staying + [resident]) {
                staying.append(resident)
            }
            leaving.removeAll { staying.contains($0) }
        }
        let taking = leaving + [coming] + there.filter { pins[$0.guest] == nil && need($0).dedicated > 0 }
        let grid = grid(staying, on: target)
        var load = CellLoad()
        for resident in taking { load.add(need(resident), inHugePages: true) }
        let check = CellCheck(target, of: grid)
        guard fits(coming, on: target, there, staying: staying) else { return (([:], nil), []) }
        var allocation = CPUAllocation(check, load: load, mayLose: 0)
        let grants = allocation.allocate(taking.map(want))
        var own: [VCPU: CPU] = [:]
        var emulator: CPU?
        for (resident, grant) in zip(taking, grants) {
            let demand = host.run.request.guests[resident.guest].demand
            let vcpus = demand.cells[resident.cell].vcpus.intersection(demand.dedicatedVCPUs)
            let given = Dictionary(zip(vcpus, grant.vcpus).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
            if resident == coming { (own, emulator) = (given, grant.emulator) }
            // Of a guest that has no CPUs of its own yet nobody knows those of its other cells.
            guard pins[resident.guest] != nil else { continue }
            pins[resident.guest]?[resident.cell] = given
            if let emulator = grant.emulator { emulators[resident.guest] = emulator }
        }
        return ((own, emulator), leaving.map(\.guest))
    }

    /// Those that are on a host cell, by guest and cell.
    private func residents(of target: Int) -> [Resident] {
        var all: [Resident] = []
        for (index, cell) in host.movable.enumerated() where state.homes[index] == target {
            all.append(Resident(guest: cell.guest, cell: cell.cell))
        }
        for guest in host.fixed.keys.sorted() {
            for (cell, home) in (host.run.kept[guest]?.assignment.hosts ?? []).enumerated() where home == target {
                all.append(Resident(guest: guest, cell: cell))
            }
        }
        return all
    }

    private func need(_ resident: Resident) -> CellCounts {
        host.run.needs[resident.guest]?.cells[resident.cell] ?? CellCounts()
    }

    private func want(_ resident: Resident) -> CPUAllocation.Want {
        let demand = host.run.request.guests[resident.guest].demand
        return CPUAllocation.Want(
            need: need(resident), hasEmulator: resident.cell == 0 && demand.emulatorPolicy == .isolate,
            kind: demand.cpuKind)
    }

    /// The host cells without the CPUs of those that keep theirs on one of them.
    private func grid(_ staying: [Resident], on target: Int) -> HostGrid {
        var grid = host.run.grid
        for resident in staying {
            let isolated = host.run.request.guests[resident.guest].demand.threadPolicy == .isolate
            grid.commit(CPUSet((pins[resident.guest]?[resident.cell] ?? [:]).values), on: target, isolated: isolated)
            if resident.cell == 0, let emulator = emulators[resident.guest] {
                grid.commit([emulator], on: target, isolated: false)
            }
        }
        return grid
    }

    /// Whether one more has its CPUs beside those that keep theirs, and the others.
    private func fits(_ coming: Resident, on target: Int, _ there: [Resident], staying: [Resident]) -> Bool {
        var load = CellLoad()
        for resident in there + [coming] {
            var need = need(resident)
            (need.memory, need.overhead) = (0, 0)
            if staying.contains(resident) { (need.wholeCores, need.paired, need.singles) = (0, 0, 0) }
            load.add(need, inHugePages: false)
        }
        let none = host.run.grid.pageSizes.map { _ in 0 }
        guard case .success = CellCheck(target, of: grid(staying, on: target)).rest(with: load, pages: none[...]) else {
            return false
        }
        return true
    }
}
