import Foundation
import Testing

@Suite("Before the first write")
struct LookBeforeWriteTests {
    private static let guest = "c: {vcpus: 1, ram: 64MiB, base: base.xml, state: running}"

    /// A host on which `c` runs.
    private func host() throws -> CommandHost {
        let host = try CommandHost()
        try host.site(Self.guest)
        let run = host.apply()
        try #require(run.status == 0, "\(run.errors)\(run.output)")
        return host
    }

    @Test(
        "a guest with a snapshot is not shut down for a removal that libvirt would refuse",
        arguments: [(["c: {state: absent}"], ["--yes"]), ([], ["--yes", "--prune-all", "--stop-pruned"])])
    func snapshot(guests: [String], options: [String]) throws {
        let host = try host()
        try host.libvirt.makeSnapshot(of: "c")
        let facts = host.run(["facts", "--format", "json"] + host.here)
        #expect(facts.output.contains("\"snapshots\" : 1"), "\(facts.output)\(facts.errors)")
        try host.site(guests)
        let (before, transactions) = (try host.look(), try host.transactions().count)
        let apply = host.apply(options)
        #expect(apply.status == 15)
        #expect(apply.output.contains("error NP530: guest 'c' has 1 snapshot"), "\(apply.output)\(apply.errors)")
        #expect(apply.output.contains("virsh snapshot-delete c"))
        #expect(try host.look() == before)
        #expect(try host.transactions().count == transactions)
        let plan = host.plan(options.filter { $0 != "--yes" })
        #expect(plan.status == 15 && plan.output.contains("NP530"), "\(plan.output)\(plan.errors)")
    }
}
