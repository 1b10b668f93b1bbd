import Diagnostics
import Doctor
import HostModel
import SiteFile
import TestSupport
import Testing
import YAMLTree

/// A host of two cells on which nothing is wrong.
private func healthy(guests: String = "", host: String = "{}") throws -> Observations {
    let text = "site: s\nhosts: {hv01: \(host)}\nguests:\n  a: {vcpus: 1, ram: 512MiB}\n\(guests)\n"
    let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
    let site = try #require(read.value, "\(read.diagnostics)")
    let facts = HostFacts(
        host: HostIdentity(name: "hv01", arch: "x86_64", kernel: "6.1.0", commandLine: "quiet"),
        onlineCPUs: CPUSet(numbers: 0...7),
        cells: [
            Cell(
                id: 0, cpus: CPUSet(numbers: 0...3), memory: 4_096_000,
                pools: [HugepagePool(pageSize: PageSize(2_048), total: 8, free: 8)]),
            Cell(id: 1, cpus: CPUSet(numbers: 4...7), memory: 4_096_000),
        ],
        libvirt: LibvirtFacts(
            version: "9.0.0", hypervisor: "QEMU 7.2.22",
            hugetlbfs: [.init(pageSize: PageSize(2_048), path: "/dev/hugepages", isKnownToLibvirt: true)]))
    var host = Observations(facts: facts, site: SiteNeeds(policy: site.hosts[0], guests: site.guests))
    host.hasFiles = true
    host.kvm = KVM(hasDevice: true, isInCPUs: true, module: "kvm_intel", isNested: true)
    host.cgroupControllers = ["cpuset", "cpu", "memory"]
    host.sysctl = ["kernel.numa_balancing": "0", "vm.nr_overcommit_hugepages": "0", "vm.zone_reclaim_mode": "0"]
    host.sysfs = [
        "kernel/mm/transparent_hugepage/enabled": "always [madvise] never", "kernel/mm/ksm/run": "0",
        "kernel/mm/ksm/merge_across_nodes": "1",
    ]
    host.sysctlFiles = [ConfiguredSetting(file: "/etc/sysctl.conf", line: 1, name: "kernel.panic", value: "1")]
    host.swaps = []
    host.managedSaves = []
    host.guestProblems = []
    host.bootUnitEnabled = true
    return host
}

extension Observations {
    /// Has the boot file keep everything off CPUs 2 and 3, of a kernel that was started for it.
    fileprivate mutating func isolate(_ found: IsolationFacts) {
        site = nil
        isolation = CPUIsolation(interruptsOff: [2, 3], programsOff: [2, 3], housekeeping: [0, 1])
        facts.isolation = found
        facts.host.commandLine = "isolcpus=managed_irq,2-3 irqaffinity=0-1 nohz_full=2-3 rcu_nocbs=2-3"
    }
}

@Suite("Doctor")
struct DoctorTests {
    /// One thing that is wrong, and the one finding that it leads to.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var code: DiagnosticCode
        var severity: Diagnostic.Severity
        /// Must be in the sentence.
        var says: String
        /// Must be in the hint.
        var helps: String
        var guests = ""
        var host = "{}"
        var change: @Sendable (inout Observations) -> Void
        var testDescription: String { name + ": " + says }
    }

    static let cases: [Case] = [
        Case(name: "kvm", code: .noKVM, severity: .error, says: "/dev/kvm", helps: "modprobe kvm_intel") {
            $0.kvm = KVM(hasDevice: false, isInCPUs: true, module: nil, isNested: nil)
        },
        Case(name: "kvm", code: .noKVM, severity: .warning, says: "/dev/kvm", helps: "firmware") {
            $0.kvm = KVM(hasDevice: false, isInCPUs: false, module: nil, isNested: nil)
            $0.site = nil
        },
        Case(
            name: "nested_virtualization", code: .nestedOff, severity: .note, says: "kvm_amd",
            helps: "modprobe -r kvm_amd"
        ) { $0.kvm = KVM(hasDevice: true, isInCPUs: true, module: "kvm_amd", isNested: false) },
        Case(
            name: "nested_virtualization", code: .nestedOff, severity: .warning, says: "kvm_intel",
            helps: "options kvm_intel nested=1", guests: "  b: {vcpus: 1, ram: 1GiB, cpu_mode: host-passthrough}"
        ) { $0.kvm?.isNested = false },
        Case(
            name: "cpuset_controller", code: .noCpusetController, severity: .warning, says: "cpuset",
            helps: "cgroup_disable"
        ) { $0.cgroupControllers = ["cpu"] },
        Case(
            name: "libvirt_version", code: .libvirtTooOld, severity: .error, says: "7.2.0 is older than 7.3.0",
            helps: "another numa_policy",
            guests: "  b: {vcpus: 1, ram: 1GiB, numa_nodes: 1, numa_policy: restrictive}"
        ) { $0.facts.libvirt?.version = "7.2.0" },
        Case(
            name: "qemu_version", code: .qemuTooOld, severity: .error, says: "2.1.1 is older than 2.1.2",
            helps: "newer QEMU"
        ) { $0.facts.libvirt?.hypervisor = "QEMU 2.1.1" },
        Case(
            name: "hugetlbfs_mounts", code: .mountMissing, severity: .error, says: "1GiB",
            helps: "dev-hugepages1G.mount", guests: "  b: {vcpus: 1, ram: 1GiB, mem_page_size: 1GiB}"
        ) { _ in },
        Case(
            name: "hugetlbfs_mounts", code: .libvirtMissesMount, severity: .error, says: "/dev/hugepages",
            helps: "try-restart", guests: "  b: {vcpus: 1, ram: 1GiB, mem_page_size: 2MiB}"
        ) { $0.facts.libvirt?.hugetlbfs[0].isKnownToLibvirt = false },
        Case(
            name: "hugetlbfs_policy", code: .mountNotInPolicy, severity: .warning, says: "AppArmor",
            helps: "/etc/apparmor.d/local"
        ) {
            $0.hasAppArmor = true
            $0.facts.libvirt?.hugetlbfs[0].path = "/mnt/huge"
        },
        Case(name: "hugetlbfs_policy", code: .mountNotInPolicy, severity: .warning, says: "SELinux", helps: "semanage")
        {
            $0.enforcesSELinux = true
            $0.facts.libvirt?.hugetlbfs[0].path = "/mnt/huge"
        },
        Case(
            name: "surplus_pages", code: .surplusPages, severity: .warning, says: "3 surplus pages of 2MiB",
            helps: "echo 8 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages"
        ) { $0.facts.cells[0].pools[0].surplus = 3 },
        Case(
            name: "overcommit_pages", code: .surplusPages, severity: .note, says: "is 64",
            helps: "vm.nr_overcommit_hugepages = 0"
        ) { $0.sysctl["vm.nr_overcommit_hugepages"] = "64" },
        Case(
            name: "sysctl_files", code: .sysctlSetsPools, severity: .warning,
            says: "/etc/sysctl.d/10-x.conf:3 sets vm.nr_hugepages = 512",
            helps: "sed -i '3s/^/#/' '/etc/sysctl.d/10-x.conf'"
        ) {
            $0.sysctlFiles = [
                ConfiguredSetting(file: "/etc/sysctl.d/10-x.conf", line: 3, name: "vm.nr_hugepages", value: "512")
            ]
        },
        Case(name: "tuned", code: .tunedInterferes, severity: .warning, says: "virtual-host", helps: "tuned-adm off") {
            $0.tuned = TunedProfile(name: "virtual-host", lines: ["kernel.numa_balancing=1"])
        },
        Case(
            name: "command_line_pages", code: .pagesOptionIgnored, severity: .warning, says: "hugepages=64'",
            helps: "--emit kernel-args"
        ) { $0.facts.host.commandLine = "hugepagesz=2M hugepages=32 hugepages=64" },
        Case(name: "boot_pages", code: .largePagesNotAtBoot, severity: .note, says: "1GiB", helps: "--emit grub") {
            $0.bootTargets = [PoolID(cell: 0, pageSize: PageSize(1_048_576)): 2]
            $0.facts.libvirt?.hugetlbfs.append(
                .init(pageSize: PageSize(1_048_576), path: "/dev/hugepages1G", isKnownToLibvirt: true))
        },
        Case(name: "boot_unit", code: .bootUnitOff, severity: .warning, says: "boot unit", helps: "systemctl enable") {
            $0.bootTargets = [PoolID(cell: 0, pageSize: PageSize(2_048)): 2]
            $0.bootUnitEnabled = false
        },
        Case(
            name: "numa_balancing", code: .numaBalancingOn, severity: .note, says: "balancing",
            helps: "kernel.numa_balancing = 0"
        ) { $0.sysctl["kernel.numa_balancing"] = "1" },
        Case(
            name: "numa_balancing", code: .numaBalancingOn, severity: .warning, says: "balancing",
            helps: "60-numa.conf", guests: "  b: {vcpus: 1, ram: 1GiB, numa_nodes: 1}"
        ) { $0.sysctl["kernel.numa_balancing"] = "1" },
        Case(
            name: "transparent_huge_pages", code: .transparentHugePages, severity: .note, says: "always on",
            helps: "transparent_hugepage=madvise"
        ) { $0.sysfs["kernel/mm/transparent_hugepage/enabled"] = "[always] madvise never" },
        Case(
            name: "swap", code: .swapOn, severity: .warning, says: "/dev/sda2", helps: "locked_memory",
            guests: "  b: {vcpus: 1, ram: 1GiB, cpu_policy: dedicated}"
        ) { $0.swaps = ["/dev/sda2"] },
        Case(name: "swap", code: .swapOn, severity: .note, says: "/dev/sda2", helps: "swapoff -a") {
            $0.swaps = ["/dev/sda2"]
            $0.site = nil
        },
        Case(name: "ksm", code: .ksmOn, severity: .warning, says: "across cells", helps: "merge_across_nodes") {
            $0.sysfs["kernel/mm/ksm/run"] = "1"
        },
        Case(
            name: "zone_reclaim", code: .zoneReclaimOn, severity: .note, says: "is 1",
            helps: "sysctl -p /etc/sysctl.d/60-zone-reclaim.conf"
        ) {
            $0.sysctl["vm.zone_reclaim_mode"] = "1"
        },
        Case(
            name: "isolated_cpus", code: .isolatedCPUsShared, severity: .warning, says: "CPUs 1 are isolated",
            helps: "cpus.shared", host: "{cpus: {dedicated: 2-7, shared: 0-1}}"
        ) { $0.facts.isolatedCPUs = CPUSet(numbers: 1...7) },
        Case(
            name: "full_dynticks", code: .isolatedCPUsShared, severity: .note, says: "CPUs 0-1 run without ticks",
            helps: "nohz_full=", host: "{cpus: {dedicated: 2-7, shared: 0-1}}"
        ) { $0.facts.host.commandLine = "nohz_full=0-7" },
        Case(
            name: "dedicated_isolation", code: .dedicatedNotIsolated, severity: .note,
            says: "CPUs 2-7 are not isolated",
            helps: "isolcpus=managed_irq,domain,2-7",
            guests:
                "  b: {vcpus: 2, ram: 1GiB, cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ^0}",
            host: "{cpus: {dedicated: 2-7, shared: 0-1}}"
        ) { _ in },
        Case(
            name: "guest_limits", code: .guestsConfined, severity: .warning, says: "CPUs 4-7",
            helps: "set-property machine.slice"
        ) { $0.facts.guestLimits = GuestLimits(cpus: [0, 1, 2, 3], source: "/sys/fs/cgroup/machine.slice") },
        Case(
            name: "guest_limits", code: .guestsConfined, severity: .warning, says: "the memory of cells 1",
            helps: "AllowedMemoryNodes"
        ) { $0.facts.guestLimits = GuestLimits(memoryCells: [0], source: "/sys/fs/cgroup/machine.slice") },
        Case(
            name: "cells_without_memory", code: .cellWithoutMemory, severity: .note, says: "cell 1 has CPUs 4-7",
            helps: "dmidecode"
        ) { $0.facts.cells[1].memory = 0 },
        Case(
            name: "isolation_kept", code: .notIsolated, severity: .warning, says: "interrupt eth0(24)",
            helps: "numactl-plan apply"
        ) { $0.isolate(IsolationFacts(interrupts: [.init(number: 24, name: "eth0", cpus: [1, 2])])) },
        Case(
            name: "isolation_kept", code: .notIsolated, severity: .note,
            says: "3 threads may run on dedicated CPUs 2-3 again: cron", helps: "verify --deep"
        ) {
            $0.isolate(
                IsolationFacts(
                    interrupts: [],
                    threads: [
                        .init(cpus: [1, 2], count: 3, names: ["cron"]), .init(cpus: [2], count: 1, names: ["x"]),
                    ]))
        },
        Case(
            name: "isolation_stays", code: .keptOnItsCPUs, severity: .note, says: "nvme0q2(30)",
            helps: "isolcpus=managed_irq,2-3"
        ) { $0.isolate(IsolationFacts(interrupts: [.init(number: 30, name: "nvme0q2", cpus: [2], isFixed: true)])) },
        Case(
            name: "isolation_owner", code: .notIsolated, severity: .warning, says: "does not leave CPUs 3 alone",
            helps: "IRQBALANCE_BANNED_CPULIST=2-3"
        ) { $0.isolate(IsolationFacts(interrupts: [], balancer: .init(banned: [2]))) },
        Case(
            name: "isolation_owner", code: .isolationOwned, severity: .warning, says: "dedicated CPUs 2",
            helps: "CPUAffinity=0-1"
        ) { $0.isolate(IsolationFacts(interrupts: [], manager: .init(affinity: [0, 2]))) },
        Case(
            name: "isolation_owner", code: .isolationOwned, severity: .warning,
            says: "programs in user.slice may run on dedicated CPUs", helps: "systemctl revert user.slice"
        ) {
            let groups = [
                "system.slice": .init(allowed: [0]), "user.slice": IsolationFacts.ProgramGroup(allowed: [0, 3]),
            ]
            $0.isolate(IsolationFacts(interrupts: [], manager: .init(groups: groups)))
        },
        Case(
            name: "isolation_booted", code: .rebootPending, severity: .note, says: "nohz_full=2-3",
            helps: "boot --emit grub"
        ) {
            $0.isolate(IsolationFacts(interrupts: []))
            $0.facts.host.commandLine = "isolcpus=managed_irq,2-3 irqaffinity=0-1 rcu_nocbs=2-3"
        },
        Case(name: "guests", code: .fileMissing, severity: .error, says: "cannot start", helps: "ls -l /a") {
            $0.guestProblems = [
                Diagnostic(
                    .fileMissing, "guest 'a' cannot start: /a does not exist",
                    notes: ["the disk vda of guest a has it as its source"], hint: "ls -l /a")
            ]
        },
        Case(name: "managed_save", code: .managedSave, severity: .warning, says: "a has", helps: "managedsave-remove a")
        {
            $0.managedSaves = ["a"]
        },
        Case(name: "managed_save", code: .managedSave, severity: .note, says: "z has", helps: "managedsave-remove z") {
            $0.managedSaves = ["z"]
        },
        Case(
            name: "libvirt_guests", code: .guestsSuspendAtShutdown, severity: .note, says: "libvirt-guests",
            helps: "ON_SHUTDOWN=shutdown"
        ) { $0.guestsAtShutdown = "suspend" },
    ]

    @Test("finds nothing on a healthy host, and could tell everything")
    func healthyHost() throws {
        let results = Checkup.results(try healthy())
        #expect(results.map(\.name) == Checkup.names)
        #expect(results.filter { $0.verdict != .fine } == [])
        #expect(results.count >= 20)
    }

    @Test("finds one thing that is wrong, and nothing else", arguments: cases)
    func finding(wrong: Case) throws {
        var host = try healthy(guests: wrong.guests, host: wrong.host)
        wrong.change(&host)
        let found = Checkup.results(host).filter { $0.verdict == .found }
        #expect(found.map(\.name) == [wrong.name])
        let finding = try #require(found.first?.findings.first)
        #expect(found.first?.findings.count == 1)
        #expect(finding.code == wrong.code && finding.severity == wrong.severity)
        #expect(finding.message.contains(wrong.says), "\(finding.message)")
        #expect(finding.hint?.contains(wrong.helps) == true, "\(finding.hint ?? "")")
        #expect(finding.notes.count == 1 && finding.notes[0].count > 20, "why it matters")
    }

    @Test("has a case for every check")
    func covered() { #expect(Set(Self.cases.map(\.name)) == Set(Checkup.names)) }

    @Test("says what a facts file cannot tell, and does not call it fine")
    func factsAlone() throws {
        let whole = try healthy()
        let results = Checkup.results(Observations(facts: whole.facts))
        let unknown = results.filter { $0.verdict == .unknown }.map(\.name)
        for name in ["kvm", "cpuset_controller", "swap", "ksm", "managed_save", "boot_unit", "sysctl_files"] {
            #expect(unknown.contains(name), "\(name)")
        }
        #expect(results.first { $0.name == "libvirt_version" }?.verdict == .fine)
    }
}

@Suite("Options for the kernel")
struct KernelOptionsTests {
    private static let arguments = KernelArguments([PoolID(cell: 0, pageSize: PageSize(1_048_576)): 24])

    @Test(
        "are warned of where the kernel passes over them",
        arguments: [
            ("6.1.0-13-amd64", "quiet", []), ("5.15.0", "quiet", [.cellsInOptionUnknown]), ("5.16", "", []),
            ("6.1.0", "hugepagesz=1G hugepages=8", [.pagesOptionIgnored]),
            ("6.1.0", "hugepagesz=1G hugepages=0:24", []), ("6.1.0", "hugepagesz=2M hugepages=8", []),
            ("4.18.0", "hugepagesz=1G hugepages=8", [.cellsInOptionUnknown, .pagesOptionIgnored]),
        ] as [(String, String, [DiagnosticCode])])
    func advice(kernel: String, commandLine: String, codes: [DiagnosticCode]) {
        let facts = HostFacts(
            host: HostIdentity(kernel: kernel, commandLine: commandLine), onlineCPUs: [0],
            cells: [Cell(id: 0, cpus: [0], memory: nil)])
        #expect(KernelOptions.findings(for: Self.arguments, on: facts).map(\.code) == codes)
        #expect(KernelOptions.findings(for: KernelArguments([:]), on: facts) == [])
    }

    @Test(
        "of a command line are told by size, and a second one for a size is ignored",
        arguments: [
            ("hugepages=4", [nil], ["4"], [false]),
            (
                "default_hugepagesz=1G hugepages=4 hugepagesz=1G hugepages=8", [nil, 1_048_576], ["4", "8"],
                [false, true]
            ),
            (
                "hugepagesz=1G hugepages=0:2,1:3 hugepagesz=2M hugepages=9", [1_048_576, 2_048], ["0:2,1:3", "9"],
                [false, false]
            ),
            ("hugepagesz=2M quiet hugepages=1 hugepages=2", [2_048, 2_048], ["1", "2"], [false, true]),
        ] as [(String, [UInt64?], [String], [Bool])])
    func parsing(line: String, sizes: [UInt64?], pages: [String], ignored: [Bool]) {
        let found = KernelCommandLine(line).hugePages
        #expect(found.map { $0.pageSize?.size.count } == sizes)
        #expect(found.map(\.pages) == pages && found.map(\.isIgnored) == ignored)
        #expect(KernelCommandLine("a=1 b a=2").value(of: "a") == "2")
        #expect(KernelCommandLine("ab=1").value(of: "a") == nil)
    }
}
