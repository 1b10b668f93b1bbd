import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Guests with devices of the host")
struct DevicePlacementTests {
    /// Four cells of four CPUs on two sockets; device N is on cell N, device 8 on none.
    static let host: HostFacts = {
        let cells = (0..<4).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: 4_194_304,
                distances: Dictionary(
                    uniqueKeysWithValues: (0..<4).map { (CellID($0), $0 == id ? 10 : $0 / 2 == id / 2 ? 12 : 30) }),
                socket: id / 2)
        }
        return HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<16), cells: cells,
            devices: (0..<4).map { HostDevice(address: .number($0), cell: CellID(Int($0)), socket: Int($0) / 2) }
                + [HostDevice(address: .number(8))])
    }()

    private func guest(
        named name: String = "g", _ devices: [UInt8], _ policy: GuestDemand.DevicePolicy, cells: Int = 1,
        vcpus: Int? = nil
    ) -> PlacementGuest {
        var demand = GuestDemand.even(
            cells, vcpus: vcpus ?? cells, memory: KiB(524_288 * UInt64(cells)), policy: .dedicated)
        demand.devices = devices.map { Located(.number($0)) }
        demand.devicePolicy = policy
        return PlacementGuest(name: name, demand: demand)
    }

    private func place(_ guests: [PlacementGuest], host: HostFacts = host) -> Placement {
        Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests, explains: true))
    }

    @Test(
        "go where the policy asks for",
        arguments: [
            ([2], .required, 1, [2]), ([2], .legacy, 1, [2]), ([8], .legacy, 1, [0]), ([8, 3], .legacy, 1, [3]),
            ([2], .preferred, 1, [2]), ([8], .preferred, 1, [0]), ([2, 2], .required, 1, [2]),
            ([3], .socket, 1, [2]), ([2, 3], .socket, 1, [2]), ([1, 3], .socket, 2, [1, 3]),
            ([3], .required, 2, [2, 3]), ([0, 3], .required, 2, [0, 3]), ([1, 2, 8], .legacy, 3, [0, 1, 2]),
            ([3], .preferred, 2, [2, 3]),
        ] as [([UInt8], GuestDemand.DevicePolicy, Int, Set<CellID>)])
    func places(devices: [UInt8], policy: GuestDemand.DevicePolicy, cells: Int, wanted: Set<CellID>) throws {
        let placement = place([guest(devices, policy, cells: cells)])
        #expect(placement.verdict == .placed)
        let hosts = try #require(placement.guests.first).cells.map(\.hostCell)
        if policy == .socket, cells == 2 {
            #expect(Set(hosts.map { $0.rawValue / 2 }) == Set(wanted.map { $0.rawValue / 2 }))
        } else {
            #expect(Set(hosts) == wanted)
        }
    }

    @Test(
        "are refused with the device as the reason",
        arguments: [
            ([9], .preferred, [9], .deviceNotOnHost), ([9, 1, 10], .legacy, [9, 10], .deviceNotOnHost),
            ([8], .required, [8], .doesNotFit), ([8], .socket, [8], .doesNotFit),
            ([0, 1], .required, [0, 1], .doesNotFit), ([0, 2], .socket, [0, 2], .doesNotFit),
        ] as [([UInt8], GuestDemand.DevicePolicy, [UInt8], DiagnosticCode)])
    func refused(
        devices: [UInt8], policy: GuestDemand.DevicePolicy, lacking: [UInt8], code: DiagnosticCode
    ) throws {
        let placement = place([guest(devices, policy)])
        #expect(placement.verdict == .infeasible)
        let unplaced = try #require(placement.unplaced.first)
        #expect(unplaced.code == code)
        #expect(unplaced.reasons.map(\.resource) == lacking.map { .device(.number($0)) })
    }

    @Test("beside others are told that there is no room near the device, and what would help")
    func noRoom() throws {
        let placement = place([
            guest(named: "a", [2], .required, vcpus: 3), guest(named: "b", [2], .required, vcpus: 2),
        ])
        let unplaced = try #require(placement.unplaced.first)
        let shortage = try #require(unplaced.reasons.last)
        #expect(shortage == Shortage(hostCell: 2, resource: .device(.number(2)), needed: 1, free: 0, heldBy: []))
        #expect(unplaced.reasons.contains { $0.hostCell == 2 && $0.resource == .dedicatedCPUs && $0.heldBy == ["a"] })
        #expect(unplaced.remedies.contains(.devicePolicy(.socket)))
        #expect(placement.conflict == ["a", "b"])
    }

    @Test("without cells have their devices anywhere, as long as these are there")
    func unbound() {
        var demand = GuestDemand(vcpus: 1, memory: 524_288)
        demand.devices = [Located(.number(8))]
        demand.devicePolicy = .required
        #expect(place([PlacementGuest(name: "g", demand: demand)]).verdict == .placed)
        demand.devices = [Located(.number(9))]
        #expect(place([PlacementGuest(name: "g", demand: demand)]).unplaced.map(\.code) == [.deviceNotOnHost])
    }

    @Test("find no socket on a cell that spans sockets")
    func spanning() {
        var host = Self.host
        host.cells[2].socket = nil
        host.devices[2].socket = nil
        #expect(place([guest([2], .socket)], host: host).verdict == .infeasible)
        #expect(place([guest([3], .socket)], host: host).guests.map { $0.cells[0].hostCell } == [3])
    }

    @Test("on a cell without CPUs are had from the nearest one that has some, unless they are required")
    func besideNoCPU() throws {
        var host = Self.host
        (host.cells[3].cpus, host.cells[3].siblings) = ([], [])
        let placement = place([guest([3], .legacy)], host: host)
        #expect(placement.guests.map { $0.cells[0].hostCell } == [2])
        let refused = try #require(place([guest([3], .required)], host: host).unplaced.first)
        #expect(refused.reasons.map(\.hostCell) == [3])
        #expect(refused.reasons.map(\.resource) == [.device(.number(3))])
        #expect(refused.remedies.contains(.devicePolicy(.preferred)))
    }

    @Test("move when the site names a device elsewhere, and stay when it is near already")
    func kept() throws {
        var guest = GuestSpec(name: Located("g"), demand: guest([], .required).demand)
        var request = PlanRequest(host: Self.host, site: "test", policy: .plain(), guests: [guest])
        request = request.applied(Planner.plan(request), state: .shutoff)
        guest.demand.devices = [Located(.number(0))]
        request.guests = [guest]
        #expect(Planner.plan(request).plan.placement.moved == [])
        guest.demand.devices = [Located(.number(3))]
        request.guests = [guest]
        let moved = Planner.plan(request).plan.placement
        #expect(moved.moved == ["g"] && moved.guests[0].cells[0].hostCell == 3)
    }

    @Test("that lack one are an error at the device; new domains get theirs")
    func plans() throws {
        var demand = guest([1, 9], .legacy).demand
        demand.devices[1] = Located(.number(9), at: SourceMark(file: "site.yaml", line: 7, column: 20))
        var request = PlanRequest(
            host: Self.host, site: "test", policy: .plain(), guests: [GuestSpec(name: Located("g"), demand: demand)])
        let refused = Planner.plan(request).plan
        #expect(refused.verdict == .infeasible)
        let found = try #require(refused.diagnostics.first)
        #expect(found.code == .deviceNotOnHost && found.mark?.line == 7 && refused.diagnostics.count == 1)
        request.guests[0].demand.devices.removeLast()
        let definition = try #require(Planner.plan(request).definitions.first)
        let devices = definition.document.element(named: "devices")?.elements(named: "hostdev") ?? []
        let addresses = devices.map { $0.element(named: "source")?.element(named: "address")?[attribute: "slot"] }
        #expect(addresses == ["0x01"])
    }

    /// Four cells of ten CPUs that are filled to the last by one guest of three cells and ten of one; taking the largest first to
    /// the emptiest or the fullest cell fails. Cells 1 to 3 are alike but for their distance from cell 0, where the device is.
    @Test("of several cells are placed where only the exhaustive search finds their place", arguments: 1..<4)
    func exhaustive(nearest: Int) {
        var host = Self.host
        host.onlineCPUs = CPUSet(numbers: 0..<40)
        host.cells = (0..<4).map { id in
            let distances = (0..<4).map { other in
                (CellID(other), id == other ? 10 : Set([id, other]) == [0, nearest] ? 12 : 30)
            }
            return Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 10..<id * 10 + 10), memory: 16_777_216,
                distances: Dictionary(uniqueKeysWithValues: distances))
        }
        let others = [6, 5, 4, 4, 4, 3, 3, 3, 3, 2].enumerated().map { number, vcpus in
            guest(named: "g\(number)", [], .legacy, vcpus: vcpus)
        }
        let request = PlacementRequest(
            host: host, policy: .plain(), guests: [guest(named: "wide", [0], .required, cells: 3)] + others)
        let placement = Placer.place(request)
        #expect(placement.verdict == .placed)
        #expect(ValidityChecker(request: request).faults(of: placement) == [])
    }
}
