import Diagnostics
import HostModel
import Placement
import Planning
import LivePlacement
import Testing

private let small = PageSize(4)
private let large = PageSize(2_048)

@Suite("Where a guest is, against the plan")
struct ResidenceTests {
    /// The threads of the captured guest `ordinary`, on a host with more CPUs.
    static let threads = [
        GuestThread(id: 9329, name: "qemu-system-x86", allowed: [0, 1, 2, 3]),
        GuestThread(id: 9338, name: "IO iothread1", allowed: [0, 1]),
        GuestThread(id: 9342, name: "IO mon_iothread", allowed: [0, 1, 2, 3]),
        GuestThread(id: 9343, name: "CPU 0/TCG", allowed: [0]),
        GuestThread(id: 9344, name: "CPU 1/TCG", allowed: [4]),
    ]

    private static func placement(page: PageSize = small, hosts: [CellID] = [0, 1]) -> GuestPlacement {
        GuestPlacement(
            name: "web01", emulatorCPUs: [0, 1, 2, 3], memory: 65_536,
            cells: hosts.enumerated().map { index, host in
                GuestCellPlacement(
                    id: GuestCellID(index), hostCell: host, vcpus: [VCPU(index)],
                    memory: KiB(65_536 / UInt64(hosts.count)), pageSize: page, pins: [VCPU(index): [CPU(index * 4)]],
                    dedicatedVCPUs: [])
            })
    }

    private static func shape(_ bound: CellSet?...) -> GuestShape {
        GuestShape(
            bound.enumerated().map { index, cells in
                .init(cell: GuestCellID(index), memory: KiB(65_536 / UInt64(bound.count)), boundTo: cells)
            })
    }

    private static func residence(
        _ placement: GuestPlacement, _ shape: GuestShape, areas: [MemoryArea]?, threads: [GuestThread] = threads,
        isRestartPending: Bool = false, tolerance: UInt64 = 1
    ) -> GuestResidence {
        ResidenceCheck.residence(
            of: .success(GuestProcess(guest: "web01", id: 9329, threads: threads, areas: areas)),
            Expectation(
                placement: placement, shape: shape, onlineCPUs: CPUSet(numbers: 0...7),
                isRestartPending: isRestartPending, tolerance: tolerance))
    }

    // MARK: Telling guest memory apart

    @Test("memory is found by name, by length, and not among the emulator's own", arguments: Captured.allCases)
    func found(guest: Captured) throws {
        let hasCells = ![.plain, .plainHuge].contains(guest)
        let shape: GuestShape =
            guest == .ordinary
            ? Self.shape([0], [0])
            : GuestShape([.init(cell: hasCells ? 0 : nil, memory: 65_536, boundTo: guest == .huge ? [0] : nil)])
        let memory = Self.residence(
            Self.placement(hosts: guest == .ordinary ? [0, 0] : [0]), shape, areas: try guest.areas()
        ).memory
        let wanted: [[PageSize: [CellID: PageCount]]] =
            switch guest {
            case .ordinary: [[small: [0: 8_192]], [small: [0: 8_192]]]
            case .huge, .plainHuge: [[large: [0: 32]]]
            // Nothing of it was touched yet.
            case .plain, .memfd, .file: [[:]]
            }
        #expect(memory.map(\.pages) == wanted)
        #expect(memory.map(\.resident) == wanted.map { $0.isEmpty ? 0 : KiB(65_536 / UInt64(wanted.count)) })
    }

    @Test("of cells of one length, each gets the area that is bound as QEMU was told")
    func equalLengths() throws {
        let areas = try Captured.ordinary.areas([
            "7f8b15e00000 bind:0 anon=8192 dirty=8192 active=0 N0=8192":
                "7f8b15e00000 bind:1 anon=8000 dirty=8000 active=0 N1=8000"
        ])
        for (bound, pages) in [
            ([[0], [1]], [8_192, 8_000]), ([[1], [0]], [8_000, 8_192]), ([nil, nil], [8_192, 8_000]),
        ] as [([CellSet?], [PageCount])] {
            let memory = Self.residence(Self.placement(), Self.shape(bound[0], bound[1]), areas: areas).memory
            #expect(memory.map { $0.pages.values.flatMap(\.values) } == pages.map { [$0] })
        }
    }

    @Test("memory that is not there is said to be missing, and takes no other's place")
    func absent() throws {
        let areas = try Captured.ordinary.areas()
        let shape = GuestShape([.init(cell: 0, memory: 32_768), .init(cell: 1, memory: 16_384)])
        let residence = Self.residence(Self.placement(), shape, areas: areas, threads: [])
        #expect(residence.memory.map(\.cell) == [0])
        #expect(residence.unknown.map(\.what) == ["the memory of guest cell 1 was not found among the process's"])
        #expect(residence.findings.map(\.code) == [.residenceUnknown])
    }

    // MARK: Memory

    @Test("what a cell was given while it runs counts to it, by libvirt's name or, without one, by its length")
    func plugged() throws {
        let huge = "file=/dev/hugepages/libvirt/qemu/1-vm/qemu_back_mem.memvirtiomem0.Ab (deleted)"
        for (alias, file) in [("virtiomem0", huge), (nil, nil)] as [(String?, String?)] {
            var areas = try Captured.ordinary.areas()
            var area = try #require(areas.first { $0.size == 32_768 })
            (area.start, area.size, area.pages, area.boundTo) = (4_096, 131_072, [0: 512, 1: 512], [0])
            area.file = file.map { String($0.dropFirst("file=".count)) }
            areas.append(area)
            let plug = GuestShape.PluggedDevice(alias: alias, size: 131_072, plugged: 4_096)
            let shape = GuestShape([.init(cell: 0, memory: 32_768, boundTo: [0], plug: plug)])
            let memory = Self.residence(Self.placement(hosts: [0, 0]), shape, areas: areas, threads: []).memory
            #expect(memory.map(\.size) == [36_864])
            #expect(memory.map(\.remote) == [2_048], "\(alias ?? "unnamed")")
        }
    }

    @Test("all at its place is no deviation")
    func inPlace() throws {
        let areas = try Captured.ordinary.areas([
            "7f8b15e00000 bind:0 anon=8192 dirty=8192 active=0 N0": "7f8b15e00000 bind:1 anon=8192 N1"
        ])
        let residence = Self.residence(Self.placement(), Self.shape([0], [1]), areas: areas, threads: [])
        #expect(!residence.deviates && residence.findings == [] && residence.unknown == [])
        #expect(residence.memory.map(\.remote) == [0, 0])
        #expect(residence.memory.map(\.remotePermille) == [0, 0])
    }

    @Test(
        "remote memory counts from the tolerance on, in MiB and per mille rounded up",
        arguments: [
            ("N0=8192", 0, 0, 0, false), ("N0=8191 N1=1", 0, 4, 1, true), ("N0=8191 N1=1", 1, 4, 1, false),
            ("N0=8000 N1=100 N2=92", 1, 768, 24, true), ("N0=8000 N1=192", 3, 768, 24, false),
            ("N1=8192", 99, 32_768, 1_000, true), ("N1=8192", 100, 32_768, 1_000, false),
        ] as [(String, UInt64, KiB, UInt64, Bool)])
    func remote(pages: String, tolerance: UInt64, remote: KiB, permille: UInt64, deviates: Bool) throws {
        let areas = try Captured.ordinary.areas([
            "7f8b5de00000 bind:0 anon=8192 dirty=8192 active=0 N0=8192": "7f8b5de00000 bind:0 \(pages)"
        ])
        let residence = Self.residence(
            Self.placement(hosts: [0, 0]), Self.shape([0], [0]), areas: areas, threads: [], tolerance: tolerance)
        #expect(residence.memory[0].remote == remote)
        #expect(residence.memory[0].remotePermille == permille)
        #expect(residence.deviates == deviates)
        #expect(residence.memory[1].remote == 0)
    }

    @Test("remote memory is named with what moves it")
    func remoteFinding() throws {
        let areas = try Captured.huge.areas(["N0=32": "N0=20 N2=12"])
        let shape = GuestShape([.init(cell: 0, memory: 65_536, boundTo: [0])])
        let residence = Self.residence(Self.placement(page: large, hosts: [0]), shape, areas: areas, threads: [])
        #expect(
            residence.findings == [
                Diagnostic(
                    .memoryElsewhere,
                    "web01: guest cell 0 has 24 MiB of 64 MiB on host cell 2, not on the planned cell 0",
                    severity: .warning, hint: "migratepages 9329 2 0, or restart the guest")
            ])
    }

    @Test("pages of another size are found, and with a restart pending are no news")
    func otherPages() throws {
        let areas = try Captured.ordinary.areas()
        let (placement, shape) = (Self.placement(page: large, hosts: [0, 0]), Self.shape([0], [0]))
        let residence = Self.residence(placement, shape, areas: areas, threads: [])
        #expect(residence.deviates && !residence.waitsForRestart)
        #expect(residence.findings.map(\.code) == [.memoryInOtherPages, .memoryInOtherPages])
        #expect(
            residence.findings[0].message
                == "web01: guest cell 0 has 32 MiB in pages of 4KiB, not of the planned 2MiB")
        let pending = Self.residence(placement, shape, areas: areas, threads: [], isRestartPending: true)
        #expect(!pending.deviates && pending.waitsForRestart)
        #expect(pending.findings.allSatisfy { $0.severity == .note })
    }

    @Test(
        "threads of a guest that moves at its next start stay with its memory: no command parts them",
        arguments: [(false, [Diagnostic.Severity.note, .note]), (true, [.warning])])
    func movePending(wasPinned: Bool, severities: [Diagnostic.Severity]) throws {
        let areas = try Captured.ordinary.areas()
        let placement = GuestPlacement(
            name: "web01", memory: 32_768,
            cells: [
                GuestCellPlacement(
                    id: 0, hostCell: 1, vcpus: [0], memory: 32_768, pageSize: small, pins: [0: [4, 5]],
                    dedicatedVCPUs: [])
            ])
        let residence = ResidenceCheck.residence(
            of: .success(
                GuestProcess(
                    guest: "web01", id: 9329,
                    threads: [GuestThread(id: 1, name: "CPU 0/KVM", allowed: wasPinned ? [4, 5] : [0, 1, 2, 3])],
                    areas: areas)),
            Expectation(
                placement: placement, shape: GuestShape([.init(cell: 0, memory: 32_768, boundTo: [0])]),
                onlineCPUs: CPUSet(numbers: 0...7), isRestartPending: true,
                hostCPUs: [0: CPUSet(numbers: 0...3), 1: CPUSet(numbers: 4...7)]))
        #expect(residence.findings.map(\.severity) == severities)
        #expect(residence.findings.allSatisfy { $0.hint?.contains("virsh") == false })
        #expect(residence.findings.last?.hint?.contains("next start") == true)
        // Pinned to the plan's CPUs the guest is no better off, but remote: that is a difference, and the other is none.
        #expect(residence.deviates == wasPinned)
        #expect(residence.waitsForRestart)
        #expect(residence.memory.map(\.away) == [wasPinned ? 32_768 : 0])
    }

    @Test("memory that may not be read leaves the threads to be looked at")
    func unreadable() {
        let process = GuestProcess(
            guest: "web01", id: 9329, threads: Self.threads, areas: nil,
            unread: [Unread("cannot open /proc/9329/numa_maps: Permission denied", isForbidden: true)])
        let residence = ResidenceCheck.residence(
            of: .success(process),
            Expectation(placement: Self.placement(), shape: Self.shape([0], [1]), onlineCPUs: CPUSet(numbers: 0...7)))
        #expect(residence.memory == [] && !residence.threads.isEmpty)
        #expect(residence.findings.last?.code == .residenceUnknown)
        #expect(residence.findings.last?.hint == "run it as root")
    }

    // MARK: Threads

    @Test("threads of a role on the same CPUs are one line, vCPUs first")
    func threadGroups() {
        let residence = Self.residence(Self.placement(), Self.shape(), areas: nil)
        #expect(
            residence.threads == [
                .init(role: .vcpu(0), ids: [9343], allowed: [0], wanted: [0]),
                .init(role: .vcpu(1), ids: [9344], allowed: [4], wanted: [4]),
                .init(role: .ioThread(1), ids: [9338], allowed: [0, 1], wanted: [0, 1, 2, 3]),
                .init(role: .emulator, ids: [9329, 9342], allowed: [0, 1, 2, 3], wanted: [0, 1, 2, 3]),
            ])
        #expect(
            residence.findings == [
                Diagnostic(
                    .threadElsewhere, "web01: iothread 1 may run on CPUs 0-1, fewer than the planned 0-3",
                    severity: .warning, hint: "virsh iothreadpin web01 1 0-3 --live")
            ])
    }

    @Test(
        "threads that made memory ready are where that memory is, and are not looked at",
        arguments: [[0], [4, 5], []] as [CPUSet])
    func preallocation(allowed: CPUSet) {
        let threads = [
            GuestThread(id: 1, name: "qemu-system-x86", allowed: [0, 1, 2, 3]),
            GuestThread(id: 2, name: "TC tc-ram-node0", allowed: allowed),
        ]
        let residence = Self.residence(Self.placement(), Self.shape(), areas: nil, threads: threads)
        #expect(!residence.deviates)
        #expect(residence.threads.flatMap(\.ids) == [1])
    }

    @Test(
        "a thread that may run elsewhere is named with the command that pins it",
        arguments: [
            ("CPU 1/TCG", [4, 5], "web01: vCPU 1 may run on CPUs 4-5, not on the planned 4", "vcpupin web01 1 4"),
            (
                "qemu-system-x86", [0, 1, 2, 3, 7], "web01: the emulator may run on CPUs 0-3,7, not on the planned 0-3",
                "emulatorpin web01 0-3"
            ),
            ("CPU 0/KVM", [], "web01: vCPU 0 may run on CPUs (none), fewer than the planned 0", "vcpupin web01 0 0"),
        ] as [(String, CPUSet, String, String)])
    func moved(name: String, allowed: CPUSet, message: String, hint: String) {
        let threads = [GuestThread(id: 1, name: name, allowed: allowed)]
        let residence = Self.residence(Self.placement(), Self.shape(), areas: nil, threads: threads)
        #expect(residence.deviates)
        #expect(residence.findings.first?.message == message)
        #expect(residence.findings.first?.hint == "virsh \(hint) --live")
    }

    @Test("a vCPU without a thread is said to be missing; CPUs that are offline do not count")
    func missing() {
        let threads = [GuestThread(id: 1, name: "CPU 1/KVM", allowed: [4, 9])]
        let residence = Self.residence(Self.placement(), Self.shape(), areas: nil, threads: threads)
        #expect(residence.unknown.map(\.what) == ["no thread of vCPU 0 was found"])
        #expect(!residence.deviates)
    }

    @Test("a vCPU that is not plugged in has no thread, and none is missed")
    func unplugged() {
        let threads = [GuestThread(id: 1, name: "CPU 0/KVM", allowed: [4])]
        func unknown(_ present: Int?) -> [String] {
            let expectation = Expectation(
                placement: Self.placement(), shape: Self.shape(), onlineCPUs: CPUSet(numbers: 0...7),
                presentVCPUs: present)
            let process = GuestProcess(guest: "web01", id: 9329, threads: threads, areas: nil)
            return ResidenceCheck.residence(of: .success(process), expectation).unknown.map(\.what)
        }
        #expect(unknown(nil) == ["no thread of vCPU 1 was found"])
        #expect(unknown(1).isEmpty)
    }

    @Test("a guest that is bound to nothing may be anywhere")
    func unbound() throws {
        let placement = GuestPlacement(name: "web01", memory: 65_536)
        let shape = GuestShape([.init(cell: nil, memory: 65_536)])
        let residence = Self.residence(placement, shape, areas: try Captured.plainHuge.areas(["N0=32": "N5=32"]))
        #expect(!residence.deviates && residence.findings == [])
        #expect(residence.memory.map(\.resident) == [65_536])
        let floating = GuestPlacement(name: "web01", floatingCPUs: [0], memory: 65_536)
        #expect(Self.residence(floating, shape, areas: nil).findings.map(\.code) == [.threadElsewhere])
        let pinned = GuestPlacement(name: "web01", memory: 65_536, pins: [1: [0]])
        #expect(Self.residence(pinned, shape, areas: nil).findings.map(\.code) == [.threadElsewhere])
    }

    @Test("a guest without a process is unknown, not fine")
    func gone() {
        let residence = ResidenceCheck.residence(
            of: .failure(Unread("there is no /run/libvirt/qemu/web01.pid")),
            Expectation(placement: Self.placement(), shape: Self.shape([0], [1]), onlineCPUs: [0]))
        #expect(residence.process == nil && residence.threads == [] && residence.memory == [])
        #expect(residence.findings.map(\.message) == ["web01: there is no /run/libvirt/qemu/web01.pid"])
    }
}
