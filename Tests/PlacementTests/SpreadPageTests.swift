import Diagnostics
import FullHosts
import Foundation
import HostModel
import Placement
import SiteFile
import Testing

/// Hosts with guests whose memory may come from any cell, in pages of several sizes, and others whose memory is on their own cell.
///
/// Memory counts in quarters of a GiB, of which a large page has four and small pages any number. There are CPUs enough.
private struct PageProblem {
    struct Host {
        var memory: Int
        var small: Int
        var large: Int
    }

    struct Guest {
        /// By guest cell.
        var memory: [Int]
        var page: GuestDemand.PageRequest
        var isAnywhere: Bool
    }

    var hosts: [Host]
    var guests: [Guest]
    var managesPools: Bool

    static let unit: UInt64 = 1 << 18

    init(seed: Int) {
        var dice = SplitMix(seed: seed)
        managesPools = dice.chance(40)
        hosts = (0..<dice.number(2...3)).map { _ in
            let (small, large) = (dice.number(0...8), dice.number(0...3))
            return Host(memory: small + 4 * large + dice.number(0...6), small: small, large: large)
        }
        let kinds = (0..<3).map { _ -> Guest in
            let memory = dice.pick([4, 4, 8, dice.number(1...6)])
            return Guest(
                memory: Array(repeating: memory, count: dice.chance(25) ? 2 : 1),
                page: dice.pick([.any, .large, .large, .exactly(PageSize(2_048))]), isAnywhere: dice.chance(75))
        }
        guests = (0..<dice.number(2...6)).map { _ in dice.pick(kinds) }
    }

    var request: PlacementRequest {
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<16 * hosts.count),
            cells: hosts.enumerated().map { index, host in
                Cell(
                    id: CellID(index), cpus: CPUSet(numbers: 16 * index..<16 * index + 16),
                    memory: KiB(UInt64(host.memory) * Self.unit),
                    pools: [
                        HugepagePool(
                            pageSize: PageSize(2_048), total: PageCount(UInt64(128 * host.small)),
                            free: PageCount(UInt64(128 * host.small))),
                        HugepagePool(
                            pageSize: PageSize(1_048_576), total: PageCount(UInt64(host.large)),
                            free: PageCount(UInt64(host.large))),
                    ])
            })
        return PlacementRequest(
            host: host, policy: .plain(manage: managesPools),
            guests: guests.enumerated().map { index, guest in
                var demand = GuestDemand.even(
                    guest.memory.count, vcpus: guest.memory.count,
                    memory: KiB(UInt64(guest.memory.reduce(0, +)) * Self.unit), policy: .dedicated, page: guest.page)
                if guest.isAnywhere { demand.memoryPolicy = .preferred }
                return PlacementGuest(name: "g\(index)", demand: demand)
            })
    }

    /// What guests use of one host cell, or of all.
    struct Use: Hashable {
        var small = 0
        var large = 0
        var ordinary = 0

        mutating func add(_ memory: Int, _ size: Size) {
            switch size {
            case .small: small += memory
            case .large: large += memory / 4
            case .ordinary: ordinary += memory
            }
        }
    }

    enum Size: CaseIterable { case large, small, ordinary }

    private func sizes(for guest: Guest) -> [Size] {
        let isWhole = guest.memory.allSatisfy { $0 % 4 == 0 }
        switch guest.page {
        case .any: return isWhole ? [.large, .small, .ordinary] : [.small, .ordinary]
        case .large: return isWhole ? [.large, .small] : [.small]
        default: return [.small]
        }
    }

    /// Memory of a host cell that is left, when pools are no smaller than they are; nil where it takes no such use.
    func room(_ host: Host, _ use: Use) -> Int? {
        if !managesPools, use.small > host.small || use.large > host.large { return nil }
        let left = host.memory - max(host.small, use.small) - 4 * max(host.large, use.large) - use.ordinary
        return left >= 0 ? left : nil
    }

    /// Whether any arrangement exists: all places and sizes of all guest cells are tried, and all ways to lay large pages out.
    var isPossible: Bool {
        var seen: Set<[Use]> = []
        func place(_ index: Int, _ cell: Int, _ uses: [Use], _ free: Use, _ taken: Set<Int>) -> Bool {
            guard index < guests.count else { return seen.insert(uses + [free]).inserted && holds(uses, free) }
            let guest = guests[index]
            guard cell < guest.memory.count else { return place(index + 1, 0, uses, free, []) }
            for size in sizes(for: guest) {
                if guest.isAnywhere {
                    var next = free
                    next.add(guest.memory[cell], size)
                    if place(index, cell + 1, uses, next, taken) { return true }
                    continue
                }
                for host in hosts.indices where !taken.contains(host) {
                    var next = uses
                    next[host].add(guest.memory[cell], size)
                    if room(hosts[host], next[host]) != nil,
                        place(index, cell + 1, next, free, taken.union([host]))
                    {
                        return true
                    }
                }
            }
            return false
        }
        return place(0, 0, hosts.map { _ in Use() }, Use(), [])
    }

    private func holds(_ uses: [Use], _ free: Use) -> Bool {
        func layLarge(_ host: Int, _ left: Int, _ uses: [Use]) -> Bool {
            guard host < hosts.count else { return left == 0 && holdsSmall(uses, free) }
            return (0...left).contains { count in
                var next = uses
                next[host].large += count
                return room(hosts[host], next[host]) != nil && layLarge(host + 1, left - count, next)
            }
        }
        return layLarge(0, free.large, uses)
    }

    private func holdsSmall(_ uses: [Use], _ free: Use) -> Bool {
        let spare = zip(hosts, uses).reduce(0) { $0 + max(0, $1.0.small - $1.1.small) }
        let growth = max(0, free.small - spare)
        guard managesPools || growth == 0 else { return false }
        let rooms = zip(hosts, uses).compactMap { room($0, $1) }
        return rooms.count == hosts.count && growth + free.ordinary <= rooms.reduce(0, +)
    }

    /// What a placement uses, by host cell; nil if it is not in whole pages.
    func uses(of placement: Placement) -> [Use]? {
        var uses = hosts.map { _ in Use() }
        for cell in placement.guests.flatMap(\.cells) {
            for (home, amount) in cell.memoryByCell {
                guard amount.count.isMultiple(of: cell.pageSize.size.count) else { return nil }
                let quarters = Int(amount.count / Self.unit)
                switch cell.pageSize.size.count {
                case 1_048_576: uses[home.rawValue].large += quarters / 4
                // Rounded up, as all of them together are a whole number.
                case 2_048: uses[home.rawValue].small += Int((amount.count + Self.unit - 1) / Self.unit)
                default: uses[home.rawValue].ordinary += Int((amount.count + Self.unit - 1) / Self.unit)
                }
            }
        }
        return uses
    }
}

@Suite("Page sizes of memory from any cell")
struct SpreadPageTests {
    static let cases = (Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_RANDOM_CASES"] ?? "") ?? 3_000) / 4

    @Test("fit if and only if some sizes fit, of all that could be tried")
    func exact() {
        var (placed, mixed) = (0, 0)
        for seed in 0..<Self.cases {
            let problem = PageProblem(seed: seed)
            let placement = Placer.place(problem.request)
            #expect(placement.verdict == (problem.isPossible ? .placed : .infeasible), "seed \(seed): \(problem)")
            guard placement.verdict == .placed else { continue }
            placed += 1
            if placement.guests.contains(where: { Set($0.cells.map(\.pageSize)).count > 1 }) { mixed += 1 }
            guard let uses = problem.uses(of: placement) else {
                Issue.record("seed \(seed): \(placement)")
                continue
            }
            #expect(zip(problem.hosts, uses).allSatisfy { problem.room($0, $1) != nil }, "seed \(seed): \(uses)")
        }
        #expect(placed > Self.cases / 10 && placed < Self.cases)
        #expect(mixed > 0)
    }

    /// Guests of these sizes in GiB on a host with CPUs in one cell and pools that cannot grow in another.
    private func verdict(_ sizes: [UInt64], small: UInt64, large: UInt64) -> Placement.SearchVerdict {
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<32),
            cells: [
                Cell(id: 0, cpus: CPUSet(numbers: 0..<32), memory: 1_048_576),
                Cell(
                    id: 1, cpus: [], memory: KiB((small + large) << 20),
                    pools: [
                        HugepagePool(
                            pageSize: PageSize(2_048), total: PageCount(512 * small), free: PageCount(512 * small)),
                        HugepagePool(pageSize: PageSize(1_048_576), total: PageCount(large), free: PageCount(large)),
                    ]),
            ])
        let guests = sizes.enumerated().map { index, size in
            var demand = GuestDemand.even(1, vcpus: 1, memory: KiB(size << 20), policy: .dedicated, page: .large)
            demand.memoryPolicy = .preferred
            return PlacementGuest(name: "g\(index)", demand: demand)
        }
        return Placer.place(PlacementRequest(host: host, policy: .plain(manage: false), guests: guests)).verdict
    }

    @Test("of guests that are alike only the number counts that has each size")
    func alike() {
        let many = Array(repeating: UInt64(2), count: 20)
        #expect(verdict(many, small: 20, large: 20) == .placed)
        #expect(verdict(many, small: 19, large: 21) == .infeasible)
    }

    @Test("of guests that differ the amounts count that have each size")
    func different() {
        #expect(verdict([1, 2, 3, 4, 5, 6, 7, 8], small: 17, large: 19) == .placed)
        #expect(verdict([2, 4, 6, 8, 10, 12, 14, 16], small: 17, large: 55) == .infeasible)
        #expect(verdict((1...24).map { UInt64($0) }, small: 151, large: 149) == .placed)
    }

    @Test("memory of cells that the guest names may have the smaller of its sizes, or each guest cell another one")
    func named() {
        let pools = [(small: UInt64(512), large: UInt64(0)), (0, 1), (0, 0)].map { small, large in
            [
                HugepagePool(pageSize: PageSize(2_048), total: PageCount(small), free: PageCount(small)),
                HugepagePool(pageSize: PageSize(1_048_576), total: PageCount(large), free: PageCount(large)),
            ]
        }
        func verdict(_ cells: CellSet...) -> Placement.SearchVerdict {
            let host = HostFacts(
                host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<12),
                cells: pools.enumerated().map { index, pools in
                    Cell(
                        id: CellID(index), cpus: CPUSet(numbers: 4 * index..<4 * index + 4), memory: 2_097_152,
                        pools: pools)
                })
            var demand = GuestDemand.even(
                cells.count, vcpus: cells.count, memory: KiB(UInt64(cells.count) << 20), policy: .dedicated,
                page: .large)
            for (index, named) in cells.enumerated() { demand.cells[index].memoryCells = Located(named) }
            let guests = [PlacementGuest(name: "g", demand: demand)]
            return Placer.place(PlacementRequest(host: host, policy: .plain(manage: false), guests: guests)).verdict
        }
        #expect(verdict([0, 2]) == .placed)
        #expect(verdict([1, 2]) == .placed)
        #expect(verdict([2]) == .infeasible)
        #expect(verdict([0], [1]) == .placed)
        #expect(verdict([0], [0]) == .infeasible)
    }
}
