import Diagnostics
import HostModel
import SiteFile
import TestSupport
import Testing

@Suite("Site file's values")
struct SiteValueTests {
    @Test("have defaults where the file is silent")
    func defaults() throws {
        let site = try #require(read("guests: {}").value)
        let start = SourceMark(file: "site.yaml", line: 1, column: 1)
        #expect(site.name == Located("default", at: start))
        #expect(site.hosts == [HostPolicy(name: Located("localhost", at: start))])
        #expect(site.guests == [])
        #expect(
            try #require(read("site: s\nhosts:\nflavors:\nguests:\n").value).hosts.map(\.name.value) == ["localhost"])
        #expect(try #require(read("hosts: {h: }").value).hosts.map(\.name.value) == ["h"])
    }

    @Test("of a guest are few bytes for each that an entry makes: fleets have many")
    func bytesOfAGuest() throws {
        #expect(MemoryLayout<GuestSpec>.stride <= 384)
        let text = """
            guests:
              web: {vcpus: 2, ram: 1GiB, count: 2, disks: [{path: '/img/{index}.img'}, {path: /img/all.iso, read_only: true}]}
            """
        let guests = try #require(read(text).value).guests
        let paths = guests.map { $0.machine.disks.map(\.value.path) }
        #expect(paths == [["/img/1.img", "/img/all.iso"], ["/img/2.img", "/img/all.iso"]])
        #expect(guests[0].demand == guests[1].demand && guests[0] != guests[1])
    }

    @Test("of actors are all read: a plain number is so many CPUs, a quoted one or a range is a list")
    func actors() throws {
        let text = """
            hosts:
              hv01:
                actors:
                  ovs: {cpus: 4, near: "0000:3b:00.0", cpu_thread_policy: isolate, pages: {1GiB: 2}, memory: 1GiB}
                  one: {cpus: "4", unit: spdk@1.service}
                  two: {cpus: 5-5}
                  on: {cpus: 1, cell: 1}
            """
        let actors = try #require(read(text).value?.hosts.first).actors
        #expect(actors.map(\.name.value) == ["on", "one", "ovs", "two"])
        #expect(actors.map(\.cpus.value) == [.count(1), .list([4]), .count(4), .list([5])])
        #expect(actors.map { $0.cell?.value } == [1, nil, nil, nil])
        #expect(actors[1].unit?.value == "spdk@1.service" && actors[1].demand == nil)
        let ovs = actors[2]
        #expect(ovs.device?.value == PCIAddress("0000:3b:00.0") && ovs.threadPolicy == .isolate)
        #expect(ovs.pages?.value == ActorPages(size: PageSize(1_048_576), count: 2) && ovs.memory == KiB(1 << 20))
        let demand = try #require(ovs.demand)
        #expect(demand.vcpus == 4 && demand.dedicatedVCPUs.count == 4 && demand.memory == KiB(2 << 20))
        #expect(read("hosts: {a: {actors: {g: {cpus: 1}}}, b: {}}\n" + guest("host: b")).diagnostics.isEmpty)
    }

    @Test("of a host are all read")
    func host() throws {
        let text = """
            hosts:
              hv01:
                connect: qemu+ssh://root@hv01/system
                cpus: {dedicated: "2-7,^4", shared: 0}
                cpu_allocation_ratio: 2.5
                ram_allocation_ratio: 1
                reserved: {memory: 0KiB, cells: {1: {memory: 2GiB}, 0: {memory: 1GiB}}}
                pools:
                  manage: false
                  1GiB: {cells: {1: 2, 0: 0}}
                  2MiB: {cells: {0: 512}}
                placement: pack
            """
        let result = read(text)
        #expect(result.diagnostics == [])
        let host = try #require(result.value?.hosts.first)
        #expect(host.connect?.value == "qemu+ssh://root@hv01/system")
        #expect(host.dedicatedCPUs?.value == [2, 3, 5, 6, 7] && host.sharedCPUs?.value == [0])
        #expect(host.cpuAllocationRatio.description == "2.5" && host.ramAllocationRatio.description == "1.0")
        #expect(host.reserve(of: 0) == KiB(1 << 20) && host.reserve(of: 1) == KiB(2 << 20) && host.reserve(of: 2) == 0)
        #expect(!host.managesPools && host.placement == .pack)
        let gib = PageSize(KiB(1 << 20))
        #expect(
            host.pools.map { PoolRequest.bare($0) } == [
                "0 2MiB 512", "0 1GiB 0", "1 1GiB 2",
            ])
        #expect(host.pools.last?.pool.value == PoolID(cell: 1, pageSize: gib))
        #expect(host.pools.last?.pool.mark == SourceMark(file: "site.yaml", line: 10, column: 22))
    }

    @Test(
        "of guest_overhead are words and sizes",
        arguments: [
            ("auto", .automatic), ("none", .none), ("64MiB", .fixed(65_536)), ("0KiB", .fixed(0)),
        ] as [(String, GuestOverhead)])
    func overhead(text: String, overhead: GuestOverhead) {
        let result = read("hosts: {h: {guest_overhead: \(text)}}")
        #expect(result.diagnostics == [])
        #expect(result.value?.hosts.first?.guestOverhead == overhead)
    }

    @Test("of guest_overhead that are none", arguments: ["64", "some", "-1MiB", "[]"])
    func badOverhead(text: String) {
        let codes = read("hosts: {h: {guest_overhead: \(text)}}").diagnostics.map(\.code)
        #expect(codes == [text == "[]" ? .wrongType : .badSize])
    }

    @Test("of a guest are all read")
    func guestKeys() throws {
        let text = """
            flavors: {f: {vcpus: 2, ram: 1GiB, numa_nodes: 2}}
            guests:
              web:
                flavor: f
                state: running
                autostart: false
                count: 2
                numa_placement: {1: 0}
                disks: [{path: /a.qcow2}, {path: /b, format: qcow2, bus: sata, read_only: true}, {path: /dev/c, bus: scsi}]
                interfaces: [{network: default}, {bridge: br0, mac: '52:54:00:aa:BB:{index}', model: e1000e}]
                kernel: /boot/vmlinuz
                initrd: /boot/initrd
                cmdline: console=ttyS0 root=/dev/vda
                console: false
                accelerator: qemu
                machine: q35
              old: {state: absent}
              big: {flavor: f, ram: 2GiB, adopt: true}
            """
        let result = read(text)
        #expect(result.diagnostics.map(\.code) == [.conflictingKeys, .conflictingKeys])
        let guests = try #require(result.value?.guests)
        #expect(guests.map(\.name.value) == ["web-1", "web-2", "old", "big"])
        #expect(guests.map(\.name.mark.line) == [3, 3, 17, 18])
        let web = guests[1]
        #expect(web.flavor?.value == "f" && web.state?.value == .running && web.autostart?.value == false)
        #expect(web.host == nil && web.demand.forcedCells.mapValues(\.value) == [1: 0])
        #expect(web.machine.disks.map(\.value.format) == [.qcow2, .qcow2, .raw])
        #expect(web.machine.disks.map(\.value.bus) == [.virtio, .sata, .scsi])
        #expect(web.machine.disks.map(\.value.isReadOnly) == [false, true, false])
        #expect(web.machine.interfaces.map(\.source) == [.network("default"), .bridge("br0")])
        #expect(web.machine.interfaces.map(\.model) == ["virtio", "e1000e"])
        #expect(web.machine.interfaces.map(\.mac) == [nil, "52:54:00:aa:BB:02"])
        #expect(web.machine.kernel?.value == "/boot/vmlinuz" && web.machine.initrd?.value == "/boot/initrd")
        #expect(web.machine.commandLine?.value == "console=ttyS0 root=/dev/vda" && web.machine.hasConsole == false)
        #expect(web.machine.accelerator?.value == .qemu && web.machine.machineType?.value == "q35")
        #expect(guests[2].demand == GuestDemand(vcpus: 0, memory: 0) && guests[2].state?.value == .absent)
        #expect(guests[3].demand.memory == KiB(2 << 20) && guests[3].machine.adopts?.value == true)
    }

    @Test("of an absent guest need no flavor, not even one that is gone")
    func absent() {
        #expect(read("guests: {old: {state: absent, flavor: gone}}").diagnostics == [])
    }

    @Test("may come through anchors")
    func anchors() throws {
        let text = "flavors: {a: &a {vcpus: 1, ram: 1GiB}, b: *a}\nguests: {x: {flavor: b}, y: *a }\n"
        #expect(try #require(read(text).value).guests.map(\.demand.vcpus) == [1, 1])
    }

    @Test(
        "of a mixed guest's mask follow Nova's reading of ^",
        arguments: [("^0", "1-7"), ("0-3,^2", "0-1,3"), ("^0,2", "1-7"), ("^0,^1", "2-7")])
    func masks(mask: String, vcpus: String) throws {
        let demand = try #require(demanded(guest("cpu_policy: mixed, cpu_dedicated_mask: '\(mask)'")))
        #expect(demand.dedicatedVCPUs.description == vcpus)
    }
}

extension PoolRequest {
    fileprivate static func bare(_ request: PoolRequest) -> String {
        "\(request.pool.value.cell) \(request.pool.value.pageSize) \(request.pages)"
    }
}
