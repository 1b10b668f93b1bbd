/// The ways to say near which of a guest's cells each of its devices is, for guests of several cells.
///
/// A device must be near one of the guest's cells, and once it is said near which, what a guest cell asks for is asked of its host cell
/// alone. So these ways are tried one after the other, evenly spread ones first: if none fits, nothing does. Guests that are alike,
/// and cells of one guest that are alike, are told apart in one order only.
struct DeviceSplits {
    /// By guest: for each of its cells the amounts by lane.
    typealias Way = [Int: [[Int]]]

    /// The ways; without such guests the one that says nothing.
    private(set) var ways: [Way] = [[:]]
    /// Whether these are all.
    private(set) var areAll = true

    /// How many ways are tried.
    private static let most = 256

    init(_ needs: [GuestCounts]) {
        var last: [GuestCounts: Int] = [:]
        // By guest: which of its ways each way has.
        var numbers: [[Int: Int]] = [[:]]
        for (guest, need) in needs.enumerated() where need.devices.contains(where: { $0 > 0 }) {
            let (own, isWhole) = DeviceSplits.ways(of: need)
            if !isWhole { areAll = false }
            let twin = last[need]
            last[need] = guest
            var (longer, longerNumbers): ([Way], [[Int: Int]]) = ([], [])
            for (number, split) in own.enumerated() {
                for (way, known) in zip(ways, numbers) {
                    if let twin, let before = known[twin], before > number { continue }
                    guard longer.count < DeviceSplits.most else {
                        areAll = false
                        break
                    }
                    longer.append(way.merging([guest: split]) { $1 })
                    longerNumbers.append(known.merging([guest: number]) { $1 })
                }
            }
            (ways, numbers) = (longer, longerNumbers)
        }
    }

    /// The ways of one guest, the most even ones first; and whether these are all.
    private static func ways(of need: GuestCounts) -> (ways: [[[Int]]], isWhole: Bool) {
        var ways = [need.cells.map { _ in need.devices.map { _ in 0 } }]
        var isWhole = true
        for (lane, amount) in need.devices.enumerated() where amount > 0 {
            var shares = shares(of: amount, among: need.cells.count, atMost: most)
            if shares.count > most {
                isWhole = false
                let (each, left) = amount.quotientAndRemainder(dividingBy: need.cells.count)
                shares = [need.cells.indices.map { each + ($0 < left ? 1 : 0) }] + shares
            }
            if ways.count > most { isWhole = false }
            ways = ways.prefix(most).flatMap { way in
                shares.map { shares in
                    zip(way, shares).map { amounts, share in
                        var amounts = amounts
                        amounts[lane] = share
                        return amounts
                    }
                }
            }
        }
        let different = ways.filter { way in
            // Of guest cells that are alike the first has no less.
            zip(need.cells.indices, need.cells.indices.dropFirst()).allSatisfy { left, right in
                need.cells[left] != need.cells[right] || need.forced[left] != need.forced[right]
                    || need.forced[left] != nil || need.keptPages != nil
                    || !way[left].lexicographicallyPrecedes(way[right])
            }
        }
        func unevenness(_ way: [[Int]]) -> Int {
            way.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
        }
        let sorted = different.enumerated().sorted { left, right in
            (unevenness(left.element), left.offset) < (unevenness(right.element), right.offset)
        }.map(\.element)
        return (sorted, isWhole)
    }

    /// The ways to divide an amount among so many: all of them, or more than `limit`.
    private static func shares(of amount: Int, among count: Int, atMost limit: Int) -> [[Int]] {
        guard count > 1 else { return [[amount]] }
        var ways: [[Int]] = []
        for first in (0...amount).reversed() where ways.count <= limit {
            ways += shares(of: amount - first, among: count - 1, atMost: limit - ways.count).map { [first] + $0 }
        }
        return ways
    }
}

extension [GuestCounts] {
    /// The needs with devices near those cells of their guests.
    func split(_ way: DeviceSplits.Way) -> [GuestCounts] {
        var needs = self
        for (guest, amounts) in way {
            for (cell, amounts) in amounts.enumerated() where amounts.contains(where: { $0 > 0 }) {
                needs[guest].cells[cell].devices = amounts
            }
        }
        return needs
    }
}
