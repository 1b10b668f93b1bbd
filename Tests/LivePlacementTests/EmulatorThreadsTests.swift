import HostModel
import LivePlacement
import Testing

@Suite("Which threads are the emulator's")
struct EmulatorThreadsTests {
    private func names(_ threads: [GuestThread]) -> [String]? {
        GuestProcess(guest: "a", id: 10, threads: threads, areas: nil).emulatorThreads?.map(\.name)
    }

    private let main = GuestThread(id: 10, name: "qemu-system-x86", allowed: [0])
    private let vcpu = GuestThread(id: 12, name: "CPU 0/KVM", allowed: [1])

    @Test("leaves out vCPUs, iothreads and those that only made memory ready")
    func others() {
        let threads = [
            main, vcpu, GuestThread(id: 11, name: "call_rcu", allowed: [0]),
            GuestThread(id: 13, name: "IO iothread1", allowed: [2]), GuestThread(id: 14, name: "TC tc-0", allowed: [3]),
            GuestThread(id: 15, name: "worker", allowed: [4]),
        ]
        #expect(names(threads) == ["qemu-system-x86", "call_rcu", "worker"])
    }

    @Test("leaves helpers to the iothread that made them, by control group or by where they are")
    func helpers() {
        let iothread = GuestThread(id: 13, name: "IO iothread1", allowed: [2])
        let grouped = GuestThread(id: 14, name: "worker", allowed: [0], group: "iothread1")
        #expect(grouped.role == .ioThread(1))
        #expect(names([main, vcpu, grouped]) == ["qemu-system-x86"])
        #expect(names([main, vcpu, iothread, GuestThread(id: 14, name: "worker", allowed: [2])])?.count == 1)
        let together = GuestThread(id: 13, name: "IO iothread1", allowed: [0])
        #expect(names([main, vcpu, together, GuestThread(id: 14, name: "worker", allowed: [0])])?.count == 2)
    }

    @Test("says that it does not know where the names do not tell")
    func unnamed() {
        #expect(names([main, GuestThread(id: 12, name: "qemu-system-x86", allowed: [1])]) == nil)
        #expect(names([main, GuestThread(id: 12, name: "ALL CPUs/TCG", allowed: [1])]) == ["qemu-system-x86"])
        #expect(names([vcpu]) == nil)
    }

    @Test(
        "reads control groups of both versions",
        arguments: [
            ("0::/machine.slice/machine-qemu\\x2d1\\x2da.scope/libvirt/emulator\n", "emulator"),
            ("5:memory:/\n4:cpuset:/machine/qemu-1-a.libvirt-qemu/libvirt/iothread1\n", "iothread1"),
            ("0::/user.slice\n", nil), ("", nil),
        ] as [(String, String?)])
    func groups(text: String, group: String?) {
        #expect(ProcessStatus.group(in: text) == group)
    }
}
