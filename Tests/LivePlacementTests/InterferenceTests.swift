import Diagnostics
import HostModel
import LivePlacement
import Placement
import Testing

@Suite("Who else runs on a guest's own CPUs")
struct InterferenceTests {
    // MARK: The kernel's texts

    @Test("counters of a thread are read, and of no other form")
    func counters() throws {
        let found = try #require(ActivityText.counters(in: "1838921 20 7\n"))
        #expect(found == (1_838_921, 20, 7))
        for text in ["", "1 2", "1 2 3 4", "1 -2 3", "a b c"] { #expect(ActivityText.counters(in: text) == nil) }
    }

    /// A thread of Linux 6.1, with its name and flags replaced.
    private static func stat(_ name: String, flags: UInt32, cpu: Int) -> String {
        "20 (\(name)) S 2 0 0 0 -1 \(flags) 0 0 0 0 0 5 0 0 20 0 1 0 3 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 "
            + "17 \(cpu) 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    }

    @Test(
        "a thread tells its name, its last CPU and whether it may go", arguments: ["migration/3", "a) (b", "", "x y"])
    func thread(name: String) throws {
        let bound = try #require(ThreadStat(Self.stat(name, flags: 0x0420_8040, cpu: 3)))
        #expect(bound.name == name && bound.cpu == 3 && bound.isBound && !bound.hasEnded && bound.began == 3)
        let free = try #require(ThreadStat(Self.stat(name, flags: 0x0020_8040, cpu: 65_535)))
        #expect(free.name == name && free.cpu == 65_535 && !free.isBound)
        #expect(ThreadStat(Self.stat(name, flags: 0, cpu: 65_536)) == nil)
        #expect(ThreadStat("20 \(name)") == nil)
    }

    @Test("runs of each CPU are its line's last counter")
    func runs() {
        let text = """
            version 15
            timestamp 4295015000
            cpu0 0 0 0 0 0 0 125302 9216 401
            domain0 3 38 38 0 0 0 0 0 0 0 0 0 0
            cpu1 0 0 0 0 0 0 99 1 18
            cpu2 0 0 0
            """
        #expect(ActivityText.runs(in: text) == [0: 401, 1: 18])
        #expect(ActivityText.runs(in: "version 15\n") == nil)
    }

    @Test("interrupts have the names of their devices, on x86 and on ARM")
    func interrupts() throws {
        let x86 = """
                       CPU0       CPU2
              4:          9          0  IO-APIC   4-edge      ttyS0
             24:          0         17  PCI-MSI 49152-edge      virtio0-config
             25:          1          2  PCI-MSIX-0000:00:03.0   1-edge      virtio1-input.0, virtio2
            LOC:       4711       1234   Local timer interrupts
            ERR:          0
            """
        #expect(
            try #require(ActivityText.interrupts(in: x86)) == [
                "4": InterruptCounts(number: 4, label: "ttyS0", counts: [0: 9, 2: 0]),
                "24": InterruptCounts(number: 24, label: "virtio0-config", counts: [0: 0, 2: 17]),
                "25": InterruptCounts(number: 25, label: "virtio1-input.0, virtio2", counts: [0: 1, 2: 2]),
                "LOC": InterruptCounts(number: nil, label: "Local timer interrupts", counts: [0: 4_711, 2: 1_234]),
            ])
        let arm = """
                       CPU0       CPU1
             11:      41028      29384     GICv3  27 Level     arch_timer
            IPI0:       123        456       Rescheduling interrupts
            """
        #expect(
            try #require(ActivityText.interrupts(in: arm)) == [
                "11": InterruptCounts(number: 11, label: "arch_timer", counts: [0: 41_028, 1: 29_384]),
                "IPI0": InterruptCounts(number: nil, label: "Rescheduling interrupts", counts: [0: 123, 1: 456]),
            ])
        #expect(ActivityText.interrupts(in: "") == nil)
        #expect(ActivityText.interrupts(in: "nonsense\n 1: 2\n") == nil)
    }

    // MARK: Adding up

    /// A guest with vCPUs 0 and 1 on CPUs 2 and 3, its emulator on 0 and 1.
    private static func guest(
        _ name: String = "db01", process: Int = 100, cpus: [CPU] = [2, 3], dedicated: CPUSet = [2, 3],
        siblings: [CPUSet] = [[0], [1], [2], [3]]
    ) -> WatchedGuest? {
        let vcpus = VCPUSet(numbers: 0..<cpus.count)
        let placement = GuestPlacement(
            name: name, emulatorCPUs: [0, 1], memory: 65_536,
            cells: [
                GuestCellPlacement(
                    id: 0, hostCell: 0, vcpus: vcpus, memory: 65_536, pageSize: PageSize(4),
                    pins: Dictionary(uniqueKeysWithValues: zip(vcpus, cpus.map { [$0] })), dedicatedVCPUs: vcpus)
            ])
        return WatchedGuest(
            process: process,
            Expectation(placement: placement, shape: GuestShape([]), onlineCPUs: CPUSet(numbers: 0...7)),
            dedicated: dedicated, siblings: siblings)
    }

    private static func thread(
        _ name: String, of process: Int = 1, on cpu: CPU, ran: UInt64 = 0, waited: UInt64 = 0, runs: UInt64,
        isBound: Bool = false
    ) -> ThreadActivity {
        ThreadActivity(
            process: process, name: name, cpu: cpu, ran: ran, waited: waited, runs: runs, isBound: isBound)
    }

    private static func watched(_ guests: [WatchedGuest], _ samples: ActivitySample...) -> [Interference.Guest] {
        var watch = InterferenceWatch(guests, program: 999, samples[0])
        for sample in samples.dropFirst() { watch.add(sample) }
        return watch.result(milliseconds: 1_000).guests
    }

    @Test("a guest's own threads do not count, everybody else does, and what was before does not")
    func others() throws {
        let guest = try #require(Self.guest())
        let before = ActivitySample(
            threads: [
                101: Self.thread("CPU 0/KVM", of: 100, on: 2, ran: 50, waited: 10, runs: 5),
                102: Self.thread("CPU 1/KVM", of: 100, on: 3, runs: 5),
                7: Self.thread("chronyd", of: 7, on: 2, ran: 1_000, runs: 50),
                8: Self.thread("ksoftirqd/3", of: 8, on: 3, ran: 1_000, runs: 50, isBound: true),
                9: Self.thread("sshd", of: 9, on: 3, ran: 1_000, runs: 50),
            ], interrupts: ["24": InterruptCounts(number: 24, label: "nvme0q1", counts: [1: 5, 2: 6])],
            runs: [1: 100, 2: 100, 3: 100])
        let after = ActivitySample(
            threads: [
                // Changed places: still the guest's own where the plan has it, another's where not.
                101: Self.thread("CPU 0/KVM", of: 100, on: 2, ran: 90, waited: 40, runs: 8),
                102: Self.thread("CPU 1/KVM", of: 100, on: 2, ran: 5, runs: 6),
                100: Self.thread("qemu-system-x86", of: 100, on: 3, ran: 2, runs: 1),
                120: Self.thread("vhost-100", of: 120, on: 3, ran: 4, runs: 2),
                7: Self.thread("chronyd", of: 7, on: 2, ran: 1_400, runs: 53),
                8: Self.thread("ksoftirqd/3", of: 8, on: 3, ran: 1_020, runs: 51, isBound: true),
                9: Self.thread("sshd", of: 9, on: 3, ran: 1_000, runs: 50),
                10: Self.thread("away", of: 10, on: 1, ran: 70, runs: 7),
                999: Self.thread("numactl-plan", of: 999, on: 2, ran: 70, runs: 7),
            ],
            interrupts: [
                "24": InterruptCounts(number: 24, label: "nvme0q1", counts: [1: 9, 2: 8]),
                "LOC": InterruptCounts(number: nil, label: "Local timer interrupts", counts: [2: 3, 3: 0]),
            ], runs: [1: 110, 2: 116, 3: 104])
        let found = try #require(Self.watched([guest], before, after).first)
        #expect(found.cpus == [2, 3] && found.waited == 30)
        #expect(
            found.others == [
                .init(kind: .thread(7, process: 7), name: "chronyd", cpus: [2], count: 3, ran: 400),
                .init(kind: .thread(102, process: 100), name: "CPU 1/KVM", cpus: [2], count: 1, ran: 5),
                .init(kind: .thread(120, process: 120), name: "vhost-100", cpus: [3], count: 2, ran: 4),
                .init(kind: .thread(100, process: 100), name: "qemu-system-x86", cpus: [3], count: 1, ran: 2),
                .init(kind: .interrupt(24), name: "nvme0q1", cpus: [2], count: 2),
                .init(kind: .thread(8, process: 8), name: "ksoftirqd/3", cpus: [3], count: 1, ran: 20, isBound: true),
                .init(
                    kind: .kernelInterrupt("LOC"), name: "Local timer interrupts", cpus: [2], count: 3, isBound: true),
            ])
        // Of 16 runs on CPU 2 there are 14 with a name; on CPU 3 all 4.
        #expect(found.unseenRuns == 2)
    }

    @Test("several looks add up, a thread that began meanwhile counts whole, a number that was given again anew")
    func looks() throws {
        let guest = try #require(Self.guest())
        let found = try #require(
            Self.watched(
                [guest], ActivitySample(threads: [7: Self.thread("old", on: 2, ran: 500, runs: 9)]),
                ActivitySample(threads: [7: Self.thread("old", on: 2, ran: 600, runs: 10)]),
                ActivitySample(threads: [7: Self.thread("old", on: 3, ran: 650, runs: 12)]),
                ActivitySample(threads: [7: Self.thread("old", on: 1, ran: 950, runs: 22)]),
                ActivitySample(threads: [7: Self.thread("new", on: 2, ran: 30, runs: 1)])
            ).first)
        #expect(
            found.others == [.init(kind: .thread(7, process: 1), name: "old", cpus: [2, 3], count: 4, ran: 180)])
        #expect(found.unseenRuns == nil, "the kernel did not count")
    }

    @Test("siblings that are kept idle are watched, shared CPUs are not")
    func watchedCPUs() throws {
        let siblings: [CPUSet] = [[0, 1], [2, 3], [4, 5]]
        let isolated = try #require(Self.guest(cpus: [2], dedicated: [2, 3, 4], siblings: siblings))
        #expect(isolated.cpus == [2, 3])
        let preferred = try #require(Self.guest(cpus: [2], dedicated: [2], siblings: siblings))
        #expect(preferred.cpus == [2])
        #expect(Self.guest(cpus: [2], dedicated: [], siblings: siblings) == nil, "it has none for itself")
    }

    @Test("one guest's thread on another's CPU is another's")
    func twoGuests() throws {
        let first = try #require(Self.guest("a", process: 100, cpus: [2], dedicated: [2, 3]))
        let second = try #require(Self.guest("b", process: 200, cpus: [3], dedicated: [2, 3]))
        let found = Self.watched(
            [second, first], ActivitySample(threads: [:]),
            ActivitySample(threads: [
                101: Self.thread("CPU 0/KVM", of: 100, on: 3, ran: 5, runs: 1),
                201: Self.thread("CPU 0/KVM", of: 200, on: 3, ran: 5, runs: 1),
            ]))
        #expect(found.map(\.name) == ["a", "b"])
        #expect(found[0].others == [])
        #expect(found[1].others.map(\.kind) == [.thread(101, process: 100)])
    }

    // MARK: Findings

    @Test("a warning names who and how many, and what helps; those that belong there are none")
    func findings() {
        let bound = Interference.Other(
            kind: .kernelInterrupt("LOC"), name: "Local timer interrupts", cpus: [2], count: 9, isBound: true)
        let thread = Interference.Other(
            kind: .thread(7, process: 6), name: "chronyd", cpus: [2], count: 3, ran: 400)
        let interrupt = Interference.Other(kind: .interrupt(24), name: "nvme0q1", cpus: [2], count: 2)
        func findings(_ others: [Interference.Other], cpus: CPUSet = [2, 3]) -> [Diagnostic] {
            Interference(milliseconds: 10_000, guests: [.init(name: "db01", cpus: cpus, others: others)]).findings
        }
        #expect(findings([bound]) == [])
        let both = findings([thread, interrupt, interrupt, bound])
        #expect(both.map(\.code) == [.othersOnDedicatedCPUs] && both.map(\.severity) == [.warning])
        #expect(both[0].message == "db01: 1 thread and 2 interrupts of others used its CPUs 2-3 within 10 s")
        #expect(both[0].hint == "give chronyd other CPUs: taskset -pc LIST 7, or CPUAffinity= of its unit")
        let one = findings([interrupt], cpus: [2])
        #expect(one[0].message == "db01: 1 interrupt of others used its CPU 2 within 10 s")
        #expect(one[0].hint?.contains("/proc/irq/24/smp_affinity_list") == true)
        let unread = Interference(milliseconds: 1, guests: [], unknown: [Unread("no", isForbidden: true)])
        #expect(unread.findings.map(\.hint) == ["run it as root"])
    }
}
