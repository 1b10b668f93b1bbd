import Diagnostics
import Execution
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("The interrupts of a host")
struct KernelAffinitiesTests {
    private static let machine: [String: String] = [
        "sys/devices/system/cpu/online": "0-7\n", "sys/devices/system/node/online": "0\n",
        "sys/devices/system/node/node0/cpulist": "0-7\n",
        "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 1000 kB\nNode 0 MemFree: 900 kB\n",
        "proc/sys/kernel/osrelease": "6.1.0\n", "proc/sys/kernel/hostname": "h\n",
        "proc/irq/default_smp_affinity": "ff\n", "proc/irq/0/smp_affinity_list": "0-7\n",
        "proc/irq/24/smp_affinity_list": "0-3\n", "proc/irq/24/node": "0\n", "proc/irq/24/nvme0q1/x": "",
        "proc/irq/24/spurious": "count 0\n", "proc/irq/25/smp_affinity_list": "4\n", "proc/irq/25/node": "-1\n",
        "proc/irq/25/eth0/x": "", "proc/irq/25/eth1/x": "", "proc/irq/26/smp_affinity_list": "nonsense\n",
        "proc/irq/26/bad/x": "", "proc/1/comm": "systemd\n",
    ]

    private static func interrupts(_ more: [String: String] = [:]) throws -> IsolationFacts? {
        let tree = try TemporaryTree(machine.merging(more) { $1 })
        return HostDiscovery(root: tree.path).facts(isolation: true).facts?.isolation
    }

    @Test("are those that a driver has asked for, with its name and its device's cell")
    func read() throws {
        let facts = try #require(try Self.interrupts())
        #expect(
            facts.interrupts == [
                .init(number: 24, name: "nvme0q1", cpus: [0, 1, 2, 3], cell: 0),
                .init(number: 25, name: "eth0,eth1", cpus: [4]),
            ])
        #expect(facts.newInterrupts == CPUSet(numbers: 0..<8) && facts.balancer == nil)
        let tree = try TemporaryTree(Self.machine)
        let unasked = try #require(HostDiscovery(root: tree.path).facts().facts)
        withExtendedLifetime(tree) {}
        #expect(unasked.isolation == nil, "nobody looks who does not need them")
    }

    @Test("stay where the kernel has refused another place, under that name")
    func fixed() throws {
        let facts = try #require(
            try Self.interrupts(["run/numactl-plan/fixed-interrupts": "24 nvme0q1\n25 another\n"]))
        #expect(facts.interrupts.map(\.isFixed) == [true, false])
    }

    @Test("stay where nobody may write", .enabled(if: getuid() == 0, "the right to write is root's to give"))
    func readOnly() throws {
        let tree = try TemporaryTree(Self.machine)
        let file = tree.url.appending(path: "proc/irq/25/smp_affinity_list").path
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: file)
        let facts = try #require(HostDiscovery(root: tree.path).facts(isolation: true).facts?.isolation)
        #expect(facts.interrupts.map(\.isFixed) == [false, true])
    }

    @Test(
        "are moved by irqbalance, but for the CPUs that it was told of, or that are isolated",
        arguments: [
            ("PATH=/bin\0IRQBALANCE_BANNED_CPULIST=2-3\0", [2, 3]), ("IRQBALANCE_BANNED_CPUS=0000000c\0", [2, 3]),
            ("IRQBALANCE_BANNED_CPULIST=\0", []), ("PATH=/bin\0", [5, 6]),
        ] as [(String, CPUSet)])
    func balancer(environment: String, banned: CPUSet) throws {
        let facts = try Self.interrupts([
            "proc/812/comm": "irqbalance\n", "proc/812/environ": environment,
            "sys/devices/system/cpu/isolated": "5\n", "sys/devices/system/cpu/nohz_full": "6\n",
        ])
        #expect(facts?.balancer == IsolationFacts.Balancer(banned: banned))
    }

    @Test("are left alone by irqbalance as its unit's file says, where its environment may not be read")
    func balancerFile() throws {
        let facts = try Self.interrupts([
            "proc/812/comm": "irqbalance\n", "etc/default/irqbalance": "#x\nIRQBALANCE_BANNED_CPULIST=\"2,3\"\n",
        ])
        #expect(facts?.balancer == IsolationFacts.Balancer(banned: [2, 3]))
    }

    @Test(
        "are not systemd's; where it runs the machine, its settings say what the programs that it starts may use",
        arguments: [
            (["etc/systemd/system.conf": "[Manager]\n#CPUAffinity=1\n"], nil),
            (["etc/systemd/system.conf": "[Manager]\nCPUAffinity=0-1 3,5\n"], [0, 1, 3, 5]),
            (
                [
                    "usr/lib/systemd/system.conf.d/x.conf": "CPUAffinity=2\n",
                    "etc/systemd/system.conf": "CPUAffinity=1",
                ], [1, 2]
            ),
            (
                [
                    "run/systemd/system.conf.d/x.conf": "CPUAffinity=\nCPUAffinity=4\n",
                    "etc/systemd/system.conf": "CPUAffinity=1",
                ], [4]
            ),
            (["etc/systemd/system.conf": "CPUAffinity=numa\n"], nil),
            (["etc/systemd/system.conf.d/50-numactl-plan.conf": "[Manager]\nCPUAffinity=6\n"], [6]),
            (["etc/systemd/system.conf.d/50-numactl-plan.conf": "# Written by numactl-plan for\nCPUAffinity=6\n"], nil),
        ] as [([String: String], CPUSet?)])
    func systemd(files: [String: String], affinity: CPUSet?) throws {
        #expect(try Self.interrupts(files)?.manager == nil, "systemd does not run this machine")
        let facts = try #require(try Self.interrupts(files.merging(["run/systemd/system/x": ""]) { $1 }))
        #expect(facts.manager == IsolationFacts.Manager(affinity: affinity))
    }

    @Test("nor those of its groups, which have the CPUs of the kernel's files, and of others' settings")
    func groups() throws {
        let files = [
            "run/systemd/system/x": "", "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io\n",
            "sys/fs/cgroup/system.slice/cpuset.cpus": "0-1\n", "sys/fs/cgroup/init.scope/cgroup.procs": "1\n",
            "etc/systemd/system/system.slice.d/50-numactl-plan.conf":
                "# Written by numactl-plan for\nAllowedCPUs=0-1\n",
            "etc/systemd/system.control/user.slice.d/50-AllowedCPUs.conf": "[Slice]\nAllowedCPUs=2 3\n",
            "proc/70/cgroup": "0::/system.slice/ovs.service\n", "proc/70/task/70/status": "Cpus_allowed_list:\t0-3\n",
            "proc/70/task/71/status": "Cpus_allowed_list:\t3\n", "proc/71/cgroup": "0::/\n",
            "proc/71/task/71/status": "Cpus_allowed_list:\t2\n",
        ]
        let groups = try #require(try Self.interrupts(files)?.manager?.groups)
        #expect(
            groups == [
                "init.scope": .init(now: []), "system.slice": .init(now: [0, 1], placed: [[0, 1, 2, 3], [3]]),
                "user.slice": .init(allowed: [2, 3]),
            ])
        let none = files.merging(["sys/fs/cgroup/cgroup.controllers": "cpu io\n"]) { $1 }
        #expect(try Self.interrupts(none)?.manager == IsolationFacts.Manager(), "the kernel confines no groups")
    }

    @Test("are looked at unasked where there are partitions of the scheduler that the boot did not make")
    func partitions() throws {
        for (boot, isLooked) in [("", true), ("2-3", false)] {
            let tree = try TemporaryTree([
                "sys/devices/system/cpu/online": "0-3", "sys/devices/system/cpu/isolated": boot,
                "sys/fs/cgroup/cpuset.cpus.isolated": "2-3\n", "proc/irq/default_smp_affinity": "f\n",
            ])
            let facts = try #require(HostDiscovery(root: tree.path).facts().facts)
            #expect(facts.isolation?.partitions == (isLooked ? [2, 3] : nil))
        }
    }

    @Test("and what else isolates: tuned by its profile's file, the work queues")
    func others() throws {
        let facts = try #require(
            try Self.interrupts([
                "proc/700/comm": "tuned\n", "etc/tuned/active_profile": "base cpu-partitioning\n",
                "etc/tuned/cpu-partitioning-variables.conf": "# isolated_cores=1\nisolated_cores=2-3\n",
                "sys/devices/virtual/workqueue/cpumask": "0f\n",
            ]))
        #expect(facts.tuned == IsolationFacts.Tuned(profile: "cpu-partitioning", isolated: [2, 3]))
        #expect(facts.workqueues == [0, 1, 2, 3])
        let unknown = try #require(
            try Self.interrupts([
                "proc/700/comm": "tuned\n", "etc/tuned/active_profile": "../x realtime\n",
                "etc/tuned/realtime-variables.conf": "isolated_cores=${f:calc_isolated_cores:2}\n",
            ]))
        #expect(unknown.tuned == IsolationFacts.Tuned(profile: "realtime", isolated: []))
        let idle = try #require(
            try Self.interrupts(["proc/700/comm": "tuned\n", "etc/tuned/active_profile": "balanced"]))
        #expect(idle.tuned == nil)
    }

    @Test("CPUs that were taken offline are known again, and nobody looks for them where all are online")
    func parked() throws {
        let whole = try TemporaryTree(Self.machine)
        var facts = try #require(HostDiscovery(root: whole.path).facts().facts)
        let memory = String(
            decoding: try JSONEncoder().encode(ParkedCPUs([6, 7], of: facts)), as: UTF8.self)
        func found(_ more: [String: String]) throws -> HostFacts? {
            let files = more.merging(["run/numactl-plan/parked-cpus.json": memory]) { first, _ in first }
            let tree = try TemporaryTree(Self.machine.merging(files) { $1 })
            return withExtendedLifetime(tree) { HostDiscovery(root: tree.path).facts().facts }
        }
        #expect(try found(["sys/devices/system/cpu/offline": "\n"]) == facts)
        facts.parkedCPUs = [6, 7]
        let off = ["sys/devices/system/cpu/online": "0-5\n", "sys/devices/system/cpu/offline": "6-7\n"]
        #expect(try found(off) == facts)
        #expect(try found(off.merging(["run/numactl-plan/parked-cpus.json": "{}"]) { $1 })?.onlineCPUs.count == 6)
    }

    @Test("threads are moved and found where they are; those of the kernel's own CPUs are not among them")
    func threads() throws {
        let program = Process()
        program.executableURL = URL(filePath: "/bin/sleep")
        program.arguments = ["600"]
        try program.run()
        defer {
            kill(program.processIdentifier, SIGKILL)
            program.waitUntilExit()
        }
        let host = ProgramThreads()
        func found() throws -> MovableThread? {
            try host.movableThreads().first { $0.id.number == Int(program.processIdentifier) }
        }
        let thread = try #require(try found())
        #expect(thread.program == "sleep")
        let one = CPUSet(thread.allowed.prefix(1))
        #expect(try host.confine([thread.id], to: one).isEmpty)
        #expect(try found()?.allowed == one)
        let another = ThreadID(number: thread.id.number, began: thread.id.began + 1)
        #expect(try host.confine([another], to: thread.allowed).isEmpty && found()?.allowed == one)
        #expect(try host.confine([thread.id], to: [CPU(4_000)]) == [thread.id], "no such CPU")
        let programs = try host.movableThreads().map(\.program)
        #expect(!programs.contains { $0.hasPrefix("ksoftirqd") || $0.hasPrefix("qemu-") })
        #expect(throws: StepFailure.self) {
            try ProgramThreads(root: TemporaryTree(Self.machine).path).confine([thread.id], to: one)
        }
    }

    @Test("are set one by one, and those to come by a mask")
    func set() throws {
        let tree = try TemporaryTree(Self.machine)
        let host = KernelAffinities(root: tree.path)
        try host.set(.interrupt(24), name: "nvme0q1", to: [0, 5])
        try host.set(.newInterrupts, name: "", to: [0, 33])
        #expect(try tree.text("proc/irq/24/smp_affinity_list") == "0,5\n")
        #expect(try tree.text("proc/irq/default_smp_affinity") == "00000002,00000001\n")
        #expect(try host.cpus(of: .interrupt(24), name: "nvme0q1") == [0, 5])
        #expect(try host.cpus(of: .newInterrupts, name: "") == [0, 33])
        #expect(try host.cpus(of: .interrupt(24), name: "another") == nil, "after a boot the number may be another's")
        #expect(try host.cpus(of: .interrupt(99), name: "gone") == nil)
        #expect(throws: StepFailure.self) { try host.set(.interrupt(99), name: "gone", to: [0]) }
    }

    /// On this machine, as root: each interrupt is set to where it may come anyway, which moves nothing.
    @Test("that this machine's kernel manages are known by what it answers", .enabled(if: getuid() == 0))
    func live() throws {
        let facts = try #require(HostDiscovery().facts(isolation: true).facts?.isolation)
        let host = KernelAffinities()
        for interrupt in facts.interrupts {
            #expect(try host.cpus(of: .interrupt(interrupt.number), name: interrupt.name) == interrupt.cpus)
            let result = Result { () throws(StepFailure) in
                try host.set(.interrupt(interrupt.number), name: interrupt.name, to: interrupt.cpus)
            }
            switch result {
            case .success: #expect(!interrupt.isFixed, "\(interrupt)")
            case .failure(.keptByKernel):
                let now = HostDiscovery().facts(isolation: true).facts?.isolation
                #expect(now?.interrupts.first { $0.number == interrupt.number }?.isFixed == true, "\(interrupt)")
            case .failure(let failure): Issue.record(failure)
            }
        }
    }
}
