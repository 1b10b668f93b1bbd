import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Plans with devices that are chosen")
struct ChosenDevicePlanTests {
    /// Two cells; a network card with its sound function on cell 1, and NVMe disks on both.
    private static let host: HostFacts = {
        var host = HostFacts.fourCPUs(2)
        func device(_ slot: UInt8, _ cell: CellID, _ digits: String, _ group: Int, _ netdevs: [String] = [])
            -> HostDevice
        {
            HostDevice(
                address: .number(slot), cell: cell, deviceClass: DeviceClass(digits), iommuGroup: group,
                netdevs: netdevs)
        }
        host.devices = [
            device(0, 0, "010802", 1), device(1, 1, "010802", 2), device(2, 1, "020000", 3, ["ens1f0"]),
            device(3, 1, "040300", 3),
        ]
        return host
    }()

    private func request(_ guests: String, domains: [DomainFacts] = [], host: HostFacts = host) throws -> PlanRequest {
        let site = try #require(SiteReader.read(SourceText(name: "site.yaml", text: guests)).value)
        var host = host
        host.domains = domains
        return PlanRequest(host: host, site: "test", policy: .plain(), guests: site.guests)
    }

    private func given(_ plan: ExecutablePlan, _ guest: String) -> [String] {
        let document = plan.definitions.first { $0.name == guest }?.document
        return (document?.element(named: "devices")?.elements(named: "hostdev") ?? []).compactMap {
            PCIAddress(hostDevice: $0).map { "\($0)" }
        }
    }

    private static let site = """
        guests:
          a: {vcpus: 2, ram: 1GiB, numa_nodes: 1, host_devices: [{netdev: ens1f0}, {kind: nvme}]}
          b: {vcpus: 2, ram: 1GiB, numa_nodes: 1, host_devices: [{class: "0108"}]}
        """

    @Test("give each guest devices of its cell, with all of their group")
    func chosen() throws {
        let plan = Planner.plan(try request(Self.site))
        #expect(plan.plan.verdict == .changes)
        #expect(given(plan, "a") == ["0000:3b:01.0", "0000:3b:02.0", "0000:3b:03.0"])
        #expect(given(plan, "b") == ["0000:3b:00.0"])
        #expect(plan.plan.placement.guests.map { $0.cells.map(\.hostCell) } == [[1], [0]])
    }

    @Test(
        "leave them there, when the host knows the interface no more and uses what is free again",
        arguments: [
            DomainFacts.DomainState.shutoff, .running,
        ])
    func kept(state: DomainFacts.DomainState) throws {
        var host = Self.host
        let first = host.devices.removeFirst()
        host.devices.append(HostDevice(address: .number(5), cell: 0, deviceClass: DeviceClass("010802")))
        let request = try request(Self.site, host: host)
        let plan = Planner.plan(request)
        #expect(given(plan, "b") == ["0000:3b:05.0"])
        var next = request.applied(plan, state: state)
        // A guest has the interface, the host has the disk of another between two starts, and one more has come.
        next.host.devices[1].netdevs = []
        next.host.devices[0].isInUse = true
        next.host.devices.insert(first, at: 0)
        let again = Planner.plan(next)
        #expect(again.plan.changes == [] && again.steps == [] && again.plan.diagnostics == [])
        #expect(again.plan.placement.guests.map { $0.devices.map(\.address.slot) } == [[1, 2, 3], [5]])
    }

    @Test("of random hosts leave nothing to do once they were carried out")
    func random() {
        var tried = 0
        for seed in 0..<PlanRoundTripTests.hosts {
            var placement = PlacementRequest.withWishes(seed: seed)
            placement.foreign = []
            let request = PlanRequest(placement)
            let first = Planner.plan(request)
            guard first.plan.verdict == .changes,
                first.plan.placement.guests.contains(where: { $0.devices.contains(where: \.isChosen) })
            else { continue }
            tried += 1
            let second = Planner.plan(request.applied(first, state: seed % 2 == 0 ? .running : .shutoff))
            #expect(second.plan.changes.isEmpty && second.steps.isEmpty, "seed \(seed)")
            #expect(second.plan.placement.guests == first.plan.placement.guests, "seed \(seed)")
        }
        #expect(tried > 0)
    }

    @Test("do not take what another domain has that runs, and say who does")
    func foreign() throws {
        let xml = """
            <domain type='kvm'><name>other</name><memory unit='KiB'>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>
            <devices><hostdev mode='subsystem' type='pci' managed='yes'><source>
            <address domain='0x0000' bus='0x3b' slot='0x00' function='0x0'/></source></hostdev></devices></domain>
            """
        func other(_ state: DomainFacts.DomainState) -> [DomainFacts] {
            [DomainFacts(name: "other", state: state, xml: xml, liveXML: state == .running ? xml : nil)]
        }
        let refused = Planner.plan(try request(Self.site, domains: other(.running)))
        #expect(refused.plan.verdict == .infeasible)
        let reasons = refused.plan.placement.unplaced.flatMap(\.reasons)
        #expect(reasons.contains { $0.heldBy == ["other"] && $0.hostCell == 0 })
        #expect(Planner.plan(try request(Self.site, domains: other(.shutoff))).plan.verdict == .changes)
    }

    /// The host with a card on cell 1 of which virtual functions can be made.
    private func dividable(_ now: Int = 0) -> HostFacts {
        var host = Self.host
        host.devices[2].virtualFunctions = HostDevice.VirtualFunctions(total: 4, now: now, offset: 16, stride: 1)
        host.devices += host.devices[2].possibleFunctions.prefix(now).map {
            HostDevice(
                address: $0, cell: 1, deviceClass: DeviceClass("020000"), physicalFunction: host.devices[2].address)
        }
        return host
    }

    private static let parts = """
        guests:
          a: {vcpus: 1, ram: 1GiB, numa_nodes: 1, host_devices: [{netdev: ens1f0, vf: true, count: 2}]}
          b: {vcpus: 1, ram: 1GiB, numa_nodes: 1, host_devices: [{netdev: ens1f0, vf: true}]}
        """

    @Test("make the virtual functions that are missing, before a guest that has them is started")
    func made() throws {
        let plan = Planner.plan(try request(Self.parts, host: dividable()))
        let card = PCIAddress.number(2)
        #expect(given(plan, "a") == ["0000:3b:04.0", "0000:3b:04.1"] && given(plan, "b") == ["0000:3b:04.2"])
        #expect(plan.steps.contains(.setVFs(card, prior: 0, target: 3)))
        #expect(plan.plan.changes.map(\.address) == ["device/0000:3b:02.0", "guest/a", "guest/b"])
        #expect(plan.divided == [DividedDevice(device: card, count: 3)])
        let next = try request(Self.parts, host: dividable()).applied(plan, state: .shutoff)
        let rebooted = Planner.plan(next)
        #expect(
            rebooted.steps == [.setVFs(card, prior: 0, target: 3)], "they are gone with a reboot, the guests are not")
        var divided = next
        divided.host.devices = dividable(3).devices
        #expect(Planner.plan(divided).plan.changes == [] && Planner.plan(divided).divided == plan.divided)
    }

    @Test("take those that are there, and make more only where nobody has one")
    func more() throws {
        let card = PCIAddress.number(2)
        let enough = Planner.plan(try request(Self.parts, host: dividable(4)))
        #expect(!enough.plan.changes.contains { $0.address.hasPrefix("device/") } && enough.plan.verdict == .changes)
        #expect(enough.divided == [DividedDevice(device: card, count: 4)])
        let more = Planner.plan(try request(Self.parts, host: dividable(1)))
        #expect(more.steps.contains(.setVFs(card, prior: 1, target: 3)))
        var busy = dividable(1)
        busy.devices[busy.devices.count - 1].isInUse = true
        let refused = Planner.plan(try request(Self.parts, host: busy))
        #expect(refused.plan.verdict == .infeasible)
        let tooMany = Self.parts.replacing("count: 2", with: "count: 4")
        #expect(Planner.plan(try request(tooMany, host: dividable())).plan.verdict == .infeasible)
    }

    @Test("do not give away a device that is to be divided")
    func whole() throws {
        let site = Self.parts.replacing("[{netdev: ens1f0, vf: true}]", with: "[{kind: nic}]")
        let plan = Planner.plan(try request(site, host: dividable()))
        #expect(plan.plan.verdict == .infeasible)
    }

    @Test("say which wish no device suits, and why")
    func nothing() throws {
        let site = "guests: {a: {vcpus: 1, ram: 1GiB, host_devices: [{kind: nvme}, {kind: gpu}, {netdev: ens1f0}]}}"
        var host = Self.host
        host.devices[3].isInUse = true
        let plan = Planner.plan(try request(site, host: host))
        let found = plan.plan.diagnostics.filter { $0.code == .deviceNotOfKind }
        #expect(found.map(\.message) == ["guest 'a' wants gpu, of which this host has none to give"])
        #expect(found.first?.mark?.line == 1)
        let second = "guests: {a: {vcpus: 1, ram: 1GiB, host_devices: [{netdev: ens1f0}]}}"
        let other = Planner.plan(try request(second, host: host)).plan.diagnostics.first { $0.code == .deviceNotOfKind }
        #expect(other?.notes == ["0000:3b:02.0 (ens1f0) is in use by the host, or goes only with one that is"])
        host.devices = host.devices.map { HostDevice(address: $0.address, cell: $0.cell) }
        let third = Planner.plan(try request(site, host: host)).plan.diagnostics.first { $0.code == .deviceNotOfKind }
        #expect(third?.hint?.hasPrefix("the facts do not say what devices are") == true)
    }
}
