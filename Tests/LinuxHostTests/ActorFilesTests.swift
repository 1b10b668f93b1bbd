import Diagnostics
import Execution
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Records of actors on a host")
struct ActorFilesTests {
    private static let record = ActorRecord(
        site: "s", name: "ovs", cpus: [2, 18], pages: ActorPages(size: PageSize(1_048_576), count: 2),
        unit: "spdk.service")
    private static let files = [
        "sys/devices/system/cpu/online": "0-3", "etc/systemd/system/x": "", "proc/self/x": "",
    ]

    @Test("are written and read back as facts, and the files go with the last of them")
    func written() throws {
        let tree = try TemporaryTree(Self.files)
        let actors = ActorFiles(root: tree.path)
        #expect(try actors.record(of: "ovs", site: "s") == nil)
        try actors.set(Self.record, of: "ovs", site: "s")
        try actors.set(ActorRecord(site: "t", name: "ovs", cpus: [3]), of: "ovs", site: "t")
        let own = UnitDropIn(unit: "spdk.service", actor: "ovs", site: "s", cpus: [2], cells: [])
        try actors.setDropIn(of: "spdk.service", to: own.text)
        try tree.write("[Service]\nEnvironment=KEY=secret\n", to: "etc/systemd/system/b.service.d/50-numactl-plan.conf")
        let facts = try #require(HostDiscovery(root: tree.path).facts().facts)
        #expect(facts.actors.map(\.site) == ["s", "t"] && facts.actors.first == Self.record)
        #expect(facts.dropIns == [UnitDropIn(unit: "b.service", text: ""), own])
        #expect(try tree.text("etc/systemd/system/spdk.service.d/50-numactl-plan.conf") == own.text)
        for site in ["s", "t"] { try actors.set(nil, of: "ovs", site: site) }
        try actors.setDropIn(of: "spdk.service", to: nil)
        let left = try #require(HostDiscovery(root: tree.path).facts().facts)
        #expect(left.actors.isEmpty && left.dropIns.map(\.unit) == ["b.service"])
        for gone in ["etc/numactl-plan", "etc/systemd/system/spdk.service.d"] {
            #expect(throws: (any Error).self) { try tree.text(gone + "/x") }
            #expect(try run("test", ["-e", tree.path.appending(gone).string]).status == 1)
        }
    }

    @Test(
        "have settings of systemd itself and of its groups beside them",
        arguments: [
            (UnitDropIn.manager, "etc/systemd"), ("system.slice", "etc/systemd/system"),
            ("init.scope", "etc/systemd/system"),
        ])
    func isolating(unit: String, folder: String) throws {
        let tree = try TemporaryTree(Self.files)
        let own = UnitDropIn(unit: unit, actor: nil, site: "s", cpus: [0], cells: [])
        try ActorFiles(root: tree.path).setDropIn(of: own.unit, to: own.text)
        #expect(try tree.text("\(folder)/\(unit).d/50-numactl-plan.conf") == own.text)
        #expect(HostDiscovery(root: tree.path).facts().facts?.dropIns == [own])
        try ActorFiles(root: tree.path).setDropIn(of: own.unit, to: nil)
        #expect(HostDiscovery(root: tree.path).facts().facts?.dropIns == [])
    }

    @Test("a group has the CPUs that the kernel says; it is confined on the running machine alone")
    func groups() throws {
        let tree = try TemporaryTree([
            "sys/fs/cgroup/system.slice/cpuset.cpus": "0-1\n", "sys/fs/cgroup/user.slice/cgroup.procs": "",
            "sys/fs/cgroup/a.slice/cpuset.cpus": "0-3\n", "sys/fs/cgroup/cpuset.cpus.effective": "0-1\n",
            "sys/fs/cgroup/cpuset.cpus.isolated": "2-3\n",
        ])
        let actors = ActorFiles(root: tree.path)
        #expect(try actors.cpus(ofGroup: "system.slice") == [0, 1])
        #expect(try actors.cpus(ofGroup: "user.slice") == [])
        #expect(try actors.cpus(ofGroup: "a.slice") == [], "all are as good as none")
        #expect(try actors.cpus(ofGroup: "init.scope") == nil)
        #expect(throws: StepFailure.self) { try actors.confine(group: "system.slice", to: [0]) }
        #expect(try tree.text("sys/fs/cgroup/system.slice/cpuset.cpus") == "0-1\n")
    }

    @Test("that are none are told, and not overwritten; a unit's name leads nowhere else")
    func foreign() throws {
        let tree = try TemporaryTree(Self.files)
        try tree.write("{\"kind\": \"else\"}", to: "etc/numactl-plan/actors.json")
        let (facts, findings) = HostDiscovery(root: tree.path).facts()
        #expect(facts?.actors == [] && findings.contains { $0.code == .sysfsGarbled })
        let actors = ActorFiles(root: tree.path)
        #expect(throws: StepFailure.self) { try actors.set(Self.record, of: "ovs", site: "s") }
        #expect(throws: StepFailure.self) { try actors.setDropIn(of: "../x.service", to: "") }
        #expect(try tree.text("etc/numactl-plan/actors.json") == "{\"kind\": \"else\"}")
    }
}
