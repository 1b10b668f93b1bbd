import Diagnostics
import Doctor
import Execution
import HostModel
import LinuxHost
import LivePlacement
import SystemPackage
import Testing

@Suite("What the doctor reads")
struct ObservationReaderTests {
    private func observe(_ files: [String: String]) throws -> (Observations, [Diagnostic]) {
        let tree = try TemporaryTree(files)
        let facts = HostFacts(host: HostIdentity(), onlineCPUs: [0], cells: [Cell(id: 0, cpus: [0], memory: nil)])
        var host = Observations(facts: facts)
        let diagnostics = ObservationReader(root: tree.path).complete(&host)
        return (host, diagnostics)
    }

    @Test("of a whole tree")
    func whole() throws {
        let (host, diagnostics) = try observe([
            "dev/kvm": "", "proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vmx sse\n",
            "sys/module/kvm_intel/parameters/nested": "Y\n", "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io\n",
            "proc/sys/kernel/numa_balancing": "1\n", "sys/kernel/mm/ksm/run": "0\n",
            "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
            "usr/lib/sysctl.d/50-a.conf": "vm.nr_hugepages = 1\n",
            "etc/sysctl.d/50-a.conf": "# vm.nr_hugepages = 9\n\n-vm/nr_hugepages=2 \n",
            "etc/sysctl.d/60-b.conf": "kernel.x = a = b\n", "etc/sysctl.conf": "; no\nvm.nr_hugepages=3",
            "proc/swaps": "Filename\t\t\tType\n/dev/sda2                partition\t1\n",
            "etc/tuned/active_profile": "mine\n",
            "etc/tuned/mine/tuned.conf": "[sysctl]\n#x nr_hugepages\nvm.nr_hugepages=4\n",
            "var/lib/libvirt/qemu/save/web 01.save": "", "var/lib/libvirt/qemu/save/x": "",
            "etc/systemd/system/multi-user.target.wants/libvirt-guests.service": "",
            "etc/default/libvirt-guests": "ON_BOOT=start\n#ON_SHUTDOWN=shutdown\n",
            "etc/systemd/system/sysinit.target.wants/numactl-plan-hugepages.service": "",
            "etc/numactl-plan/boot.json": BootFileStoreTests.json, "sys/fs/selinux/enforce": "1",
            "sys/module/apparmor/parameters/enabled": "N\n",
        ])
        #expect(diagnostics == [])
        #expect(host.kvm == KVM(hasDevice: true, isInCPUs: true, module: "kvm_intel", isNested: true))
        #expect(host.cgroupControllers == ["cpuset", "cpu", "io"])
        #expect(host.sysctl == ["kernel.numa_balancing": "1"])
        #expect(host.sysfs["kernel/mm/ksm/run"] == "0")
        #expect(
            host.sysctlFiles == [
                ConfiguredSetting(file: "/etc/sysctl.d/50-a.conf", line: 3, name: "vm.nr_hugepages", value: "2"),
                ConfiguredSetting(file: "/etc/sysctl.d/60-b.conf", line: 1, name: "kernel.x", value: "a = b"),
                ConfiguredSetting(file: "/etc/sysctl.conf", line: 2, name: "vm.nr_hugepages", value: "3"),
            ])
        #expect(host.swaps == ["/dev/sda2"])
        #expect(host.tuned == TunedProfile(name: "mine", lines: ["vm.nr_hugepages=4"]))
        #expect(host.managedSaves == ["web 01"])
        #expect(host.guestsAtShutdown == "suspend")
        #expect(host.bootTargets == [PoolID(cell: 0, pageSize: PageSize(2_048)): 512] && host.isolation == nil)
        #expect(host.bootUnitEnabled == true && host.enforcesSELinux && !host.hasAppArmor)
    }

    @Test("of an empty tree: what is not there is absent or unknown, and no finding")
    func empty() throws {
        let (host, diagnostics) = try observe(["proc/x": ""])
        #expect(diagnostics == [])
        #expect(host.kvm == KVM(hasDevice: false, isInCPUs: nil, module: nil, isNested: nil))
        #expect(host.cgroupControllers == nil && host.swaps == nil && host.tuned == nil && host.bootTargets == nil)
        #expect(host.managedSaves == [] && host.sysctlFiles == [] && host.bootUnitEnabled == false)
        #expect(host.guestsAtShutdown == nil)
    }

    @Test("of control groups of version 1, by their mounts")
    func version1() throws {
        let (host, _) = try observe([
            "proc/self/mountinfo": """
            30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct
            31 25 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
            """
        ])
        #expect(host.cgroupControllers?.contains("cpuset") == true)
        #expect(host.cgroupControllers?.contains("cpuacct") == true)
    }
}

@Suite("Reading a guest's process")
struct GuestProcessReaderTests {
    private static let files = [
        "run/libvirt/qemu/web01.pid": "77\n",
        "proc/77/cmdline": "/usr/bin/qemu-system-x86_64\0-name\0guest=web01,debug-threads=on\0",
        "proc/77/task/77/comm": "qemu-system-x86\n", "proc/77/task/77/status": "Cpus_allowed_list:\t0-3\n",
        "proc/77/task/80/comm": "CPU 0/KVM\n", "proc/77/task/80/status": "Name:\tx\nCpus_allowed_list:\t2\n",
        "proc/77/numa_maps": "7f8b5de00000 bind:0 anon=2 N0=1 N1=1 kernelpagesize_kB=4\n",
        "proc/77/maps": "7f8b5de00000-7f8b5de02000 rw-p 00000000 00:00 0\n",
        "proc/77/stat":
            "77 (qemu) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 1000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 2 0 0 0 0 0\n",
        "proc/uptime": "40.25 10.0\n",
    ]

    private func read(_ changes: [String: String?] = [:]) throws -> GuestProcess {
        let tree = try TemporaryTree(
            Self.files.merging(changes.mapValues { $0 ?? "" }) { $1 }.filter { changes[$0.key] != .some(nil) })
        defer { withExtendedLifetime(tree) {} }
        return try GuestProcessReader(root: tree.path).process(of: "web01", pidFile: "run/libvirt/qemu/web01.pid")
    }

    @Test("finds threads, areas and age")
    func whole() throws {
        #expect(
            try read()
                == GuestProcess(
                    guest: "web01", id: 77, age: 30,
                    threads: [
                        GuestThread(id: 77, name: "qemu-system-x86", allowed: [0, 1, 2, 3]),
                        GuestThread(id: 80, name: "CPU 0/KVM", allowed: [2]),
                    ],
                    areas: [
                        MemoryArea(
                            start: 0x7f8b_5de0_0000, size: 8, boundTo: [0], pageSize: PageSize(4), pages: [0: 1, 1: 1])
                    ]))
    }

    @Test(
        "says why there is none",
        arguments: [
            ("run/libvirt/qemu/web01.pid", nil, "there is no"), ("run/libvirt/qemu/web01.pid", "x", "holds 'x'"),
            ("run/libvirt/qemu/web01.pid", "1", "holds '1'"), ("proc/77/cmdline", nil, "there is no"),
            ("proc/77/cmdline", "bash\0guest=web011\0", "is not the guest's"),
            ("proc/77/task/80/status", "Name:\tx\n", "does not report the CPUs"),
        ] as [(String, String?, String)])
    func absent(file: String, text: String?, reason: String) throws {
        do {
            _ = try read([file: text])
            Issue.record("it was read")
        } catch let unread as Unread {
            #expect(unread.what.contains(reason), "\(unread.what)")
        }
    }

    @Test("goes on with the threads when memory cannot be read")
    func withoutMemory() throws {
        for change in ["proc/77/numa_maps", "proc/77/maps"] {
            let process = try read([change: "zz\n"])
            #expect(process.areas == nil && process.threads.count == 2)
            #expect(process.unread.map(\.what).first?.contains("a line that is not in the kernel's format") == true)
        }
        #expect(try read(["proc/77/stat": nil]).age == nil)
    }

    @Test(
        "knows where libvirt keeps the numbers of processes",
        arguments: [
            ("qemu:///system", "run/libvirt/qemu"), ("qemu:///session", "/run/user/1/libvirt/qemu/run"),
            ("qemu:///embed?root=/tmp/x", "/tmp/x/run/qemu"), ("qemu+ssh://hv01/system", nil), ("test:///default", nil),
            ("qemu:///embed", nil),
        ] as [(String, String?)])
    func folders(uri: String, folder: String?) {
        #expect(GuestProcessFiles.folder(uri: uri, runtimeFolder: "/run/user/1") == folder)
    }
}
