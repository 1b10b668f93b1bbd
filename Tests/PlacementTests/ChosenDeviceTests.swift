import Diagnostics
import FullHosts
import Foundation
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Devices chosen jointly with the cells")
struct ChosenDeviceTests {
    @Test("as brute force finds them, and kept the next time", arguments: 0..<10)
    func agreement(block: Int) {
        var (placed, refused, undecided) = (0, 0, 0)
        for seed in block * 1_000_000..<block * 1_000_000 + JointPlacementTests.cases / 20 {
            let request = PlacementRequest.withWishes(seed: seed)
            let placement = Placer.place(request)
            let faults =
                ValidityChecker(request: request).faults(of: placement) + WishRule(request).faults(of: placement)
            #expect(faults.isEmpty, "seed \(seed)")
            switch placement.verdict {
            case .placed:
                placed += 1
                let again = Placer.place(request.keeping(placement))
                #expect(again.guests == placement.guests && again.moved == [], "seed \(seed)")
            case .infeasible:
                refused += 1
                var search = BruteForce(request: request)
                let fits = search.fits()
                #expect(!fits, "seed \(seed)")
            case .undecided: undecided += 1
            }
        }
        #expect(placed + refused > 0 && undecided == 0)
    }

    @Test("do not depend on the order of guests", arguments: 0..<200)
    func order(seed: Int) {
        let request = PlacementRequest.withWishes(seed: seed)
        var shuffled = request
        shuffled.guests.reverse()
        #expect(Placer.place(request) == Placer.place(shuffled))
    }

    /// Two cells of four CPUs, with devices of one kind on them.
    private func host(_ cells: [Int?], class digits: String = "030200") -> HostFacts {
        var host = HostFacts.fourCPUs(2)
        host.devices = cells.enumerated().map { number, cell in
            HostDevice(
                address: .number(UInt8(number)), cell: cell.map { CellID($0) }, deviceClass: DeviceClass(digits),
                netdevs: ["eth\(number)"])
        }
        return host
    }

    private func guest(
        _ name: String, _ wish: DeviceWish = DeviceWish(classes: DeviceClasses(.gpu)), count: Int = 1, vcpus: Int = 1,
        cells: Int = 1, policy: GuestDemand.DevicePolicy = .required
    ) -> PlacementGuest {
        var demand = GuestDemand.even(cells, vcpus: vcpus, memory: 1_024, policy: .dedicated)
        demand.deviceWishes = [Located(DeviceRequest(wish: wish, count: count))]
        demand.devicePolicy = policy
        return PlacementGuest(name: name, demand: demand)
    }

    private func place(_ guests: [PlacementGuest], on host: HostFacts, foreign: [ForeignLoad] = []) -> Placement {
        Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests, foreign: foreign))
    }

    private func shown(_ placement: Placement) -> [String] {
        placement.guests.map { guest in
            "\(guest.name) \(guest.cells.map { "\($0.hostCell)" }.joined(separator: ",")) "
                + guest.devices.map { "\($0.address.slot)" }.joined(separator: ",")
        }
    }

    @Test("a guest goes where a free one is, however the cells rank otherwise")
    func near() {
        #expect(shown(place([guest("a")], on: host([1, nil]))) == ["a 1 0"])
        #expect(shown(place([guest("a", policy: .preferred)], on: host([nil, 1]))) == ["a 1 1"])
        #expect(shown(place([guest("a", count: 2, vcpus: 2, cells: 2)], on: host([1, 0, 0]))) == ["a 0,1 0,1"])
        #expect(shown(place([guest("a", count: 2, vcpus: 2, cells: 2)], on: host([1, 1]))) == ["a 1,0 0,1"])
        let named = DeviceWish(netdev: "eth2")
        #expect(shown(place([guest("a", named)], on: host([0, 0, 1]))) == ["a 1 2"])
    }

    @Test("guests share out what is on each cell, and make room for each other")
    func joint() {
        let placement = place(
            [guest("a", vcpus: 3), guest("b", vcpus: 3), guest("c", policy: .legacy)], on: host([0, 1, 1]))
        #expect(placement.verdict == .placed)
        #expect(Set(placement.guests.flatMap { $0.devices.map(\.address) }).count == 3)
        #expect(
            placement.guests.allSatisfy { guest in guest.devices.allSatisfy { $0.cell == guest.cells[0].hostCell } })
    }

    @Test("what others have is none's, and is told")
    func held() throws {
        var other = ForeignLoad(name: "other")
        other.devices = [.number(0)]
        #expect(shown(place([guest("a")], on: host([0, 1]), foreign: [other])) == ["a 1 1"])
        let refused = place([guest("a", vcpus: 4), guest("b", vcpus: 4)], on: host([0, 1]), foreign: [other])
        #expect(refused.verdict == .infeasible && refused.unplaced.map(\.name) == ["b"])
        let reasons = try #require(refused.unplaced.first).reasons.filter {
            if case .devices = $0.resource { true } else { false }
        }
        #expect(reasons.map(\.hostCell) == [0, 1] && reasons.map(\.heldBy) == [["other"], ["a"]])
        #expect(reasons.allSatisfy { $0.needed == 1 && $0.free == 0 })
    }

    @Test("none that the host uses, nor one whose group it uses")
    func inUse() throws {
        var host = host([0, 0, 1])
        host.devices[0].isInUse = true
        #expect(shown(place([guest("a")], on: host)) == ["a 0 1"])
        (host.devices[0].iommuGroup, host.devices[1].iommuGroup) = (7, 7)
        #expect(shown(place([guest("a")], on: host)) == ["a 1 2"])
        host.devices[2].isInUse = true
        let refused = place([guest("a")], on: host)
        #expect(refused.unplaced.map(\.code) == [.deviceNotOfKind])
        host.devices[0].isInUse = false
        #expect(shown(place([guest("a")], on: host)) == ["a 0 0,1"], "devices of a group go together")
    }

    @Test("very many of them for a guest of several cells, evenly, and none are refused for want of trying")
    func many() {
        let host = host((0..<200).map { $0 % 2 })
        let placement = place([guest("a", count: 120, vcpus: 2, cells: 2)], on: host)
        #expect(placement.verdict == .placed)
        let cells = placement.guests.flatMap { $0.devices.map(\.cell) }
        #expect(cells.count { $0 == 0 } == 60 && cells.count { $0 == 1 } == 60)
        #expect(place([guest("a", count: 201, vcpus: 2, cells: 2)], on: host).verdict == .infeasible)
    }

    @Test("virtual functions of an interface, and never the device that is divided")
    func virtualFunctions() {
        var host = host([1, 1, 1], class: "020000")
        host.devices[0].virtualFunctions = HostDevice.VirtualFunctions(total: 4, now: 2)
        for index in 1...2 {
            host.devices[index].physicalFunction = .number(0)
            host.devices[index].netdevs = []
        }
        let part = DeviceWish(netdev: "eth0", isVirtualFunction: true)
        #expect(shown(place([guest("a", part, count: 2)], on: host)) == ["a 1 1,2"])
        #expect(place([guest("a", part, count: 3)], on: host).verdict == .infeasible)
        #expect(place([guest("a", DeviceWish(netdev: "eth0"))], on: host).verdict == .infeasible)
    }
}

extension PlacementRequest {
    /// The same with guests where a placement has them.
    fileprivate func keeping(_ placement: Placement) -> PlacementRequest {
        var next = self
        for index in next.guests.indices {
            guard let place = placement.guests.first(where: { $0.name == next.guests[index].name }) else { continue }
            next.guests[index].present = PresentPlacement(
                place, basePage: host.host.basePage, isRunning: index % 2 == 0)
        }
        return next
    }
}
