import Diagnostics
import DomainXML
import Execution
import HostModel
import LibvirtHost
import Planning
import SiteFile
import Testing
import XMLTree

/// Guests that see their host, defined by QEMU's real driver, which completes distances, topologies, controllers and addresses.
@Suite("What a guest sees, as libvirt holds it", .enabled(if: EmbeddedDriver.isThere))
struct GuestViewTests {
    /// Entries of the same guest, one after the other, and how many differences each makes in cells, CPUs and devices.
    private static let entries: [(String, Int)] = [
        ("host_devices: [DEV0, DEV1], guest_distances: host", 0),
        ("host_devices: [DEV1, DEV0], guest_distances: none", 2),
        ("host_devices: [DEV0, DEV1, DEV2], guest_distances: host", 4),
        ("host_devices: [DEV0, DEV2], guest_devices: on_root, guest_distances: host", 3),
        ("host_devices: [DEV0, DEV2], guest_distances: host", 0),
        ("host_devices: [DEV0, DEV2], guest_devices: on_cells", 2),
        ("host_devices: [DEV2], disks: [{path: /a}], interfaces: [{network: default}], guest_distances: host", 1),
        ("cpu_topology: mirror, cpu_mode: maximum", 3),
        ("cpu_topology: mirror, cpu_mode: host-model", 1),
        ("cpu_topology: mirror, host_devices: [DEV1], guest_distances: none", 4),
    ]

    @Test("is brought to what the entry says each time, and is in sync then")
    func chain() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("view")
        defer { try? connection.undefine(name) }
        for (number, (entry, count)) in Self.entries.enumerated() {
            let label = Comment(rawValue: "\(number): \(entry)")
            let planned = try plan(name, entry)
            let paths = planned.plan.changes.flatMap(\.parts).map(\.path).filter { path in
                ["distances", "hostdev", "cpu.topology", "cpu.cache"].contains(where: path.contains)
            }
            if number > 0 { #expect(paths.count == count, "\(entry): \(paths)") }
            try EmbeddedDriver.apply(planned, label)
            let after = try plan(name, entry).plan
            #expect(after.changes.flatMap(\.parts).map(\.path) == [], label)
            #expect(after.unchanged == [name], label)
        }
    }

    @Test("has expanders and ports of its devices alone, and keeps the addresses of those that stay")
    func devices() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("expanders")
        defer { try? connection.undefine(name) }
        let all = "host_devices: [DEV0, DEV1, DEV2], disks: [{path: /a}], interfaces: [{network: default}]"
        try EmbeddedDriver.apply(try plan(name, all), "all")
        let first = try devices(of: name)
        #expect(first.expanders == ["248 0", "240 1"] && first.cells == ["DEV0 0", "DEV1 1", "DEV2 1"])
        try EmbeddedDriver.apply(try plan(name, all.replacing("DEV1, ", with: "")), "without one")
        let second = try devices(of: name)
        #expect(second.expanders == first.expanders && second.cells == ["DEV0 0", "DEV2 1"])
        for device in ["hostdev 0", "hostdev 2", "disk", "interface"] {
            #expect(second.addresses[device] != nil && second.addresses[device] == first.addresses[device], "\(device)")
        }
        try EmbeddedDriver.apply(try plan(name, all), "again")
        let third = try devices(of: name)
        #expect(third.expanders == first.expanders && third.cells == first.cells)
        try EmbeddedDriver.apply(try plan(name, all.replacing("DEV0, ", with: "")), "one cell left")
        #expect(try devices(of: name).expanders == ["240 1"])
    }

    @Test("that libvirt takes distances of 11 between two cells of one host cell, and none of 10 or 255")
    func distances() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("near")
        defer { try? connection.undefine(name) }
        try EmbeddedDriver.apply(try plan(name, "guest_distances: host, numa_placement: {0: 1, 1: 1}"), "near")
        let text = try #require(try connection.definition(of: name))
        #expect(text.ranges(of: "value='11'").count == 2)
        #expect(throws: LibvirtError.self) {
            _ = try connection.define(text.replacing("value='11'", with: "value='10'"), replacing: text)
        }
    }

    /// What there is of devices: number and cell of each expander, host devices with their cells, and where each device is.
    private func devices(
        of name: String
    ) throws -> (expanders: [String], cells: [String], addresses: [String: XMLElement]) {
        let text = try EmbeddedDriver.connection.get().definition(of: name)
        let document = try XMLReader.read(try #require(text))
        let devices = try #require(document.element(named: "devices"))
        let expanders = devices.elements(named: "controller").filter { $0[attribute: "model"] == "pcie-expander-bus" }
        let numbers = expanders.compactMap { $0.element(named: "target") }.map { target in
            "\(target[attribute: "busNr"] ?? "?") \(target.element(named: "node")?.text ?? "?")"
        }
        let cells = MachineMerge.settings(of: document).compactMap { key, value -> String? in
            guard case .hostDeviceCell(let address) = key, case .number(let cell) = value else { return nil }
            return "DEV\(address.slot) \(cell)"
        }
        var addresses: [String: XMLElement] = [:]
        for device in devices.elements {
            let source = device.element(named: "source")?.element(named: "address")?[attribute: "slot"]?.dropFirst(2)
            let label = device.name + (source.flatMap { Int($0, radix: 16) }.map { " \($0)" } ?? "")
            addresses[label] = device.element(named: "address")
        }
        return (numbers.sorted(by: >), cells.sorted(), addresses)
    }

    private static let host: HostFacts = {
        let siblings = (0..<4).map { CPUSet([CPU($0), CPU($0 + 4)]) }
        return HostFacts(
            host: HostIdentity(name: "here", arch: "x86_64"), onlineCPUs: CPUSet(numbers: 0..<8),
            cells: (0..<2).map { id in
                let own = Array(siblings[id * 2..<id * 2 + 2])
                return Cell(
                    id: CellID(id), cpus: own[0].union(own[1]), memory: KiB(8 << 20), siblings: own,
                    lastLevelCaches: own, distances: [CellID(id): 10, CellID(1 - id): 31])
            },
            devices: [0, 1, 1].enumerated().compactMap { slot, cell in
                PCIAddress(bus: 0x3b, slot: UInt8(slot), function: 0)
                    .map { HostDevice(address: $0, cell: CellID(cell)) }
            })
    }()

    private func plan(_ name: String, _ entry: String) throws -> ExecutablePlan {
        let connection = try EmbeddedDriver.connection.get()
        let place = entry.contains("numa_placement") ? "" : ", numa_placement: {0: 0, 1: 1}"
        let usual = "ram: 512MiB, cpu_policy: dedicated, numa_nodes: 2, machine: q35, accelerator: qemu"
        var guest = "vcpus: 8, \(usual), \(entry)"
        if !place.isEmpty { guest += place } else { guest = guest.replacing("vcpus: 8", with: "vcpus: 2") }
        for slot in 0..<3 { guest = guest.replacing("DEV\(slot)", with: "'0000:3b:0\(slot).0'") }
        let text = "site: lab\nhosts: {here: {guest_overhead: none}}\nguests: {\(name): {\(guest)}}\n"
        let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
        let site = try #require(read.value, "\(read.diagnostics)")
        var host = Self.host
        host.domains = try connection.domains().filter { $0.name == name }
        return Planner.plan(
            PlanRequest(host: host, site: "lab", policy: try #require(site.hosts.first), guests: site.guests))
    }
}
