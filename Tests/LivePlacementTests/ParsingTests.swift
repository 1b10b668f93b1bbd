import HostModel
import LivePlacement
import Testing

@Suite("The kernel's texts about a process")
struct ParsingTests {
    @Test(
        "numa_maps: policy, file, page size and pages of each area",
        arguments: [
            (
                "7f8b5de00000 bind:0-1 anon=8192 dirty=8192 active=0 N0=8000 N1=192 kernelpagesize_kB=4",
                MemoryArea(start: 0x7f8b_5de0_0000, boundTo: [0, 1], pageSize: PageSize(4), pages: [0: 8000, 1: 192])
            ),
            (
                "7f11 bind:0 file=/dev/huge\\040pages/x\\040(deleted) huge anon=32 dirty=32 N0=32 kernelpagesize_kB=2048",
                MemoryArea(
                    start: 0x7f11, boundTo: [0], file: "/dev/huge pages/x (deleted)", pageSize: PageSize(2_048),
                    pages: [0: 32])
            ),
            ("10 default", MemoryArea(start: 16, pageSize: PageSize(4))),
            (
                "10 bind=static:3 heap anon=1 N3=1 kernelpagesize_kB=64",
                MemoryArea(start: 16, boundTo: [3], mayBeGuestMemory: false, pageSize: PageSize(64), pages: [3: 1])
            ),
            (
                "10 prefer (many):1,4 anon=1 N4=1 kernelpagesize_kB=4",
                MemoryArea(start: 16, boundTo: [1, 4], pageSize: PageSize(4), pages: [4: 1])
            ),
            (
                "10 weighted interleave:0 anon=1 N0=1 kernelpagesize_kB=4",
                MemoryArea(start: 16, boundTo: [0], pageSize: PageSize(4), pages: [0: 1])
            ),
        ])
    func numaMaps(line: String, area: MemoryArea) throws {
        #expect(NumaMaps.areas(in: line + "\n", basePage: PageSize(4)) == [area])
    }

    @Test("a line that is not the kernel's makes the whole text worth nothing", arguments: ["zz default", "7f11"])
    func garbled(line: String) {
        #expect(NumaMaps.areas(in: "10 default\n\(line)\n", basePage: PageSize(4)) == nil)
        #expect(ProcessMaps.extents(in: "10-20 rw-p 0\n\(line)\n") == nil)
    }

    @Test("maps: the length of each area, and whether a guest's memory can be in it")
    func maps() {
        let text = """
            7f8b15e00000-7f8b17e00000 rw-p 00000000 00:00 0
            7f8b18000000-7f8b1bfff000 rwxp 00000000 00:00 0
            7f8b58021000-7f8b5c000000 ---p 00000000 00:00 0

            """
        #expect(
            ProcessMaps.extents(in: text) == [
                0x7f8b_15e0_0000: .init(size: 32_768, isUsable: true),
                0x7f8b_1800_0000: .init(size: 65_532, isUsable: false),
                0x7f8b_5802_1000: .init(size: 65_404, isUsable: false),
            ])
    }

    @Test("status: the CPUs of a thread, as the kernel lists them")
    func status() {
        let text = "Name:\tCPU 0/KVM\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,6\nMems_allowed_list:\t0\n"
        #expect(ProcessStatus.allowedCPUs(in: text) == [0, 1, 2, 3, 6])
        #expect(ProcessStatus.allowedCPUs(in: "Name:\tx\n") == nil)
        #expect(ProcessStatus.allowedCPUs(in: "Cpus_allowed_list:\tmany\n") == nil)
    }

    @Test("stat and uptime: the start, whatever the name of the process is")
    func start() {
        let rest =
            "Z 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 8 0 4711 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 2 0 0 0 0 0 0 0 0 0 0 0 0"
        #expect(ThreadStat("77 (qemu) \(rest)\n")?.began == 4_711)
        #expect(ThreadStat("77 (a) b (c) \(rest)\n")?.began == 4_711 && ThreadStat("77 (x) \(rest)")?.hasEnded == true)
        #expect(ThreadStat("77 (qemu) S 1\n") == nil)
        #expect(ProcessStatus.uptime(in: "350735.47 234388.90\n") == 350_735)
        #expect(ProcessStatus.uptime(in: "\n") == nil)
    }

    @Test(
        "comm: what a thread does",
        arguments: [
            ("CPU 0/KVM", .vcpu(0)), ("CPU 12/TCG", .vcpu(12)), ("IO iothread1", .ioThread(1)),
            ("IO mon_iothread", .emulator), ("qemu-system-x86", .emulator), ("TC tc-ram-node0", .emulator),
            ("call_rcu", .emulator), ("ALL CPUs/TCG", .emulator), ("CPU 1", .emulator), ("CPU x/KVM", .emulator),
        ] as [(String, GuestThread.Role)])
    func role(name: String, role: GuestThread.Role) {
        #expect(GuestThread(id: 1, name: name, allowed: [0]).role == role)
    }

    @Test("real ones are read whole", arguments: Captured.allCases)
    func captured(guest: Captured) throws {
        let areas = try guest.areas()
        #expect(areas.count > 30)
        #expect(areas.allSatisfy { $0.size != nil })
        #expect(areas.contains { $0.file?.hasSuffix("/libc.so.6") == true })
    }
}
