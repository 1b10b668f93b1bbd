import HostModel
import Planning

/// The steps of a plan in the order in which they are carried out, whatever the order in which they came.
///
/// Pools grow first, since a refusal there has no effect that a guest could see; they shrink last, since that may be for good.
/// Guests are removed before others start, because their CPUs and pages are promised to those.
struct Phases {
    /// Pools that grow: the largest pages first, for small ones break up the room that large ones need; then by cell.
    private(set) var grow: [Step] = []
    /// Domains that get another name, then new domains and changed definitions, then autostart, which needs the domain to be there.
    private(set) var define: [Step] = []
    /// Threads of running domains.
    private(set) var pin: [Step] = []
    /// Domains that go: first down, then undefined.
    private(set) var remove: [Step] = []
    /// Domains that are power cycled: each down and up again before the next.
    private(set) var restart: [Step] = []
    /// Domains that start.
    private(set) var start: [Step] = []
    /// Pools that shrink, the smallest pages first.
    private(set) var shrink: [Step] = []

    /// Sorts the steps into phases; within one, where nothing is said above, they stay in their order.
    init(_ steps: [Step]) {
        var autostarts: [Step] = []
        var undefines: [Step] = []
        var renames: [Step] = []
        let stopped = Set(steps.compactMap { if case .stop(let name, _) = $0 { name } else { nil } })
        let cycled = steps.compactMap { step -> String? in
            if case .start(let name) = step, stopped.contains(name) { name } else { nil }
        }
        for step in steps {
            switch step {
            case .setPool(_, let prior, let target):
                if target < prior { shrink.append(step) } else { grow.append(step) }
            case .rename: renames.append(step)
            case .create, .redefine, .rebase, .release: define.append(step)
            case .setAutostart: autostarts.append(step)
            case .pin: pin.append(step)
            case .stop(let name, _) where cycled.contains(name): continue
            case .start(let name) where cycled.contains(name): restart += Phases.powerCycle(of: name, in: steps)
            case .stop: remove.append(step)
            case .undefine: undefines.append(step)
            case .start: start.append(step)
            }
        }
        define = renames + define + autostarts
        remove += undefines
        grow.sort { Phases.isLarger($0, $1) }
        shrink.sort { Phases.isLarger($1, $0) }
    }

    /// All steps, in order.
    var all: [Step] { grow + define + pin + remove + restart + start + shrink }

    /// Down, then up again.
    private static func powerCycle(of guest: String, in steps: [Step]) -> [Step] {
        let stops = steps.filter { if case .stop(guest, _) = $0 { true } else { false } }
        return stops + [.start(name: guest)]
    }

    private static func isLarger(_ left: Step, _ right: Step) -> Bool {
        guard case .setPool(let left, _, _) = left, case .setPool(let right, _, _) = right else { return false }
        return left.pageSize == right.pageSize ? left.cell < right.cell : left.pageSize > right.pageSize
    }
}
