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

    @Test("have systemd's own settings beside them")
    func manager() throws {
        let tree = try TemporaryTree(Self.files)
        let own = UnitDropIn(unit: UnitDropIn.manager, actor: nil, site: "s", cpus: [0], cells: [])
        try ActorFiles(root: tree.path).setDropIn(of: own.unit, to: own.text)
        #expect(try tree.text("etc/systemd/system.conf.d/50-numactl-plan.conf") == own.text)
        #expect(HostDiscovery(root: tree.path).facts().facts?.dropIns == [own])
        try ActorFiles(root: tree.path).setDropIn(of: own.unit, to: nil)
        #expect(HostDiscovery(root: tree.path).facts().facts?.dropIns == [])
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
