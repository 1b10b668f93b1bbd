internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension PlanText {
    /// Where every guest is after apply, if all is asked for; nothing for a plan that changes nothing.
    func placement(_ paint: Paint) -> [String] {
        let placement = plan.placement
        guard isPlacementShown, details == .all || placement.verdict != .placed else { return [] }
        let isWhole = placement.verdict == .placed
        let heading = isWhole ? "Placement after apply" : "Guests that fit together, without those above"
        return PlanTables.placement(placement.guests, title: heading).lines(indent: 2, paint)
    }

    /// Where every actor is after apply, if all is asked for.
    func actors(_ paint: Paint) -> [String] {
        guard plan.verdict != .noChanges, details == .all || plan.placement.verdict != .placed else { return [] }
        let isWhole = plan.placement.verdict == .placed
        return PlanTables.actors(at: plan.placement.actors, title: isWhole ? "Actors after apply" : "Actors")
            .lines(indent: 2, paint)
    }

    /// What is used of each host cell after apply; nothing for a plan that changes nothing.
    func cells(_ paint: Paint) -> [String] {
        let placement = plan.placement
        guard isPlacementShown, !placement.cells.isEmpty else { return [] }
        let isWhole = placement.verdict == .placed
        let heading = isWhole ? "Host cells after apply" : "Host cells with these guests"
        return PlanTables.cells(placement, title: heading).lines(indent: 2, paint)
    }

    private var isPlacementShown: Bool { plan.verdict != .noChanges && !plan.placement.guests.isEmpty }

    /// Each guest that was not placed, and what was short, cell by cell.
    func unplaced(_ paint: Paint) -> [String] {
        let guests = plan.placement.unplaced
        guard !guests.isEmpty else { return [] }
        let isUndecided = plan.placement.verdict == .undecided
        // Where the pools alone do not fit, the findings say so once; it is no guest's affair.
        guard plan.placement.poolShortages.isEmpty else { return [] }
        let heading = isUndecided ? "Not known to fit on" : "Does not fit on"
        return [paint("\(heading) \(displayable(plan.host))", .heading)]
            + guests.flatMap { guest in
                let line = "  ! \(guest.isActor ? "actor" : "guest")/\(displayable(guest.name))  \(guest.code.rawValue)"
                return [paint(line, .attention)]
                    + PlanTables.shortages(guest.reasons).lines(indent: 6, paint)
                    + remedies(of: guest)
            }
    }
}

/// What would help a guest without a place, one line each.
private func remedies(of guest: UnplacedGuest) -> [String] {
    guard !guest.remedies.isEmpty else { return [] }
    return ["      it would fit with any of:"] + guest.remedies.map { "        - \($0.words)" }
}
