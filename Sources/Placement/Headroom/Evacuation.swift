internal import Diagnostics
internal import HostModel
public import SiteFile

/// Where the guests of hosts that are lost go: each on the first of the other hosts that takes it, beside all that are there.
///
/// The largest guests are offered first. What a host does not take is proven not to fit it, beside its own guests and those that it
/// took, unless its search gave up. Another distribution over the hosts may hold more: that is not searched for.
public struct Evacuation: Hashable, Sendable {
    /// What one host takes.
    public struct Share: Hashable, Sendable {
        /// The host's name in the site.
        public var host: String
        /// The guests that it takes, ascending.
        public var guests: [String]
        /// Guests of its own that would have to leave their place for that, ascending.
        public var moved: [String]
        /// What is proven of the number of moves; nil where fewer are not enough.
        public var moveBound: Placement.MoveBound?
    }

    /// The hosts that are lost, ascending.
    public var lost: [String]
    /// How many guests these have that must go somewhere.
    public private(set) var count: Int
    /// What other hosts take, in the order in which they were asked; those that take nothing are left out.
    public private(set) var shares: [Share] = []
    /// Guests whose needs only their domains tell, which are not in the site, ascending: they are offered to nobody.
    public private(set) var unknown: [String]
    /// Whether every refusal is proven; false where a search gave up, or a host could not be asked.
    public var isExact = true

    private var waiting: [PlacementGuest]
    /// Guests that have fitted no host that was asked, even alone.
    private var impossible: Set<String>

    /// Takes the guests of the hosts that are lost; absent ones need no place.
    public init(of guests: [GuestSpec], on lost: [String]) {
        self.lost = lost.sorted()
        let present = guests.filter { $0.state?.value != .absent }
        unknown = present.filter(\.keepsPlace).map(\.name.value).sorted()
        waiting = present.filter { !$0.keepsPlace }.map { PlacementGuest(name: $0.name.value, demand: $0.demand) }
            .sorted { left, right in
                let (a, b) = (left.demand, right.demand)
                return (a.memory, a.vcpus) != (b.memory, b.vcpus)
                    ? (a.memory, a.vcpus) > (b.memory, b.vcpus) : left.name < right.name
            }
        count = waiting.count
        impossible = Set(waiting.map(\.name))
    }

    /// Guests that no host has taken, ascending.
    public var left: [String] { waiting.map(\.name).sorted() }

    /// Of these the ones that fit none of the hosts even alone, ascending: no distribution has a place for them.
    public var leftForGood: [String] { isExact ? left.filter(impossible.contains) : [] }

    /// Whether every guest has a place.
    public var isWhole: Bool { waiting.isEmpty && unknown.isEmpty }

    /// Offers a host the guests that are still without a place.
    ///
    /// - Returns: Those that it takes.
    public mutating func offer(to host: String, _ room: Headroom) -> [PlacementGuest] {
        guard !waiting.isEmpty else { return [] }
        let intake = room.intake(of: waiting)
        isExact = isExact && intake.isExact
        impossible.formIntersection(intake.impossible)
        guard !intake.taken.isEmpty else { return [] }
        let names = Set(intake.taken.map(\.name))
        waiting.removeAll { names.contains($0.name) }
        shares.append(
            Share(host: host, guests: names.sorted(), moved: intake.moved, moveBound: intake.moveBound))
        return intake.taken
    }
}
