public import Diagnostics
public import Placement

/// How many more guests fit the hosts of a rack, each beside what its site asks for there.
public struct RackCapacity: Hashable, Sendable {
    /// One host.
    public struct Host: Hashable, Sendable {
        /// The host's name in the site.
        public var name: String
        /// What fits; nil where the host's facts could not be had.
        public var capacity: Capacity?
        /// Why there is none; empty where there is one.
        public var failure: [Diagnostic]

        /// Puts a host together.
        public init(name: String, capacity: Capacity?, failure: [Diagnostic] = []) {
            self.name = name
            self.capacity = capacity
            self.failure = failure
        }
    }

    /// How many times one wish can be fulfilled on all hosts together.
    public struct Total: Hashable, Sendable {
        /// What was asked for.
        public var wish: Capacity.Wish
        /// The sum over the hosts.
        public var count: Int
        /// Whether the number of every host is exact; if not, there may be more.
        public var isExact: Bool
    }

    /// The site.
    public var site: String
    /// What was asked for.
    public var wishes: [Capacity.Wish]
    /// The hosts, ascending by name; those that are supposed to be lost are left out.
    public var hosts: [Host]
    /// Where the guests of lost hosts go; nil when none is supposed to be lost.
    public var evacuation: Evacuation?

    /// Puts the answers of hosts together.
    public init(site: String, wishes: [Capacity.Wish], hosts: [Host], evacuation: Evacuation? = nil) {
        self.site = site
        self.wishes = wishes
        self.hosts = hosts
        self.evacuation = evacuation
    }

    /// The sums, by wish in the order in which they were asked for. A guest of a mix has its place where its whole mix has.
    public var totals: [Total] {
        wishes.enumerated().map { index, wish in
            let counts = hosts.map {
                $0.capacity?.fits.indices.contains(index) == true ? $0.capacity?.fits[index] : nil
            }
            return Total(
                wish: wish, count: counts.reduce(0) { $0 + ($1?.count.found ?? 0) },
                isExact: hosts.allSatisfy { $0.capacity?.isUndecided(index) == false })
        }
    }
}

extension Capacity {
    /// Whether the number for one wish is not exact. Where the guests of the site do not fit, none more does, and that is exact.
    fileprivate func isUndecided(_ index: Int) -> Bool {
        switch verdict {
        case .undecided: true
        case .infeasible: false
        case .placed: !fits[index].count.isExact
        }
    }
}
