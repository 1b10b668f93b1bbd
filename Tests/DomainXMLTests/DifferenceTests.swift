import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("Settings and their differences")
struct DifferenceTests {
    @Test("are listed in the order of a definition")
    func order() {
        var parts = Wanted.pinned
        parts.schedulers[1] = .init(policy: "fifo", priority: 1)
        parts.isLocked = true
        #expect(
            parts.settings.map(\.path) == [
                "memory.kib", "memoryBacking.page[0]", "memoryBacking.page[1]", "memoryBacking.locked", "vcpu",
                "iothreads", "cputune.vcpupin[0]", "cputune.vcpupin[1]", "cputune.vcpupin[2]", "cputune.vcpupin[3]",
                "cputune.emulatorpin", "cputune.iothreadpin[1]", "cputune.vcpusched[1]", "numatune.memory",
                "numatune.memnode[0]", "numatune.memnode[1]", "features.acpi", "cpu.mode", "cpu.topology",
                "cpu.maxphysaddr", "cpu.numa.cell[0].cpus", "cpu.numa.cell[0].memory_kib",
                "cpu.numa.cell[0].memAccess", "cpu.numa.cell[0].distances", "cpu.numa.cell[1].cpus",
                "cpu.numa.cell[1].memory_kib", "cpu.numa.cell[1].memAccess", "cpu.numa.cell[1].distances",
            ])
    }

    @Test("name what is now and what is wanted, absent ones too, numbers in their order")
    func differing() {
        var now = Wanted.plain.values
        now.vcpus = 12
        now.vcpuPins = [2: [1], 10: [1]]
        now.isLocked = true
        #expect(
            text(Wanted.oneCell.differences(from: now)) == [
                "memory.kib: 524288 -> 1048576", "memoryBacking.locked: on -> absent", "vcpu: 12 -> 4",
                "cputune.vcpupin[0]: absent -> 0-3", "cputune.vcpupin[1]: absent -> 0-3",
                "cputune.vcpupin[2]: 1 -> 0-3", "cputune.vcpupin[3]: absent -> 0-3", "cputune.vcpupin[10]: 1 -> absent",
                "cputune.emulatorpin: absent -> 0-3", "numatune.memory: absent -> strict 0",
                "numatune.memnode[0]: absent -> strict 0", "features.acpi: absent -> on",
                "cpu.topology: absent -> 4/1/1", "cpu.numa.cell[0].cpus: absent -> 0-3",
                "cpu.numa.cell[0].memory_kib: absent -> 1048576",
            ])
    }

    @Test("leave alone what a wanted value does not say")
    func leaving() {
        var now = Wanted.pinned.values
        now.ioThreads = 3
        now.guestCells[0].isShared = false
        var want = Wanted.pinned
        (want.ioThreads, want.cpuMode, want.topology, want.maximumPhysicalAddress) = (nil, nil, nil, nil)
        want.hasACPI = false
        for index in want.guestCells.indices {
            want.guestCells[index].isShared = nil
            want.guestCells[index].distances = [:]
        }
        #expect(want.differences(from: now).isEmpty)
        let settled = want.settled(over: now)
        #expect(settled.ioThreads == 3 && settled.topology == now.topology && settled.hasACPI)
        #expect(settled.guestCells == now.guestCells)
    }

    @Test("a topology of another number of vCPUs goes, and so do distances to cells that are gone")
    func following() {
        var now = Wanted.pinned.values
        now.vcpuPins = [:]
        now.emulatorPin = nil
        now.ioThreadPins = [:]
        var want = WantedSettings(keeping: now)
        (want.vcpus, want.topology) = (2, nil)
        want.guestCells = [GuestCell(id: 0, vcpus: [0, 1], memory: KiB(4_194_304))]
        #expect(
            text(want.differences(from: now)).filter { $0.hasPrefix("cpu.") || $0.hasPrefix("vcpu") } == [
                "vcpu: 4 -> 2", "cpu.topology: 2/2/1 -> absent", "cpu.numa.cell[0].memory_kib: 2097152 -> 4194304",
                "cpu.numa.cell[0].distances: 0:10 1:21 -> absent", "cpu.numa.cell[1].cpus: 2-3 -> absent",
                "cpu.numa.cell[1].memory_kib: 2097152 -> absent", "cpu.numa.cell[1].memAccess: shared -> absent",
                "cpu.numa.cell[1].distances: 0:21 1:10 -> absent",
            ])
    }

    @Test(
        "huge pages that mean the same do not differ",
        arguments: [
            (.all(oneGiB), .perCell([0: oneGiB, 1: oneGiB]), nil, []),
            (.perCell([0: oneGiB, 1: oneGiB, 7: twoMiB]), .all(oneGiB), nil, []),
            (.perCell([0: oneGiB]), .all(oneGiB), nil, ["memoryBacking.page[1]: 1048576 -> absent"]),
            (.defaultSize, .defaultSize, nil, []), (.defaultSize, .all(twoMiB), twoMiB, []),
            (.all(twoMiB), .defaultSize, twoMiB, []),
            (
                .all(twoMiB), .defaultSize, nil,
                [
                    "memoryBacking.page: default -> absent", "memoryBacking.page[0]: absent -> 2048",
                    "memoryBacking.page[1]: absent -> 2048",
                ]
            ),
            (nil, .perCell([7: oneGiB]), nil, []),
        ] as [(HugePages?, HugePages?, PageSize?, [String])])
    func hugePages(
        want: HugePages?, now: HugePages?, size: PageSize?, expected: [String]
    ) {
        var (wanted, present) = (Wanted.pinned, Wanted.pinned.values)
        wanted.hugePages = want
        present.hugePages = now
        #expect(text(wanted.differences(from: present, defaultHugePage: size)) == expected)
        #expect(wanted.differs(from: present, defaultHugePage: size) == !expected.isEmpty)
    }

    @Test("a memnode that says what memory says, and vCPUs that no cell names, do not differ")
    func defaults() {
        var now = Wanted.oneCell.values
        now.numaTune?.memNodes = [:]
        now.guestCells[0].vcpus = [0, 1]
        #expect(Wanted.oneCell.differences(from: now).isEmpty)
        now.numaTune?.hostCells = [1]
        #expect(text(Wanted.oneCell.differences(from: now)).count == 2)
    }

    @Test("absent vCPUs, a balloon and automatic placement always differ")
    func presence() throws {
        let now = try FoundSettings(
            reading: domain(
                "<currentMemory>65536</currentMemory><vcpu placement='auto' current='2'>4</vcpu>"))
        let want = WantedSettings(vcpus: 4, memory: KiB(1_048_576))
        #expect(
            text(want.differences(from: now)) == [
                "memory.current_kib: 65536 -> absent", "vcpu.placement: auto -> absent", "vcpu.current: 2 -> absent",
                "numatune.memory: strict auto -> absent",
            ])
    }

    @Test("a guest whose memory can be plugged keeps one cell")
    func hotplug() throws {
        let body =
            "<maxMemory slots='4' unit='GiB'>8</maxMemory><cpu><numa><cell cpus='0-3' memory='1048576'/></numa></cpu>"
        let now = try FoundSettings(reading: domain(body + "<vcpu>4</vcpu><memory>1048576</memory>"))
        #expect(WantedSettings(vcpus: 4, memory: KiB(1_048_576)).differences(from: now).isEmpty)
        #expect(
            text(WantedSettings(vcpus: 2, memory: KiB(1_048_576)).differences(from: now)) == [
                "vcpu: 4 -> 2", "cpu.numa.cell[0].cpus: 0-3 -> 0-1",
            ])
    }

    @Test("no iothreads and nothing said of iothreads are the same")
    func ioThreads() {
        var (want, now) = (Wanted.plain, Wanted.plain.values)
        want.ioThreads = 0
        #expect(want.differences(from: now).isEmpty)
        now.ioThreads = 2
        #expect(text(want.differences(from: now)) == ["iothreads: 2 -> absent"])
    }
}
