import Diagnostics
import HostModel
import SiteFile
import TestSupport
import Testing

@Suite("Guest's demand")
struct DemandTests {
    @Test("of a flavor without topology is vCPUs and memory alone")
    func plain() {
        #expect(demanded(guest("")) == GuestDemand(vcpus: 8, memory: KiB(8 << 20)))
    }

    @Test(
        "has cells if and only if something asks for them",
        arguments: [
            ("", 0), ("locked_memory: false", 0), ("cpu_policy: shared", 0), ("iothreads: 2", 0), ("cpu_sockets: 2", 0),
            ("emulator_threads_policy: share", 0), ("numa_policy: strict", 0), ("mem_encryption: true", 0),
            ("numa_nodes: 1", 1), ("numa_nodes: 4", 4), ("mem_page_size: small", 1), ("cpu_policy: dedicated", 1),
            ("cpu_policy: mixed, cpu_dedicated_mask: 0", 1), ("numa_nodes: 2, mem_page_size: large", 2),
            ("properties: {'resources:PCPU': 8}", 1), ("properties: {'resources:VCPU': 8}", 0),
            ("properties: {'resources:PCPU': 0}", 0), ("image_properties: {hw_numa_nodes: 2}", 2),
            ("image_properties: {hw_cpu_policy: dedicated}", 1), ("properties: {'hw:mem_page_size': any}", 1),
        ] as [(String, Int)])
    func presence(keys: String, cells: Int) throws {
        let demand = try #require(demanded(guest(keys)))
        #expect(demand.cells.count == cells)
        #expect((demand.cpuTopology != nil) == (cells > 0 || keys.contains("sockets")))
    }

    @Test(
        "divides vCPUs in consecutive blocks and memory evenly, or takes the cells that are listed",
        arguments: [
            ("numa_nodes: 2", "0-3 4GiB, 4-7 4GiB"), ("numa_nodes: 1, locked_memory: false", "0-7 8GiB"),
            ("numa_nodes: 8", "0 1GiB, 1 1GiB, 2 1GiB, 3 1GiB, 4 1GiB, 5 1GiB, 6 1GiB, 7 1GiB"),
            ("numa_cells: [{cpus: '0,7', ram: 1GiB}, {cpus: 1-6, ram: 7GiB}]", "0,7 1GiB, 1-6 7GiB"),
            ("numa_cells: [{cpus: 0-7, ram: 7GiB}, {ram: 1GiB}]", "0-7 7GiB,  1GiB"),
            (
                "properties: {'hw:numa_nodes': '2', 'hw:numa_cpus.0': '0-1', 'hw:numa_mem.0': '6144', 'hw:numa_cpus.1': '2-7',"
                    + " 'hw:numa_mem.1': 2048}", "0-1 6GiB, 2-7 2GiB"
            ),
            (
                "image_properties: {hw_numa_nodes: 2, hw_numa_cpus.0: 0-5, hw_numa_mem.0: 1024, hw_numa_cpus.1: 6-7,"
                    + " hw_numa_mem.1: 7168}", "0-5 1GiB, 6-7 7GiB"
            ),
        ] as [(String, String)])
    func cells(keys: String, cells: String) throws {
        let demand = try #require(demanded(guest(keys)))
        #expect(demand.cells.map { "\($0.vcpus) \($0.memory)" }.joined(separator: ", ") == cells)
        #expect(demand.cells.map(\.id.rawValue) == Array(0..<demand.cells.count))
    }

    @Test(
        "counts what a growing guest may have, or has now, in equal shares of its cells",
        arguments: [
            ("numa_nodes: 2, max_ram: 16GiB", [8, 8], 4, 0),
            ("numa_nodes: 2, max_ram: 16GiB, reserve: now", [4, 4], 4, 0),
            ("numa_nodes: 2, max_ram: 16GiB, current_ram: 10GiB", [8, 8], 4, 1),
            ("numa_nodes: 2, max_ram: 16GiB, current_ram: 10GiB, reserve: now", [5, 5], 4, 1),
            ("numa_cells: [{cpus: 0-7, ram: 7GiB}, {ram: 1GiB}], max_ram: 10GiB", [8, 2], 1, 0),
        ] as [(String, [UInt64], UInt64, UInt64)])
    func growth(keys: String, counted: [UInt64], size: UInt64, requested: UInt64) throws {
        let demand = try #require(demanded(guest(keys)))
        let gib = counted.map { KiB($0 << 20) }
        #expect(demand.cells.map(\.memory) == gib && demand.memory == gib.reduce(.zero) { $0 + $1 })
        #expect(demand.growth?.size == KiB(size << 20) && demand.growth?.requested == KiB(requested << 20))
        #expect(demand.startMemory == KiB(8 << 20) && demand.currentMemory == nil)
        #expect(demand.cells.map(demand.startMemory(of:)).reduce(.zero) { $0 + $1 } == KiB(8 << 20))
    }

    @Test("divides memory that is no whole MiB where KiB divide evenly")
    func kibibytes() {
        let text = "guests: {g: {vcpus: 2, ram: 4000000KiB, numa_nodes: 2}}\n"
        #expect(demanded(text)?.cells.map(\.memory) == [KiB(2_000_000), KiB(2_000_000)])
        #expect(
            read("guests: {g: {vcpus: 2, ram: 4000001KiB, numa_nodes: 2}}\n").diagnostics.map(\.code) == [.unevenCells])
    }

    @Test(
        "holds the policies, in either spelling",
        arguments: [
            ("cpu_policy: dedicated", "dedicated 0-7 prefer - rt:"),
            (
                "cpu_policy: dedicated, cpu_thread_policy: isolate, emulator_threads_policy: isolate",
                "dedicated 0-7 isolate isolate rt:"
            ),
            ("cpu_policy: mixed, cpu_dedicated_mask: ^0-1", "mixed 2-7 prefer - rt:"),
            ("cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ^0", "dedicated 0-7 prefer - rt:1-7"),
            (
                "cpu_policy: dedicated, cpu_realtime: true, emulator_threads_policy: share",
                "dedicated 0-7 prefer share rt:0-7"
            ),
            ("cpu_policy: mixed, cpu_realtime: true, cpu_realtime_mask: 2-3", "mixed 2-3 prefer - rt:2-3"),
            (
                "cpu_policy: mixed, cpu_realtime: true, emulator_threads_policy: isolate",
                "mixed 0-7 prefer isolate rt:0-7"
            ),
            ("emulator_threads_policy: share", "shared  prefer share rt:"),
            (
                "properties: {'hw:cpu_policy': dedicated, 'hw:cpu_thread_policy': require}",
                "dedicated 0-7 require - rt:"
            ),
            (
                "properties: {'resources:PCPU': '9', 'hw:emulator_threads_policy': isolate}",
                "dedicated 0-7 prefer isolate rt:"
            ),
            (
                "cpu_policy: dedicated, properties: {'trait:HW_CPU_HYPERTHREADING': forbidden}",
                "dedicated 0-7 isolate - rt:"
            ),
            (
                "cpu_policy: dedicated, image_properties: {'trait:HW_CPU_HYPERTHREADING': required}",
                "dedicated 0-7 require - rt:"
            ),
            (
                "properties: {'hw:cpu_policy': dedicated, 'hw:cpu_realtime': 'yes', 'hw:cpu_realtime_mask': ^0-1}",
                "dedicated 0-7 prefer - rt:2-7"
            ),
        ] as [(String, String)])
    func policies(keys: String, text: String) throws {
        let demand = try #require(demanded(guest(keys)))
        let emulator = demand.emulatorPolicy?.rawValue ?? "-"
        #expect(
            "\(demand.cpuPolicy) \(demand.dedicatedVCPUs) \(demand.threadPolicy) \(emulator) rt:\(demand.realtimeVCPUs)"
                == text)
        #expect(demand.lockedMemory == !demand.realtimeVCPUs.isEmpty)
    }

    @Test(
        "lets the flavor's CPU policy and the image's meet as Nova does",
        arguments: [
            (nil, nil, "shared"), (nil, "shared", "shared"), (nil, "dedicated", "dedicated"), (nil, "mixed", "mixed"),
            ("shared", nil, "shared"), ("shared", "shared", "shared"), ("shared", "dedicated", nil),
            ("shared", "mixed", nil),
            ("dedicated", nil, "dedicated"), ("dedicated", "shared", "dedicated"), ("dedicated", "mixed", "dedicated"),
            ("dedicated", "dedicated", "dedicated"), ("mixed", nil, "mixed"), ("mixed", "shared", "mixed"),
            ("mixed", "mixed", "mixed"),
            ("mixed", "dedicated", nil),
        ] as [(String?, String?, String?)])
    func cpuPolicyPrecedence(flavor: String?, image: String?, result: String?) {
        let keys = [
            flavor.map { "cpu_policy: \($0)" }, image.map { "image_properties: {hw_cpu_policy: \($0)}" },
            result == "mixed" || flavor == "mixed" ? "cpu_dedicated_mask: 0-1" : nil,
        ]
        let found = read(guest(keys.compactMap { $0 }.joined(separator: ", ")))
        #expect(found.value?.guests.first?.demand.cpuPolicy.rawValue == result)
        #expect(found.diagnostics.hasErrors == (result == nil))
    }

    @Test(
        "lets the flavor's thread policy and the image's meet as Nova does",
        arguments: [
            (nil, nil, "prefer"), (nil, "isolate", "isolate"), ("prefer", "isolate", "prefer"),
            ("prefer", nil, "prefer"),
            ("isolate", nil, "isolate"), ("isolate", "isolate", "isolate"), ("isolate", "prefer", nil),
            ("require", "isolate", nil), ("require", "require", "require"),
        ] as [(String?, String?, String?)])
    func threadPolicyPrecedence(flavor: String?, image: String?, result: String?) {
        let keys = [
            "cpu_policy: dedicated", flavor.map { "cpu_thread_policy: \($0)" },
            image.map { "image_properties: {hw_cpu_thread_policy: \($0)}" },
        ]
        let found = read(guest(keys.compactMap { $0 }.joined(separator: ", ")))
        #expect(found.value?.guests.first?.demand.threadPolicy.rawValue == result)
    }

    @Test(
        "lets the image choose the page size where the flavor leaves it open",
        arguments: [
            ("small", nil, "small"), ("2MiB", nil, "2MiB"), ("large", nil, "large"), ("any", nil, "any"),
            ("large", "1048576", "1GiB"), ("any", "small", "small"), ("large", "2MB", "2MiB"), ("any", "any", "any"),
            ("small", "small", nil), ("2MiB", "large", nil), (nil, "2048", nil), (nil, nil, "-"),
        ] as [(String?, String?, String?)])
    func pageSizePrecedence(flavor: String?, image: String?, result: String?) {
        let keys = [
            flavor.map { "mem_page_size: \($0)" }, image.map { "image_properties: {hw_mem_page_size: '\($0)'}" },
        ]
        let found = read(guest(keys.compactMap { $0 }.joined(separator: ", ")))
        let demand = found.value?.guests.first?.demand
        #expect(demand.map { $0.pageSize.map { text($0.value) } ?? "-" } == result)
    }

    @Test(
        "reads page sizes in Nova's spelling",
        arguments: [
            ("2048", "2MiB"), ("2MB", "2MiB"), ("2MiB", "2MiB"), ("1GB", "1GiB"), ("1048576", "1GiB"), ("16Mb", "2MiB"),
            ("16Mibit", "2MiB"),
            ("2097152B", "2MiB"), ("64KB", "64KiB"), ("4", "4KiB"), ("large", "large"),
        ])
    func novaPageSizes(text value: String, size: String) throws {
        let demand = try #require(demanded(guest("properties: {'hw:mem_page_size': '\(value)'}")))
        #expect(demand.pageSize.map { text($0.value) } == size)
    }

    @Test(
        "locks memory for those who ask, for real-time guests and for SEV",
        arguments: [
            ("mem_page_size: small, locked_memory: true", true), ("locked_memory: false", false),
            ("mem_encryption: true", true),
            ("mem_encryption: true, mem_encryption_model: amd-sev-es", true),
            ("mem_encryption: true, mem_encryption_model: intel-tdx", false), ("mem_encryption: false", false),
            ("image_properties: {hw_mem_encryption: true, hw_firmware_type: uefi}", true),
            ("mem_page_size: large, image_properties: {hw_locked_memory: true}", true),
        ] as [(String, Bool)])
    func locking(keys: String, isLocked: Bool) throws {
        #expect(try #require(demanded(guest(keys))).lockedMemory == isLocked)
    }

    @Test("holds everything else that a flavor can say")
    func rest() throws {
        let keys =
            "numa_nodes: 2, numa_policy: preferred, iothreads: 2, pci_numa_affinity_policy: socket, cpu_mode: host-passthrough,"
            + " maxphysaddr_mode: emulate, maxphysaddr_bits: 42"
        let demand = try #require(demanded(guest(keys)))
        #expect(demand.memoryPolicy == .preferred && demand.ioThreads == 2 && demand.devicePolicy == .socket)
        #expect(
            demand.cpuMode == "host-passthrough" && demand.physicalAddress == PhysicalAddress(mode: "emulate", bits: 42)
        )
        let unbound = try #require(demanded(guest("numa_nodes: 2, numa_policy: none, mem_page_size: small")))
        #expect(!unbound.isBound && unbound.cells.count == 2)
    }

    @Test("holds the guest's devices; hosts apart and absent guests may name the same")
    func devices() throws {
        let keys = "host_devices: ['0000:3b:00.0', 0001:3B:00.1], pci_numa_affinity_policy: required"
        let demand = try #require(demanded(guest(keys)))
        #expect(demand.devices.map(\.value.description) == ["0000:3b:00.0", "0001:3b:00.1"])
        #expect(demand.devicePolicy == .required && demand.devices[0].mark.line == 1)
        let text = """
            hosts: {a: {}, b: {}}
            flavors: {f: {vcpus: 1, ram: 1GiB}}
            guests:
              g1: {flavor: f, host: a, host_devices: ['0000:3b:00.0']}
              g2: {flavor: f, host: b, host_devices: ['0000:3b:00.0']}
              g3: {flavor: f, host: b, host_devices: ['0000:3b:00.0'], state: absent}
            """
        #expect(read(text).diagnostics == [])
        #expect(read(text).value?.guests.map(\.demand.devices.count) == [1, 1, 0])
    }

    @Test("holds what devices are to be that the planner chooses")
    func deviceWishes() throws {
        let keys = """
            host_devices: ['0000:3b:00.0', {kind: gpu, vendor: "10DE", device: 2235, count: 2}, {class: nvme}, \
            {class: 0302}, {netdev: ens1f0}, {netdev: ens1f0, vf: true, count: 3}, \
            {address: '0000:3c:00.0', vf: true}, {address: '0000:3b:00.1'}]
            """
        let demand = try #require(demanded(guest(keys)))
        #expect(demand.devices.map(\.value.description) == ["0000:3b:00.0", "0000:3b:00.1"])
        #expect(
            demand.deviceWishes.map { "\($0.value.count) \($0.value.wish.words)" } == [
                "2 gpu, vendor 10de, device 2235", "1 nvme", "1 0302", "1 netdev ens1f0", "3 vf of netdev ens1f0",
                "1 vf of 0000:3c:00.0",
            ])
        #expect(demand.deviceWishes[1].mark.line == 1)
        let counted = read("guests: {g: {vcpus: 1, ram: 1GiB, count: 2, host_devices: [{kind: nvme}]}}")
        #expect(counted.diagnostics == [] && counted.value?.guests.map(\.demand.deviceWishes.count) == [1, 1])
    }

    private func text(_ request: GuestDemand.PageRequest) -> String {
        switch request {
        case .small: "small"
        case .large: "large"
        case .any: "any"
        case .exactly(let size): size.description
        }
    }
}
