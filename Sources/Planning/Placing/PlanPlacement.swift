internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// The places of all guests in a plan.
///
/// Guests that are shut off are left out where there is no room for all. New guests come where they can start now, beside those that
/// wait for their restart. Rebalancing moves guests on top of that.
struct PlanPlacement {
    /// What was asked, without the guests that are left out.
    private(set) var question: PlacementRequest
    /// The answer.
    private(set) var placement: Placement
    /// What rebalancing proposes.
    private(set) var moves: [Move] = []
    /// The names of guests that are left out for want of room, ascending.
    private(set) var roomless: [String] = []

    private let domains: SiteDomains
    /// What is held beside the placement that ``settle(beside:)`` left, if it was worked out for that.
    private var settledOccupancy: Occupancy?
    private var request: PlanRequest { domains.request }

    /// Places them, whoever runs where.
    init(_ domains: SiteDomains) {
        self.domains = domains
        let room = domains.request.roomMade
        question = domains.placementRequest(making: room)
        placement = Placer.place(question)
        if room != nil, placement.verdict != .placed {
            question = domains.placementRequest
            placement = Placer.place(question)
        }
        if placement.verdict == .infeasible { leaveOutIdle() }
        separateActors()
    }

    /// Tells actors from guests: from here on they are where they are, as what others take of the host.
    private mutating func separateActors() {
        let listed = domains.listedActors
        placement.actors = listed.placed
        question = placement.separateActors(of: question)
        guard !listed.unplaced.isEmpty else { return }
        placement.verdict = .infeasible
        placement.unplaced = (placement.unplaced + listed.unplaced).sorted { $0.name < $1.name }
    }

    /// Adds what depends on where guests run.
    ///
    /// - Parameter moved: The domains once those have moved that do so while they run; nil where none does.
    mutating func settle(beside moved: [String: DomainRecord]?) {
        let occupancy = occupancy(of: moved ?? domains.records)
        let (places, others) = (placement.guests, asDefined)
        placeBesideRunning(occupancy)
        if request.rebalances, placement.verdict == .placed { rebalance() }
        if moved == nil, others.isEmpty, placement.guests == places { settledOccupancy = occupancy }
        placement.guests = (placement.guests + others).sorted { $0.name < $1.name }
    }

    private mutating func rebalance() {
        let (moved, bound, actors) = (placement.moved, placement.moveBound, placement.actors)
        (moves, placement) = Rebalancing(request: question).moves(from: placement)
        placement.moved = Set(moved + moves.map(\.guest)).sorted()
        placement.moveBound = bound
        placement.actors = actors
    }

    // MARK: Without room for all

    /// Guests that keep their place and neither run nor are started by this plan: they hold nothing of the host yet. With `only`,
    /// guests outside the planned part still count.
    private var idle: Set<String> {
        let kept = domains.keepingPlace
        let guests = request.guests.filter { guest in
            let name = guest.name.value
            guard request.consent.only?.contains(name) != false, kept.contains(name),
                let record = domains.records[name], !record.isRunning
            else { return false }
            let starts = guest.autostart?.value ?? record.facts.autostart
            return !starts && guest.state?.value != .running
        }
        return Set(guests.map(\.name.value))
    }

    /// The most idle guests that are tried one by one for room with the others.
    private static let mostIdle = 32

    /// Leaves out the idle guests that leave no room for the others; none if that does not make it fit.
    private mutating func leaveOutIdle() {
        let names = idle
        let loads = question.foreign.filter { names.contains($0.name) }
        guard !loads.isEmpty else { return }
        var less = question
        less.explains = false
        less.foreign.removeAll { names.contains($0.name) }
        guard Placer.place(less).verdict == .placed else { return }
        for (number, load) in loads.enumerated() {
            var more = less
            more.foreign = (less.foreign + [load]).sorted { $0.name < $1.name }
            if number < PlanPlacement.mostIdle, Placer.place(more).verdict == .placed {
                less = more
            } else {
                roomless.append(load.name)
            }
        }
        less.explains = question.explains
        question = less
        placement = Placer.place(question)
    }

    /// What is to be said of the guests that are left out.
    var roomlessDiagnostics: [Diagnostic] {
        let guests = request.guests.keyed { $0.name.value }
        return roomless.compactMap { guests[$0] }.map { guest in
            Diagnostic(
                .shutOffWithoutRoom, "guest '\(guest.name.value)' is shut off and does not fit with the others",
                at: guest.name.mark, severity: .warning,
                notes: ["its CPUs and memory are not counted in this plan"],
                hint:
                    "start it after others are shut off; with 'state: running' the plan makes room for it or is refused"
            )
        }
    }

    // MARK: Beside those that wait for their restart

    /// What of the host is held until running guests are restarted.
    var occupancy: Occupancy { settledOccupancy ?? occupancy(of: domains.records) }

    /// What of the host would be held if its domains were these.
    func occupancy(of records: [String: DomainRecord]) -> Occupancy {
        Occupancy(
            request, records: records, placement: placement, ours: domains.ours,
            going: Set(domains.records.keys.filter(domains.pruning.removes)))
    }

    /// Gives new guests places where they can start now, while guests that wait for a restart still run in their old place; leaves all
    /// as it is if there is no such room. No other guest is moved for that.
    private mutating func placeBesideRunning(_ occupancy: Occupancy) {
        guard placement.verdict == .placed else { return }
        let places = placement.guests.keyed(by: \.name)
        for countsMemory in [true, false] {
            let loads = occupancy.loads(countsMemory: countsMemory)
            guard !loads.isEmpty else { continue }
            var next = question
            next.foreign += loads
            next.explains = false
            for index in next.guests.indices where next.guests[index].present?.cells.isEmpty == false {
                guard let place = places[next.guests[index].name] else { continue }
                next.guests[index].present = PresentPlacement(
                    place, basePage: question.host.host.basePage,
                    isRunning: next.guests[index].present?.isRunning == true)
            }
            var answer = Placer.place(next)
            guard answer.verdict == .placed, answer.moved.isEmpty else { continue }
            answer.moved = placement.moved
            answer.moveBound = placement.moveBound
            answer.actors = placement.actors
            placement = answer
            return
        }
    }

    // MARK: As defined

    /// The placements of domains that keep their place, as they are counted.
    private var asDefined: [GuestPlacement] {
        let kept = domains.keepingPlace
        return request.guests.map(\.name.value).filter(kept.contains).compactMap { name in
            domains.adopted[name].map { domain in
                GuestPlacement(
                    name, asDefined: domain.becoming, load: domain.load, host: request.host,
                    overhead: request.policy.guestOverhead)
            }
        }
    }

    /// The places that the guests that move have now.
    var before: [GuestPlacement] {
        placement.moved.compactMap { name in
            domains.records[name].map { record in
                GuestPlacement(
                    name, asDefined: record.live ?? record.parts, load: nil, host: request.host,
                    overhead: request.policy.guestOverhead)
            }
        }
    }
}
