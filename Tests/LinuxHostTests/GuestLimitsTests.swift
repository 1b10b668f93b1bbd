import Diagnostics
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("What the control group leaves guests")
struct GuestLimitsTests {
    private static let machine: [String: String] = [
        "sys/devices/system/cpu/online": "0-7\n", "sys/devices/system/node/online": "0-1\n",
        "sys/devices/system/node/node0/cpulist": "0-3\n", "sys/devices/system/node/node1/cpulist": "4-7\n",
        "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 1000 kB\nNode 0 MemFree: 900 kB\n",
        "sys/devices/system/node/node1/meminfo": "Node 1 MemTotal: 1000 kB\nNode 1 MemFree: 900 kB\n",
        "proc/sys/kernel/osrelease": "6.1.0\n", "proc/sys/kernel/hostname": "h\n",
    ]

    struct Case: Sendable {
        var files: [String: String]
        var limits: GuestLimits?
    }

    private static let v2 = [
        "sys/fs/cgroup/cgroup.controllers": "cpuset cpu\n", "sys/fs/cgroup/cpuset.cpus.effective": "0-7\n",
        "sys/fs/cgroup/cpuset.mems.effective": "0-1\n",
    ]
    private static let system = "etc/systemd/system.control/machine.slice.d"

    @Test(
        "from sysfs, and from the slice's unit before its first guest",
        arguments: [
            Case(files: [:], limits: nil),
            Case(files: v2, limits: nil),
            Case(
                files: v2.merging([
                    "sys/fs/cgroup/machine.slice/cpuset.cpus.effective": "0-3\n",
                    "sys/fs/cgroup/machine.slice/cpuset.mems.effective": "0\n",
                ]) { $1 },
                limits: GuestLimits(cpus: [0, 1, 2, 3], memoryCells: [0], source: "/sys/fs/cgroup/machine.slice")),
            Case(
                files: v2.merging([
                    "sys/fs/cgroup/cpuset.cpus.effective": "0-3\n",
                    "sys/fs/cgroup/machine.slice/cpuset.cpus.effective": "0-3\n",
                    "sys/fs/cgroup/machine.slice/cpuset.cpus.exclusive": "4-7\n",
                ]) { $1 }, limits: nil),
            // The group's files are what the kernel enforces, whatever its unit says by now.
            Case(
                files: v2.merging([
                    "sys/fs/cgroup/machine.slice/cpuset.cpus.effective": "0-7\n",
                    "\(system)/50-AllowedCPUs.conf": "[Slice]\nAllowedCPUs=0-1\n",
                ]) { $1 }, limits: nil),
            Case(
                files: v2.merging(["sys/fs/cgroup/machine.slice/cgroup.procs": ""]) { $1 }, limits: nil),
            Case(
                files: v2.merging(["sys/fs/cgroup/cpuset.cpus.effective": "0-5\n"]) { $1 },
                limits: GuestLimits(cpus: [0, 1, 2, 3, 4, 5], source: "/sys/fs/cgroup")),
            Case(
                files: v2.merging([
                    "\(system)/50-AllowedCPUs.conf": "[Slice]\nAllowedCPUs=0-1 3\n",
                    "\(system)/50-AllowedMemoryNodes.conf": "[Slice]\nAllowedMemoryNodes=1\n",
                    "usr/lib/systemd/system/machine.slice.d/50-AllowedCPUs.conf": "[Slice]\nAllowedCPUs=7\n",
                ]) { $1 },
                limits: GuestLimits(
                    cpus: [0, 1, 3], memoryCells: [1],
                    source: "/\(system)/50-AllowedCPUs.conf, /\(system)/50-AllowedMemoryNodes.conf")),
            Case(
                files: [
                    "etc/systemd/system/machine.slice": "[Slice]\nAllowedCPUs=2\n",
                    "etc/systemd/system/machine.slice.d/10.conf": "[Slice]\nAllowedCPUs=\nAllowedCPUs=4,5\n",
                ], limits: GuestLimits(cpus: [4, 5], source: "/etc/systemd/system/machine.slice.d/10.conf")),
            Case(
                files: [
                    "sys/fs/cgroup/cpuset/cpuset.cpus": "0-7\n", "sys/fs/cgroup/cpuset/cpuset.mems": "0-1\n",
                    "sys/fs/cgroup/cpuset/machine/cpuset.cpus": "4-7\n",
                    "sys/fs/cgroup/cpuset/machine/cpuset.mems": "0-1\n",
                ], limits: GuestLimits(cpus: [4, 5, 6, 7], source: "/sys/fs/cgroup/cpuset/machine")),
            Case(
                files: [
                    "sys/fs/cgroup/cpuset/cpuset.cpus": "0-3\n", "sys/fs/cgroup/cpuset/cpuset.mems": "0-1\n",
                    "sys/fs/cgroup/cpuset/machine/cpuset.cpus": "\n",
                    "sys/fs/cgroup/cpuset/machine/cpuset.mems": "\n",
                ], limits: GuestLimits(cpus: [0, 1, 2, 3], source: "/sys/fs/cgroup/cpuset")),
        ])
    func discovery(_ given: Case) throws {
        let tree = try TemporaryTree(Self.machine.merging(given.files) { $1 })
        let facts = try #require(HostDiscovery(root: tree.path).facts().facts)
        #expect(facts.guestLimits == given.limits)
    }

    @Test("a list that makes no sense is a finding and no limit")
    func garbled() throws {
        let tree = try TemporaryTree(
            Self.machine.merging(["sys/fs/cgroup/machine.slice/cpuset.cpus.effective": "x"]) { $1 })
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        #expect(facts?.guestLimits == nil)
        #expect(diagnostics.contains { $0.code == .sysfsGarbled && $0.message.contains("machine.slice") })
    }

    @Test(
        "the memory of a cell that is free or in caches is added up where the kernel does not tell it",
        arguments: [
            ("MemFree: 400 kB", nil),
            ("MemFree: 400 kB\nNode 0 Active(file): 30 kB\nNode 0 Inactive(file): 50 kB", 480),
            (
                "MemFree: 400 kB\nNode 0 Active(file): 30 kB\nNode 0 Inactive(file): 50 kB\nNode 0 SReclaimable: 5 kB",
                485
            ),
            (
                "MemFree: 400 kB\nNode 0 Active(file): 30 kB\nNode 0 Inactive(file): 50 kB\nNode 0 KReclaimable: 7 kB\n"
                    + "Node 0 SReclaimable: 5 kB", 487
            ),
            ("MemFree: 900 kB\nNode 0 Active(file): 300 kB\nNode 0 Inactive(file): 50 kB", 1_000),
        ] as [(String, KiB?)])
    func available(lines: String, available: KiB?) throws {
        let tree = try TemporaryTree(
            Self.machine.merging([
                "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 1000 kB\nNode 0 \(lines)\n"
            ]) { $1 })
        #expect(HostDiscovery(root: tree.path).facts().facts?.cell(0)?.memoryAvailable == available)
    }

    @Test(
        "and what the kernel keeps free is taken off",
        arguments: [
            ("", 480),
            (
                "Node 0, zone      DMA\n  pages free 9\n        min      1\n        low      2\n        high     3\n",
                472
            ),
            (
                "Node 0, zone      DMA\n        low      2\nNode 0, zone   Normal\n        low      3\n"
                    + "    pagesets\n              low: 7\nNode 1, zone   Normal\n        low      50\n", 460
            ),
            ("Node 0, zone   Normal\n        low      18446744073709551615\n", 0),
            ("low 4\nNode x, zone y\nlow 4\n", 480),
        ] as [(String, KiB)])
    func watermarks(zones: String, available: KiB) throws {
        let lines =
            "MemTotal: 1000 kB\nNode 0 MemFree: 400 kB\nNode 0 Active(file): 30 kB\nNode 0 Inactive(file): 50 kB\n"
        let tree = try TemporaryTree(
            Self.machine.merging([
                "sys/devices/system/node/node0/meminfo": "Node 0 \(lines)", "proc/zoneinfo": zones,
            ]) { $1 })
        #expect(HostDiscovery(root: tree.path).facts().facts?.cell(0)?.memoryAvailable == available)
    }
}
