internal import Diagnostics
public import HostModel
internal import SiteFile

/// One device of the host that a guest has.
public struct PlacedDevice: Hashable, Sendable {
    /// Its address.
    public var address: PCIAddress
    /// The host cell that it is attached to; nil when the host does not tell.
    public var cell: CellID?
    /// Whether it was chosen for the guest, and not named by it.
    public var isChosen: Bool
    /// The interface by whose name it was asked for; nil for others.
    public var netdev: String?

    package init(address: PCIAddress, cell: CellID?, isChosen: Bool, netdev: String? = nil) {
        self.address = address
        self.cell = cell
        self.isChosen = isChosen
        self.netdev = netdev
    }
}

/// Says which devices guests get, once their host cells are settled and it is known that there are enough.
///
/// What a guest has already it keeps, if the others can have theirs beside that. Of others those come first that are nearest, then
/// those that suit the fewest wishes, then the lowest addresses; each is given only if all that is left to be given can be given.
struct DeviceChoice {
    /// A device's bundle and the lane that it is given for.
    struct Grant: Hashable {
        let bundle: Int
        let lane: Int
    }

    /// What a guest is still to be given.
    private struct OpenDraw {
        let guest: Int
        var draw: DeviceStock.Draw
    }

    /// By guest: what it gets.
    private(set) var grants: [Int: [Grant]]
    private var stock: DeviceStock
    private var open: [OpenDraw] = []
    private var given: Set<Int>
    private let request: PlacementRequest

    init(_ run: PlacementRun, _ arrangement: PlacementRun.Arrangement, placed: [Int]) {
        request = run.request
        stock = arrangement.grid.stock
        grants = arrangement.keptDevices.filter { placed.contains($0.key) }
        given = Set(arrangement.keptDevices.values.joined().map(\.bundle))
        guard !stock.isEmpty else { return }
        for guest in placed {
            let need = arrangement.needs[guest]
            for (part, host) in zip(need.cells, arrangement.assignments[guest].hosts) {
                open += stock.draws(part.devices, on: host).map { OpenDraw(guest: guest, draw: $0) }
            }
            open += stock.draws(need.floatingDevices, on: nil).map { OpenDraw(guest: guest, draw: $0) }
        }
        keepPresent()
        for index in open.indices {
            while open[index].draw.amount > 0,
                giveBest(to: index, arrangement.assignments[open[index].guest].hosts, run.grid)
            {}
        }
    }

    /// Leaves guests what they have.
    private mutating func keepPresent() {
        for index in open.indices.sorted(by: { runs(open[$0].guest) && !runs(open[$1].guest) }) {
            let (lane, cell) = (open[index].draw.lane, open[index].draw.cell)
            for bundle in stock.bundles(of: request.guests[open[index].guest].present)
            where open[index].draw.amount > 0 && !given.contains(bundle)
                && stock.suits(bundle, lane, on: cell.map { [$0] } ?? [])
            {
                if canGive(stock.bundles[bundle].stack, to: index) { give(bundle, to: index) }
            }
        }
    }

    private func runs(_ guest: Int) -> Bool { request.guests[guest].present?.isRunning == true }

    /// Gives one more; false when there is none.
    private mutating func giveBest(to index: Int, _ hosts: [Int], _ grid: HostGrid) -> Bool {
        let draw = open[index].draw
        let sources = stock.sources(draw.lane, from: draw.cell)
        let sorted =
            draw.cell != nil
            ? sources
            : sources.enumerated().sorted { left, right in
                (stock.distance(of: left.element, from: hosts, grid), left.offset)
                    < (stock.distance(of: right.element, from: hosts, grid), right.offset)
            }.map(\.element)
        guard let stack = sorted.first(where: { canGive($0, to: index) }) else { return false }
        let free = stock.bundles.indices.filter { stock.bundles[$0].stack == stack && !given.contains($0) }
        guard let bundle = free.first(where: { !isOthers($0) }) ?? free.first else { return false }
        give(bundle, to: index)
        return true
    }

    /// Whether a guest has it now.
    private func isOthers(_ bundle: Int) -> Bool {
        open.contains { stock.bundles(of: request.guests[$0.guest].present).contains(bundle) }
    }

    /// Whether the rest can be given when one of a stack is.
    private mutating func canGive(_ stack: Int, to index: Int) -> Bool {
        guard stock.stacks[stack].free > 0 else { return false }
        stock.take(ofStack: stack)
        open[index].draw.amount -= 1
        defer {
            stock.take(ofStack: stack, -1)
            open[index].draw.amount += 1
        }
        return stock.lack(open.map(\.draw)) == nil
    }

    private mutating func give(_ bundle: Int, to index: Int) {
        stock.take(bundle)
        given.insert(bundle)
        open[index].draw.amount -= 1
        grants[open[index].guest, default: []].append(Grant(bundle: bundle, lane: open[index].draw.lane))
    }

    /// The devices of a guest: those it names, in their order, then those chosen for it, ascending.
    func devices(of guest: Int) -> [PlacedDevice] {
        let host = request.host
        func placed(_ address: PCIAddress, isChosen: Bool, netdev: String? = nil) -> PlacedDevice {
            PlacedDevice(address: address, cell: host.device(address)?.cell, isChosen: isChosen, netdev: netdev)
        }
        let chosen = (grants[guest] ?? []).flatMap { grant in
            stock.bundles[grant.bundle].addresses.map { address in
                let wish = stock.lanes[grant.lane].wish
                let isNamed = wish.netdev.map { host.device(address)?.netdevs.contains($0) ?? false } ?? false
                return placed(address, isChosen: true, netdev: isNamed ? wish.netdev : nil)
            }
        }
        return request.guests[guest].demand.devices.map { placed($0.value, isChosen: false) }
            + chosen.sorted { $0.address < $1.address }
    }
}

extension DeviceStock {
    /// The bundles that a guest has now.
    func bundles(of present: PresentPlacement?) -> [Int] {
        guard let present, !present.devices.isEmpty else { return [] }
        return bundles.indices.filter { bundles[$0].addresses.contains(where: present.devices.contains) }
    }

    /// How far a stack is from the nearest of some host cells; beyond all others where that is not known.
    fileprivate func distance(of stack: Int, from hosts: [Int], _ grid: HostGrid) -> Int {
        guard let cell = stacks[stack].place.cell else { return .max }
        return hosts.map { grid.distances[$0][cell] }.min() ?? 0
    }

    /// Which of what a guest has now it can keep on these host cells: as much as can be, each for one lane.
    ///
    /// - Parameter amounts: What it asks for, by lane.
    func keepable(_ present: PresentPlacement?, _ amounts: [Int], on hosts: [Int]) -> [DeviceChoice.Grant] {
        let slots = amounts.enumerated().flatMap { lane, amount in Array(repeating: lane, count: amount) }
        var holder: [Int?] = slots.map { _ in nil }
        func place(_ bundle: Int, _ seen: inout Set<Int>) -> Bool {
            for (slot, lane) in slots.enumerated() where suits(bundle, lane, on: hosts) && seen.insert(slot).inserted {
                if let other = holder[slot], !place(other, &seen) { continue }
                holder[slot] = bundle
                return true
            }
            return false
        }
        for bundle in bundles(of: present) {
            var seen: Set<Int> = []
            _ = place(bundle, &seen)
        }
        return zip(slots, holder).compactMap { lane, bundle in
            bundle.map { DeviceChoice.Grant(bundle: $0, lane: lane) }
        }
    }
}
