internal import Diagnostics
internal import HostModel
internal import SiteFile

/// The host's devices that may be chosen for guests, as counts.
///
/// Devices of one IOMMU group go together, so what is given is a group: usually one device, or one with its companions. Groups that
/// suit the same wishes and are at the same place are alike, and only how many there are matters (``Stack``). What guests ask for is
/// counted by wish and by how near its devices must be (``Lane``). Whether guest cells on host cells can all have their devices is a
/// flow: each amount may be drawn from some of the stacks. It only falls with more guests (lemma 3), and equal stacks may be named in
/// any order (lemma 4).
struct DeviceStock {
    /// How near to a guest cell the devices must be.
    enum Reach: Hashable {
        /// On its host cell.
        case cell
        /// The same, but those whose cell is not known, or has no CPUs, may be had from anywhere.
        case cellIfKnown
        /// On its socket.
        case socket
        /// Anywhere.
        case anywhere
    }

    /// What is counted as one amount.
    struct Lane: Hashable {
        let wish: DeviceWish
        let reach: Reach
    }

    /// Devices that are only given together.
    struct Bundle: Hashable {
        /// Ascending.
        let addresses: [PCIAddress]
        /// The index of its stack.
        var stack: Int
    }

    /// Bundles that are alike.
    struct Stack {
        let place: DevicePlace
        /// The wishes that they suit, as indices, ascending.
        let wishes: [Int]
        /// How many there are to give.
        var free = 0
    }

    private(set) var lanes: [Lane] = []
    private(set) var bundles: [Bundle] = []
    private(set) var stacks: [Stack] = []
    /// By lane: the index of its wish.
    private var wishOf: [Int] = []
    /// By lane and host cell: the stacks that it may be drawn from, the best first.
    private var near: [[[Int]]] = []
    /// Whether a host cell cannot be looked at by itself: what guests on one draw may be missing to others.
    private(set) var isShared = false
    /// Wishes that no device suits which guests may have.
    private(set) var hopeless: Set<DeviceWish> = []

    /// No devices, and nothing is asked.
    init() {}

    /// Whether no guest asks for anything.
    var isEmpty: Bool { lanes.isEmpty }
}

extension DeviceStock {
    /// Lays out what there is to give.
    ///
    /// A bundle is left out when one of its devices is named by a guest, used by a foreign domain or by the host itself, or divided
    /// into virtual functions.
    init(_ request: PlacementRequest, places: [PCIAddress: DevicePlace]) {
        let demands = request.guests.map(\.demand).filter { !$0.deviceWishes.isEmpty }
        guard !demands.isEmpty else { return }
        for demand in demands {
            for request in demand.deviceWishes {
                let lane = Lane(wish: request.value.wish, reach: Reach(demand))
                if !lanes.contains(lane) { lanes.append(lane) }
            }
        }
        var wishes: [DeviceWish] = []
        for lane in lanes where !wishes.contains(lane.wish) { wishes.append(lane.wish) }
        wishOf = lanes.map { lane in wishes.firstIndex(of: lane.wish) ?? 0 }
        let taken = request.guests.reduce(into: Set<PCIAddress>()) { $0.formUnion($1.demand.devices.map(\.value)) }
            .union(request.foreign.flatMap(\.devices))
        var suitable: Set<Int> = []
        for group in request.host.deviceGroups {
            let suited = wishes.indices.filter { wish in group.contains { request.host.suits($0, wishes[wish]) } }
            guard let first = group.first, let place = places[first.address], !suited.isEmpty,
                group.allSatisfy(\.isForGuests)
            else { continue }
            suitable.formUnion(suited)
            guard group.allSatisfy({ !taken.contains($0.address) }) else { continue }
            let stack = stacks.firstIndex { $0.place == place && $0.wishes == suited } ?? stacks.count
            if stack == stacks.count { stacks.append(Stack(place: place, wishes: suited)) }
            stacks[stack].free += 1
            bundles.append(Bundle(addresses: group.map(\.address), stack: stack))
        }
        hopeless = Set(wishes.indices.filter { !suitable.contains($0) }.map { wishes[$0] })
        near = lanes.indices.map { lane in
            request.host.cells.indices.map { cell in
                stacks.indices.filter { reaches(lane, $0, from: cell) }.sorted { left, right in
                    func key(_ stack: Int) -> (Int, Int, Int) {
                        (stacks[stack].place.cell == cell ? 0 : 1, stacks[stack].wishes.count, stack)
                    }
                    return key(left) < key(right)
                }
            }
        }
        isShared = lanes.indices.contains { lane in
            lanes[lane].reach == .anywhere
                || stacks.indices.contains { stack in near[lane].count { $0.contains(stack) } > 1 }
        }
    }

    private func reaches(_ lane: Int, _ stack: Int, from cell: Int) -> Bool {
        let place = stacks[stack].place
        guard stacks[stack].wishes.contains(wishOf[lane]) else { return false }
        return switch lanes[lane].reach {
        case .cell: place.cell == cell
        case .cellIfKnown: place.cell == cell || place.cell == nil || place.isBesideNoCPU
        case .socket: place.cellsOfSocket.contains(cell)
        case .anywhere: true
        }
    }
}

extension DeviceStock.Reach {
    init(_ demand: GuestDemand) {
        self =
            switch demand.devicePolicy {
            case _ where !demand.isBound: .anywhere
            case .required: .cell
            case .legacy: .cellIfKnown
            case .socket: .socket
            case .preferred: .anywhere
            }
    }
}

extension HostFacts {
    /// Devices that go to guests only together: those of one IOMMU group, bridges left out. Ascending by their lowest address.
    fileprivate var deviceGroups: [[HostDevice]] {
        var groups: [[HostDevice]] = []
        var numbers: [Int: Int] = [:]
        for device in devices where device.deviceClass?.isBridge != true {
            if let number = device.iommuGroup, let index = numbers[number] {
                groups[index].append(device)
            } else {
                if let number = device.iommuGroup { numbers[number] = groups.count }
                groups.append([device])
            }
        }
        return groups
    }
}

extension HostDevice {
    /// Whether guests may have it: the host does not use it, and no virtual functions would be gone with it.
    fileprivate var isForGuests: Bool { !isInUse && (virtualFunctions?.now ?? 0) == 0 }
}

// MARK: Counting

extension DeviceStock {
    /// An amount that is drawn: of which lane, by a guest cell on which host cell; nil for a guest that is on none.
    struct Draw: Hashable {
        let lane: Int
        let cell: Int?
        var amount: Int
    }

    /// What a guest asks for, by lane; empty when it asks for nothing.
    func amounts(of demand: GuestDemand) -> [Int] {
        guard !demand.deviceWishes.isEmpty else { return [] }
        var amounts = lanes.map { _ in 0 }
        for request in demand.deviceWishes {
            let lane = Lane(wish: request.value.wish, reach: Reach(demand))
            if let index = lanes.firstIndex(of: lane) { amounts[index] += request.value.count }
        }
        return amounts
    }

    /// The stacks that an amount may be drawn from, the best first.
    func sources(_ lane: Int, from cell: Int?) -> [Int] {
        if let cell { return near[lane][cell] }
        return stacks.indices.filter { stacks[$0].wishes.contains(wishOf[lane]) }
            .sorted { (stacks[$0].wishes.count, $0) < (stacks[$1].wishes.count, $1) }
    }

    /// Whether a bundle may be given for a lane to a guest on these host cells.
    func suits(_ bundle: Int, _ lane: Int, on cells: [Int]) -> Bool {
        let stack = bundles[bundle].stack
        return lanes[lane].reach == .anywhere
            ? stacks[stack].wishes.contains(wishOf[lane]) : cells.contains { reaches(lane, stack, from: $0) }
    }

    /// The first amount that cannot be drawn beside those before it, however these are drawn; nil when all can be.
    func lack(_ draws: [Draw]) -> Lack? {
        guard !isEmpty else { return nil }
        let draws = draws.filter { $0.amount > 0 }
        guard !draws.isEmpty else { return nil }
        var flow = AmountFlow(limits: stacks.map(\.free), orders: draws.map { sources($0.lane, from: $0.cell) })
        for (index, draw) in draws.enumerated() {
            let missing = flow.add(index, draw.amount, isEven: false, takesAll: false)
            guard missing > 0 else { continue }
            return Lack(.devices(lanes[draw.lane].wish), needed: draw.amount, available: draw.amount - missing)
        }
        return nil
    }

    /// What guest cells on one host cell draw, by lane.
    func draws(_ amounts: [Int], on cell: Int?) -> [Draw] {
        amounts.enumerated().filter { $0.element > 0 }.map { Draw(lane: $0.offset, cell: cell, amount: $0.element) }
    }

    /// Which host cells offer the same: equal for cells that can change places.
    func likeness(of cell: Int) -> [[Int]] {
        guard !isEmpty else { return [] }
        // Cells of one socket share what is theirs: they are told apart.
        if lanes.contains(where: { $0.reach == .socket }) { return [[cell]] }
        return stacks.filter { $0.place.cell == cell }.map { [$0.free] + $0.wishes }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// How much of amounts is of one wish.
    func amount(_ amounts: [Int], of wish: DeviceWish) -> Int {
        amounts.enumerated().reduce(0) { $0 + (lanes[$1.offset].wish == wish ? $1.element : 0) }
    }

    /// The host cells that have devices for some of these amounts.
    func cells(offering amounts: [Int]) -> Set<Int> {
        let wishes = Set(amounts.indices.filter { amounts[$0] > 0 }.map { wishOf[$0] })
        return Set(stacks.filter { $0.free > 0 && !wishes.isDisjoint(with: $0.wishes) }.compactMap(\.place.cell))
    }

    /// Takes a bundle away.
    mutating func take(_ bundle: Int) { stacks[bundles[bundle].stack].free -= 1 }

    /// Takes any bundle of a stack away, or gives it back.
    mutating func take(ofStack stack: Int, _ count: Int = 1) { stacks[stack].free -= count }
}

extension [Int] {
    /// The sum of amounts by lane, of which none at all is empty.
    mutating func addAmounts(_ other: [Int], times: Int = 1) {
        guard !other.isEmpty else { return }
        if isEmpty { self = other.map { _ in 0 } }
        for index in indices { self[index] += times * other[index] }
    }

    /// Whether no amount is larger than another's.
    func areAtMost(_ other: [Int]) -> Bool {
        isEmpty || (other.isEmpty ? allSatisfy { $0 == 0 } : zip(self, other).allSatisfy(<=))
    }
}
