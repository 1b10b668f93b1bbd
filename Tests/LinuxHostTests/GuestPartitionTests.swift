import Execution
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Partitions of the scheduler in control groups")
struct GuestPartitionTests {
    private static let scope = "sys/fs/cgroup/machine.slice/machine-qemu.scope"
    private static let outer = ["sys/fs/cgroup/machine.slice", scope, "\(scope)/libvirt"]

    /// A machine with a guest of two vCPUs on CPUs 2 and 3, beside a partition of another guest on CPU 5.
    private static func tree(_ others: [String: String] = [:]) throws -> TemporaryTree {
        var files = [
            "run/libvirt/qemu/web.pid": "42", "proc/42/cmdline": "qemu\0-name\0guest=web,debug-threads=on\0",
            "proc/42/cgroup": "0::/machine.slice/machine-qemu.scope/libvirt/emulator\n",
            "sys/fs/cgroup/cpuset.cpus.isolated": "5\n", "sys/fs/cgroup/machine.slice/cpuset.cpus.exclusive": "5\n",
            "\(scope)/cpuset.cpus.exclusive": "\n", "\(scope)/libvirt/cpuset.cpus.exclusive": "\n",
            "\(scope)/libvirt/emulator/cpuset.cpus": "0-1\n",
        ]
        for vcpu in 0...1 {
            files["\(scope)/libvirt/vcpu\(vcpu)/cpuset.cpus"] = "\(vcpu + 2)\n"
            files["\(scope)/libvirt/vcpu\(vcpu)/cpuset.cpus.exclusive"] = "\n"
            files["\(scope)/libvirt/vcpu\(vcpu)/cpuset.cpus.partition"] = "member\n"
        }
        return try TemporaryTree(files.merging(others) { $1 })
    }

    private static func partitions(_ tree: TemporaryTree) -> GuestPartitions {
        GuestPartitions(uri: "qemu:///system", root: tree.path, runtimeFolder: nil)
    }

    private static func lent(_ tree: TemporaryTree) throws -> [String] {
        try outer.map { try tree.text("\($0)/cpuset.cpus.exclusive").filter { $0 != "\n" } }
    }

    @Test(
        "are made one by one, with the CPUs lent from above, and given back; a vCPU that is not plugged is passed over"
    )
    func made() throws {
        let tree = try Self.tree()
        let partitions = Self.partitions(tree)
        #expect(try partitions.partitions(of: "web") == [0: [], 1: []])
        try partitions.setPartitions(of: "web", [0: [2], 1: [3], 2: [4]])
        #expect(try partitions.partitions(of: "web") == [0: [2], 1: [3]])
        #expect(try Self.lent(tree) == ["2-3,5", "2-3", "2-3"])
        try partitions.setPartitions(of: "web", [1: [3]])
        #expect(try partitions.partitions(of: "web") == [0: [], 1: [3]])
        #expect(try Self.lent(tree) == ["3,5", "3", "3"])
        #expect(try tree.text("\(Self.scope)/libvirt/vcpu0/cpuset.cpus.partition") == "member\n")
        try partitions.setPartitions(of: "web", [:])
        #expect(try Self.lent(tree) == ["5", "", ""])
    }

    @Test("are not made of a CPU on which the vCPU does not run")
    func elsewhere() throws {
        let tree = try Self.tree(["\(Self.scope)/libvirt/vcpu1/cpuset.cpus": "3-4\n"])
        let partitions = Self.partitions(tree)
        #expect(throws: StepFailure.self) { try partitions.setPartitions(of: "web", [0: [2], 1: [3]]) }
        #expect(try partitions.partitions(of: "web") == [0: [], 1: []], "all or none")
    }

    @Test(
        "are none where the guest does not run, the groups are of version 1, or the kernel cannot make them",
        arguments: [
            ("run/libvirt/qemu/web.pid", "43"), ("proc/42/cgroup", "4:cpuset:/machine/web.libvirt-qemu/emulator\n"),
            ("proc/42/cgroup", "0::/system.slice/libvirtd.service\n"),
        ])
    func none(file: String, text: String) throws {
        #expect(try Self.partitions(try Self.tree([file: text])).partitions(of: "web") == nil)
        let tree = try Self.tree()
        #expect(try run("rm", [tree.path.appending("sys/fs/cgroup/cpuset.cpus.isolated").string]).status == 0)
        #expect(try Self.partitions(tree).partitions(of: "web") == nil)
    }
}
