internal import Diagnostics
package import HostModel
package import Placement
internal import SiteFile

/// The rule of chosen devices as the manual tells it, by trying everything.
package struct WishRule {
    private let request: PlacementRequest
    /// Devices that go together, as far as guests may have them.
    private let groups: [[HostDevice]]

    package init(_ request: PlacementRequest) {
        self.request = request
        let named = request.guests.flatMap { $0.demand.devices.map(\.value) } + request.foreign.flatMap(\.devices)
        var all: [[HostDevice]] = []
        for device in request.host.devices {
            if let group = device.iommuGroup,
                let index = all.firstIndex(where: { $0.contains { $0.iommuGroup == group } })
            {
                all[index].append(device)
            } else {
                all.append([device])
            }
        }
        groups = all.filter { $0.allSatisfy { !$0.isInUse && !named.contains($0.address) } }
    }

    /// One device that a guest is to have.
    private struct Slot {
        let demand: GuestDemand
        let cells: [CellID]
        let wish: DeviceWish
    }

    private func slots(_ guest: String, on cells: [CellID]) -> [Slot] {
        guard let demand = request.guests.first(where: { $0.name == guest })?.demand else { return [] }
        return demand.deviceWishes.flatMap { request in
            Array(
                repeating: Slot(demand: demand, cells: cells, wish: request.value.wish), count: request.value.count)
        }
    }

    private func suits(_ group: [HostDevice], _ slot: Slot) -> Bool {
        guard group.contains(where: { isOne($0, slot.wish) }) else { return false }
        var only = slot.demand
        only.devices = [Located(group[0].address)]
        return DeviceRule(request.host).holds(for: only, on: slot.cells)
    }

    private func isOne(_ device: HostDevice, _ wish: DeviceWish) -> Bool {
        guard let deviceClass = device.deviceClass else { return false }
        return (wish.classes.map { $0.contains(deviceClass) } ?? true)
            && (wish.vendor.map { $0 == device.vendor } ?? true)
            && (wish.netdev.map(device.netdevs.contains) ?? true)
    }

    /// Whether all guests on their host cells can have their devices.
    package func holds(_ guests: [String: [CellID]]) -> Bool {
        let slots = guests.sorted { $0.key < $1.key }.flatMap { self.slots($0.key, on: $0.value) }
        let choices = slots.map { slot in groups.indices.filter { suits(groups[$0], slot) } }.sorted {
            $0.count < $1.count
        }
        var given: Set<Int> = []
        func give(_ index: Int) -> Bool {
            guard index < choices.count else { return true }
            for group in choices[index] where given.insert(group).inserted {
                if give(index + 1) { return true }
                given.remove(group)
            }
            return false
        }
        return give(0)
    }

    /// What is wrong with the devices that guests have.
    package func faults(of placement: Placement) -> [String] {
        var faults: [String] = []
        var owners: [PCIAddress: String] = [:]
        for guest in placement.guests {
            let own = guest.devices.filter(\.isChosen).map(\.address)
            for address in own where owners.updateValue(guest.name, forKey: address) != nil {
                faults.append("\(guest.name): \(address) is given twice")
            }
            let slots = slots(guest.name, on: guest.cells.map(\.hostCell))
            let given = groups.filter { group in group.contains { own.contains($0.address) } }
            if Set(own) != Set(given.joined().map(\.address)) { faults.append("\(guest.name): parts of groups") }
            if given.count != slots.count { faults.append("\(guest.name): \(given.count) of \(slots.count) devices") }
            var left = Set(given.indices)
            func match(_ index: Int) -> Bool {
                guard index < slots.count else { return true }
                for group in left.sorted() where suits(given[group], slots[index]) {
                    left.remove(group)
                    if match(index + 1) { return true }
                    left.insert(group)
                }
                return false
            }
            if !match(0) { faults.append("\(guest.name): devices that it did not ask for") }
        }
        return faults
    }
}

extension PlacementRequest {
    /// The random host of a seed with kinds of devices, some of them in groups or in use, and guests that ask for them.
    package static func withWishes(seed: Int) -> PlacementRequest {
        var request = random(seed: seed)
        var dice = SplitMix(seed: seed + 1 << 41)
        let sockets = dice.number(1...2)
        for index in request.host.cells.indices where request.host.cells[index].socket == nil && dice.chance(90) {
            request.host.cells[index].socket = index / sockets
        }
        let classes = ["030200", "010802", "020000"].compactMap { DeviceClass($0) }
        let kinds = classes.prefix(dice.number(1...3))
        request.host.devices = (0..<dice.number(1...8)).map { number in
            let home = dice.chance(85) ? dice.pick(request.host.cells) : nil
            return HostDevice(
                address: .number(UInt8(number)), cell: home?.id, socket: home?.socket,
                deviceClass: dice.pick(Array(kinds)),
                vendor: DeviceNumber(dice.pick(["10de", "10de", "8086"])),
                netdevs: dice.chance(20) ? ["eth\(number)"] : [], isInUse: dice.chance(10))
        }
        for index in request.host.devices.indices.dropFirst() where dice.chance(20) {
            let before = request.host.devices[index - 1]
            request.host.devices[index].cell = before.cell
            request.host.devices[index].socket = before.socket
            for member in [index - 1, index] { request.host.devices[member].iommuGroup = before.iommuGroup ?? index }
        }
        if dice.chance(15) { request.foreign.append(.having(dice.pick(request.host.devices).address)) }
        for index in request.guests.indices {
            request.guests[index].demand.devices = []
            if dice.chance(8) {
                request.guests[index].demand.devices = [Located(dice.pick(request.host.devices).address)]
            }
            guard dice.chance(60) else { continue }
            request.guests[index].demand.devicePolicy = dice.pick(GuestDemand.DevicePolicy.allCases)
            for _ in 0..<dice.pick([1, 1, 2]) {
                request.guests[index].demand.deviceWishes.append(
                    Located(DeviceRequest(wish: .random(&dice), count: dice.pick([1, 1, 1, 2]))))
            }
        }
        return request
    }
}

extension ForeignLoad {
    fileprivate static func having(_ device: PCIAddress) -> ForeignLoad {
        var load = ForeignLoad(name: "passthrough")
        load.devices = [device]
        return load
    }
}

extension DeviceWish {
    fileprivate static func random(_ dice: inout SplitMix) -> DeviceWish {
        switch dice.number(0...5) {
        case 0: DeviceWish(vendor: DeviceNumber("10de"))
        case 1: DeviceWish(classes: DeviceClasses(.gpu), vendor: DeviceNumber("10de"))
        case 2: DeviceWish(classes: DeviceClasses(.nvme))
        case 3: DeviceWish(classes: DeviceClasses(.nic))
        default: DeviceWish(classes: DeviceClasses(.gpu))
        }
    }
}
