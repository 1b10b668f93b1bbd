public import HostModel
package import SiteFile

/// Where one actor is: a program beside the guests that has CPUs of the host to itself.
public struct ActorPlacement: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The host cells that it has CPUs on; one where they were chosen.
    public var hostCells: CellSet
    /// Its CPUs, without siblings that are kept empty.
    public var cpus: CPUSet
    /// Its CPUs, with siblings that are kept empty.
    public var takenCPUs: CPUSet
    /// Its huge pages on each of its cells; nil for none.
    public var pages: ActorPages?
    /// Its ordinary memory, on the lowest of its cells.
    public var memory: KiB

    package init(
        name: String, hostCells: CellSet, cpus: CPUSet, takenCPUs: CPUSet, pages: ActorPages? = nil,
        memory: KiB = .zero
    ) {
        self.name = name
        self.hostCells = hostCells
        self.cpus = cpus
        self.takenCPUs = takenCPUs
        self.pages = pages
        self.memory = memory
    }
}

extension ActorPlacement {
    /// An actor on CPUs of a host.
    package init(_ name: String, on cpus: CPUSet, of host: HostFacts, policy: GuestDemand.ThreadPolicy) {
        self.init(
            name: name, hostCells: CellSet(host.cells.filter { !$0.cpus.isDisjoint(with: cpus) }.map(\.id)), cpus: cpus,
            takenCPUs: policy == .isolate ? host.withSiblings(cpus) : cpus)
    }

    /// What it takes of the host where it is.
    package var load: ForeignLoad {
        var load = ForeignLoad(name: name, takenCPUs: takenCPUs)
        load.isActor = true
        if let pages {
            for cell in hostCells { load.pagesDeclared[PoolID(cell: cell, pageSize: pages.size)] = pages.count }
        }
        if memory > .zero { load.memory = [ForeignLoad.HeldMemory(cell: hostCells.first, amount: memory)] }
        return load
    }
}

extension PlacementRequest {
    /// The names of the actors among the guests.
    var actors: Set<String> { Set(guests.filter(\.isActor).map(\.name)) }

    /// The same question once the places of these actors are settled: they are among the guests no more.
    func settling(_ placed: [ActorPlacement]) -> PlacementRequest {
        var request = self
        let names = actors
        request.guests.removeAll { names.contains($0.name) }
        request.foreign = (foreign + placed.map(\.load)).sorted { $0.name < $1.name }
        request.actorPages = [:]
        return request
    }
}

extension Placement {
    /// Tells actors from guests.
    ///
    /// Their pages are others' in the pools' sums. Of pages in use those are theirs first, wherever they run, so that a pool may need
    /// fewer than was reckoned with while it was not known on which cell an actor would be.
    ///
    /// - Returns: The question to ask about guests alone.
    package mutating func separateActors(of request: PlacementRequest) -> PlacementRequest {
        let names = request.actors
        guard !names.isEmpty else { return request }
        let demands = request.guests.filter(\.isActor).keyed(by: \.name)
        let placed = guests.filter { names.contains($0.name) }.map { guest in
            let (cell, demand) = (guest.cells[0], demands[guest.name]?.demand)
            let cpus = cell.pins.values.reduce(into: CPUSet()) { $0.formUnion($1) }
            var actor = ActorPlacement(
                guest.name, on: cpus, of: request.host, policy: demand?.threadPolicy ?? .prefer)
            let hasPages = demand?.pageSize != nil && cell.pageSize > request.host.host.basePage
            actor.pages =
                hasPages
                ? ActorPages(size: cell.pageSize, count: PageCount(guest.memory.count / cell.pageSize.size.count)) : nil
            actor.memory = hasPages ? guest.overhead : guest.memory
            return actor
        }
        actors = (actors + placed).sorted { $0.name < $1.name }
        guests.removeAll { names.contains($0.name) }
        moved.removeAll(where: names.contains)
        for index in unplaced.indices {
            let isActor = names.contains(unplaced[index].name)
            unplaced[index].isActor = isActor
            unplaced[index].remedies = unplaced[index].remedies.compactMap { $0.told(of: names, isOfActor: isActor) }
        }
        let settled = request.settling(placed)
        for actor in placed { countMemory(of: actor) }
        for cell in request.host.cells { countPages(of: placed, on: cell, request, settled) }
        return settled
    }

    /// Memory of an actor beside its pages was set aside as that of a guest's QEMU is.
    private mutating func countMemory(of actor: ActorPlacement) {
        guard actor.pages != nil, let index = cells.firstIndex(where: { $0.id == actor.hostCells.first }) else {
            return
        }
        cells[index].overhead = cells[index].overhead.subtractingDownToZero(actor.memory)
        cells[index].memoryUsed += actor.memory
    }

    private mutating func countPages(
        of actors: [ActorPlacement], on cell: Cell, _ asked: PlacementRequest, _ settled: PlacementRequest
    ) {
        guard let index = cells.firstIndex(where: { $0.id == cell.id }) else { return }
        for (place, pool) in cells[index].pools.enumerated() {
            let pages = actors.filter { $0.hostCells.contains(cell.id) }.compactMap(\.pages)
                .filter { $0.size == pool.pageSize }.map(\.count)
            let id = PoolID(cell: cell.id, pageSize: pool.pageSize)
            let before = OtherPages(id, of: cell, request: asked)
            let after = OtherPages(id, of: cell, request: settled)
            var counted = pool
            counted.guests = pool.guests.subtractingDownToZero(pages.reduce(.zero, +))
            counted.others = (pool.others + after.others).subtractingDownToZero(before.others)
            counted.passing = (pool.passing + after.passing).subtractingDownToZero(before.passing)
            cells[index].pools[place] = counted
        }
    }
}
