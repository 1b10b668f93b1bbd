internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Which of several possible page sizes the memory of guests has that may come from any cell.
enum SpreadPages: Hashable {
    /// The one of that number, or the last, for all guests.
    case same(Int)
    /// By guest, as an index of the request; the first for others.
    case each([Int: Int])
    /// Any: only the memory of all cells together has to suffice. What does not fit then fits with no sizes.
    case open

    /// The number of the size of one guest; nil where that is left open.
    func round(of guest: Int) -> Int? {
        switch self {
        case .same(let round): round
        case .each(let rounds): rounds[guest] ?? 0
        case .open: nil
        }
    }
}

extension SpreadPages {
    /// How many ways to give guests page sizes are tried.
    private static let most = 16

    /// The ways to give guests page sizes, those first in which all have the same; and whether these are all.
    ///
    /// - Parameter guests: The guests that may have memory from any cell, as indices of the request.
    static func all(of guests: Set<Int>, in request: PlacementRequest) -> (ways: [SpreadPages], isWhole: Bool) {
        let counts = guests.sorted().map { (guest: $0, sizes: sizes(of: request.guests[$0].demand, request)) }
            .filter { $0.sizes > 1 }
        let same = (0..<(counts.map(\.sizes).max() ?? 1)).map { SpreadPages.same($0) }
        guard counts.count > 1 else { return (same, true) }
        // Where all have the same it was tried, also where some have fewer to choose from.
        let known = Set(same.map { way in counts.map { min(way.round(of: $0.guest) ?? 0, $0.sizes - 1) } })
        var ways = same
        var rounds = counts.map { _ in 0 }
        while true {
            if !known.contains(rounds) {
                guard ways.count < most else { return (ways, false) }
                ways.append(.each(Dictionary(uniqueKeysWithValues: zip(counts.map(\.guest), rounds))))
            }
            guard let next = rounds.indices.first(where: { rounds[$0] + 1 < counts[$0].sizes }) else {
                return (ways, true)
            }
            rounds[next] += 1
            for index in 0..<next { rounds[index] = 0 }
        }
    }

    private static func sizes(of demand: GuestDemand, _ request: PlacementRequest) -> Int {
        let huge = request.host.hugePageSizes.count { demand.isWhole(in: $0) }
        return switch demand.pageSize?.value {
        case .large: max(1, huge)
        case .any: huge + 1
        case nil, .small, .exactly: 1
        }
    }
}
