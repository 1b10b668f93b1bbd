internal import Diagnostics
internal import HostModel
internal import Planning

extension PlanText {
    /// One line a pool.
    func poolChanges(_ paint: Paint) -> [String] {
        PlanTables.pools(plan.changes.filter(\.isPool)).headless().lines(indent: 4, paint)
    }

    /// What goes to other CPUs than those of guests.
    func isolationChanges(_ paint: Paint) -> [String] {
        PlanTables.isolation(plan.changes).headless().lines(indent: 4, paint)
    }

    /// One line a device of the host.
    func deviceChanges(_ paint: Paint) -> [String] {
        PlanTables.devices(plan.changes).headless().lines(indent: 4, paint)
    }

    /// One line an actor.
    func actorChanges(_ paint: Paint) -> [String] {
        PlanTables.actors(plan.changes).headless().lines(indent: 4, paint)
    }

    /// One line a guest, or for several that are alike; below it its settings where they are asked for.
    func guestChanges(_ paint: Paint) -> [String] {
        let lines = GuestLine.all(of: plan, isWhole: details.include)
        let table = PlanTables.guests(lines).headless()
        guard !lines.isEmpty else { return [] }
        return [paint(table.title, .heading)]
            + zip(lines, table.blocks(indent: 4, paint)).flatMap { $1 + settings(of: $0, paint) }
    }

    private func settings(of line: GuestLine, _ paint: Paint) -> [String] {
        guard let name = line.names.first, details.include(name) else { return [] }
        let kept = line.change.kept.map { "      keeps \(displayable($0))" }
        return PlanTables.settings(line.change.parts).lines(indent: 8, paint) + kept
    }

    /// How to see the settings that are not shown.
    var advice: [String] {
        let hidden = plan.changes.contains { change in
            guard case .guest(let name) = change.subject else { return false }
            return !change.parts.isEmpty && !details.include(name)
        }
        return hidden ? ["--details shows every setting, --details GUEST those of one guest."] : []
    }
}

extension Change {
    /// Whether a pool of huge pages changes.
    var isPool: Bool {
        if case .pool = subject { true } else { false }
    }

    /// Whether a device of the host changes.
    var isDevice: Bool {
        if case .device = subject { true } else { false }
    }

    /// Whether a guest changes.
    var isGuest: Bool {
        if case .guest = subject { true } else { false }
    }
}
