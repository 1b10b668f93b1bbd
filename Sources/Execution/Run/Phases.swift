import HostModel
import Planning

/// The steps of a plan in the order in which they are carried out, whatever the order in which they came.
///
/// Pools grow first, since a refusal there has no effect that a guest could see, but for what grows into memory that moving guests
/// leave; they shrink last, since that may be for good.
/// Guests are removed before others start, because their CPUs and pages are promised to those.
struct Phases {
    /// Pools that grow: the largest pages first, for small ones break up the room that large ones need; then by cell.
    private(set) var grow: [Step] = []
    /// Those of them that grow again, or only then, when memory has moved.
    var growLate: [Step] {
        grow.filter { if case .setPool(let pool) = $0 { pool.beforeMoves != nil } else { false } }
    }
    /// Domains that get another name, then new domains and changed definitions, then single settings, which
    /// need the domain to be there.
    private(set) var define: [Step] = []
    /// Memory of running domains that goes to other host cells, in the order in which each finds room.
    private(set) var move: [Step] = []
    /// Threads of running domains.
    private(set) var pin: [Step] = []
    /// vCPUs of running domains, after all pins of the same domain: libvirt keeps the pin of a vCPU that is not plugged, and its thread begins
    /// on these CPUs. So it is nowhere else for a moment, and where a pin waits for another domain's shutdown the vCPU waits with it.
    private(set) var plug: [Step] = []
    /// Domains that go: first down, then undefined.
    private(set) var remove: [Step] = []
    /// Domains that are power cycled: each down and up again before the next.
    private(set) var restart: [Step] = []
    /// Domains that start.
    private(set) var start: [Step] = []
    /// Guests whose vCPUs get partitions of the scheduler, which they must run for, or give them back.
    private(set) var partition: [Step] = []
    /// Pools that shrink, the smallest pages first.
    private(set) var shrink: [Step] = []
    /// CPUs that go offline, once nobody has them any more.
    private(set) var park: [Step] = []

    /// Sorts the steps into phases; within one, where nothing is said above, they stay in their order.
    init(_ steps: [Step]) {
        let phases = Dictionary(grouping: steps, by: \.execution.phase)
        let (stops, starts) = (phases[.stop] ?? [], phases[.start] ?? [])
        let stopped = Set(stops.map(\.guest))
        let cycled = Set(starts.map(\.guest).filter(stopped.contains))
        grow = Phases.inOrder(phases[.grow] ?? []) { $0.isLarger(than: $1) }
        define = (phases[.rename] ?? []) + (phases[.define] ?? []) + (phases[.setting] ?? [])
        move = phases[.move] ?? []
        pin = phases[.pin] ?? []
        plug = phases[.plug] ?? []
        remove = stops.filter { !cycled.contains($0.guest) } + (phases[.undefine] ?? [])
        // Down, then up again.
        restart = starts.filter { cycled.contains($0.guest) }.flatMap { start in
            stops.filter { $0.guest == start.guest } + [start]
        }
        start = starts.filter { !cycled.contains($0.guest) }
        shrink = Phases.inOrder(phases[.shrink] ?? []) { $1.isLarger(than: $0) }
        partition = phases[.partition] ?? []
        park = phases[.park] ?? []
    }

    private static func inOrder(_ pools: [Step], _ comesBefore: (PoolChange, PoolChange) -> Bool) -> [Step] {
        pools.compactMap { if case .setPool(let pool) = $0 { pool } else { nil } }.sorted(by: comesBefore).map(
            Step.setPool)
    }

    /// Where all memory that moves is afterwards: of a guest cell that goes by way of others the last move.
    var lastMoves: [Step] {
        move.filter { step in
            guard case .moveMemory(let last) = step else { return false }
            return last.way(in: move).last == last
        }
    }

    /// All steps, in order.
    var all: [Step] { grow + define + move + pin + plug + remove + restart + start + partition + shrink + park }
}

/// When the turn of a kind of step is, beside other kinds.
enum Phase {
    case grow, rename, define, setting, move, pin, plug, stop, undefine, start, partition, shrink, park
}
