internal import Diagnostics
internal import HostModel
public import Placement
public import SiteFile

/// How many more guests fit a host beside everything that its site asks for.
public struct Capacity: Hashable, Sendable {
    /// Guests that are asked about together: so many of each flavor.
    public struct Wish: Hashable, Sendable {
        /// A flavor and how many guests of it.
        public struct FlavorCount: Hashable, Sendable {
            /// The flavor.
            public var flavor: FlavorSpec
            /// How many guests; at least one.
            public var count: Int

            package init(flavor: FlavorSpec, count: Int = 1) {
                self.flavor = flavor
                self.count = count
            }
        }

        /// The parts, in the order in which they were asked for.
        public var parts: [FlavorCount]
        /// Whether it was asked for as a mix, even if of one flavor.
        public var isMix: Bool

        package init(_ parts: [FlavorCount], isMix: Bool = false) {
            self.parts = parts
            self.isMix = isMix
        }

        /// The flavor's name, or `web=4,db=1` of a mix.
        public var name: String {
            guard isMix else { return parts.first?.flavor.name.value ?? "" }
            return parts.map { "\($0.flavor.name.value)=\($0.count)" }.joined(separator: ",")
        }

        /// What the guests need, one after the other.
        var demands: [GuestDemand] {
            parts.flatMap { part in Array(repeating: part.flavor.demand, count: part.count) }
        }
    }

    /// How many times a wish can be fulfilled.
    public struct Fit: Hashable, Sendable {
        /// What was asked for.
        public var wish: Wish
        /// How many times it was placed, and what comes of that.
        public var count: Headroom.Count
    }

    /// The host.
    public var host: String
    /// The site.
    public var site: String
    /// Whether the guests of the site fit; if not, nothing was counted.
    public var verdict: Placement.SearchVerdict
    /// By wish, in the order in which they were asked for.
    public var fits: [Fit]
    /// What is free on each host cell, ascending.
    public var cells: [CellRoom]
    /// The most dedicated vCPUs that a guest of one cell could have; nil when none.
    public var mostVCPUs: LargestGuest?
    /// The most memory that a guest of one cell could have; nil when none.
    public var mostMemory: LargestGuest?
    /// Guests of the site without a place, ascending.
    public var unplaced: [String]

    /// Says what fits beside the guests of a host.
    ///
    /// - Parameter all: Counts each of the wishes, which have nothing to do with each other, and keeps their order.
    public init(
        _ occupied: OccupiedHost, wishes: [Wish],
        all: (_ wishes: [Wish], _ count: @Sendable (Wish) -> Fit) -> [Fit] = { $0.map($1) }
    ) {
        host = occupied.host
        site = occupied.site
        verdict = occupied.placement.verdict
        unplaced = occupied.placement.unplaced.map(\.name).sorted()
        guard let headroom = occupied.headroom else {
            (fits, cells) = ([], [])
            return
        }
        fits = all(wishes) { Fit(wish: $0, count: headroom.count(of: $0.demands)) }
        cells = headroom.rooms
        (mostVCPUs, mostMemory) = (headroom.mostVCPUs, headroom.mostMemory)
    }

    /// Whether some number is not exact, or the site's own guests are undecided.
    public var isUndecided: Bool { verdict == .undecided || fits.contains { !$0.count.isExact } }

    /// How much of the free CPUs the cell with most of them has, in per cent; nil when none is free.
    public var largestShareOfCPUs: Int? { share(cells.map { UInt64($0.cpus.count) }) }
    /// How much of the free memory the cell with most of it has, in per cent; nil when none is free.
    public var largestShareOfMemory: Int? { share(cells.map(\.memory.count)) }

    private func share(_ amounts: [UInt64]) -> Int? {
        let sum = amounts.reduce(0, +)
        guard sum > 0, let most = amounts.max() else { return nil }
        return Int(most.multipliedFullWidth(by: 100).high == 0 ? most * 100 / sum : most / (sum / 100))
    }
}
