internal import SiteFile

/// Which of the guests that lost their host another host takes.
public struct Intake: Hashable, Sendable {
    /// The guests that it takes, in the order in which they were offered.
    public var taken: [PlacementGuest] = []
    /// Of those that it does not take, the names of the ones that are proven not to fit it even alone, beside its own guests.
    public var impossible: Set<String> = []
    /// Guests of its own that would have to leave their place for that, ascending.
    public var moved: [String] = []
    /// What is proven of the number of moves; nil where fewer are not enough.
    public var moveBound: Placement.MoveBound?
    /// Whether what it does not take is proven not to fit; false where the search gave up.
    public var isExact = true
}

extension Headroom {
    /// Which of some guests the host takes, asked one after the other: each that fits beside its own and those that it has taken.
    ///
    /// More guests never fit where fewer do not, so the longest run from the front that fits is found by halving. A guest that is
    /// refused stays so, and with it all that need the same.
    ///
    /// - Parameter guests: With names that no guest of the host has.
    public func intake(of guests: [PlacementGuest]) -> Intake {
        var intake = Intake()
        var rest = guests
        while !rest.isEmpty {
            let count = fitting(beside: intake.taken, rest, &intake.isExact)
            intake.taken += rest.prefix(count)
            rest.removeFirst(count)
            guard let refused = rest.first else { break }
            let alike = rest.filter { $0.demand == refused.demand }.map(\.name)
            if Placer.verdict(on: with([refused])) == .infeasible { intake.impossible.formUnion(alike) }
            rest.removeAll { $0.demand == refused.demand }
        }
        if !intake.taken.isEmpty {
            let placement = Placer.place(with(intake.taken))
            (intake.moved, intake.moveBound) = (placement.moved, placement.moveBound)
        }
        return intake
    }

    /// How many guests from the front fit beside those that were taken.
    private func fitting(beside taken: [PlacementGuest], _ guests: [PlacementGuest], _ isExact: inout Bool) -> Int {
        var (holding, failing) = (0, guests.count + 1)
        // Most often all fit, or not even one.
        var next = guests.count
        while failing - holding > 1 {
            let verdict = Placer.verdict(on: with(taken + guests.prefix(next)))
            if verdict == .undecided { isExact = false }
            if verdict == .placed { holding = next } else { failing = next }
            next = failing == guests.count && holding == 0 ? 1 : holding + (failing - holding) / 2
        }
        return holding
    }

    private func with(_ guests: [PlacementGuest]) -> PlacementRequest {
        var question = request
        question.guests += guests
        return question
    }
}
