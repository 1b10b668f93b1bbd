import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Domains that the site no longer names")
struct PruningTests {
    /// A host on which a site has made that many guests, `g0`, `g1`, …
    private func request(made count: Int, state: DomainFacts.DomainState = .shutoff) -> PlanRequest {
        let guests = (0..<count).map {
            GuestSpec(name: Located("g\($0)"), demand: GuestDemand(vcpus: 1, memory: 65_536))
        }
        let request = PlanRequest(host: referenceHost, site: "test", policy: .plain(), guests: guests)
        return request.applied(Planner.plan(request), state: state)
    }

    @Test(
        "go when that is asked for, up to three or a fifth of all; more than that, or all, only with a second word",
        arguments: [
            (10, 2, .none, [], .orphan), (10, 2, .few, ["g0", "g1"], nil), (10, 3, .few, ["g0", "g1", "g2"], nil),
            (10, 4, .few, [], .pruneTooMany),
            (10, 4, .all, ["g0", "g1", "g2", "g3"], nil), (1, 1, .few, [], .pruneTooMany), (4, 1, .few, ["g0"], nil),
            (4, 3, .few, ["g0", "g1", "g2"], nil),
            (3, 2, .few, ["g0", "g1"], nil), (14, 4, .few, [], .pruneTooMany), (15, 3, .few, ["g0", "g1", "g2"], nil),
            (5, 1, .few, ["g0"], nil), (2, 2, .few, [], .pruneTooMany), (2, 2, .all, ["g0", "g1"], nil),
            (3, 0, .few, [], nil),
        ] as [(Int, Int, PlanConsent.Prune, [String], DiagnosticCode?)])
    func guarded(made: Int, dropped: Int, prune: PlanConsent.Prune, gone: [String], code: DiagnosticCode?) {
        var request = request(made: made)
        request.guests.removeFirst(dropped)
        request.consent.prune = prune
        let plan = Planner.plan(request)
        #expect(plan.steps == gone.map { .undefine(name: $0) })
        #expect(plan.plan.changes.map(\.action) == gone.map { _ in .remove })
        #expect(plan.plan.changes.map(\.consents) == gone.map { _ in [.remove(isOrphan: true)] })
        #expect(Set(plan.plan.diagnostics.map(\.code)) == (code.map { [$0] } ?? []))
        #expect(plan.plan.verdict == (code == .pruneTooMany ? .refused : gone.isEmpty ? .noChanges : .changes))
    }

    @Test("and run are shut down first when that is allowed, and refused otherwise")
    func running() {
        var request = request(made: 5, state: .running)
        request.guests.removeFirst()
        request.consent.prune = .few
        let refused = Planner.plan(request)
        #expect(refused.steps.isEmpty)
        #expect(refused.plan.verdict == .refused)
        #expect(refused.plan.diagnostics.map(\.code) == [.pruneRunning])
        request.consent.stopsPruned = true
        let plan = Planner.plan(request)
        #expect(plan.steps == [.stop(name: "g0", force: false), .undefine(name: "g0")])
        #expect(plan.plan.disruption == .guest)
    }

    @Test("and were adopted are only released, and what they use stays taken")
    func adopted() throws {
        var request = request(made: 5, state: .running)
        for index in request.host.domains.indices {
            var document = try XMLReader.read(request.host.domains[index].xml)
            let parts = try FoundSettings(reading: document)
            var mark = try #require(OwnershipMark(reading: document))
            mark.origin = .adopted
            mark.machine = nil
            document = DomainPatch.apply(WantedSettings(keeping: parts), mark: mark, to: document)
            request.host.domains[index].xml = XMLWriter.write(document)
        }
        request.guests.removeFirst()
        request.consent.prune = .few
        let plan = Planner.plan(request)
        #expect(plan.steps == [.release(name: "g0")])
        #expect(plan.plan.changes.map(\.action) == [.release])
        let vcpus = { (plan: ExecutablePlan) in plan.plan.placement.cells.reduce(0) { $0 + $1.sharedVCPUs } }
        request.consent.prune = .none
        #expect(vcpus(plan) == vcpus(Planner.plan(request)))
    }

    @Test("and were made for another host of the site, or belong to another site, stay")
    func elsewhere() throws {
        var request = request(made: 5)
        request.guests.removeFirst()
        request.policy.name = Located("other")
        request.consent.prune = .all
        let plan = Planner.plan(request)
        #expect(!plan.steps.contains(.undefine(name: "g0")))
        #expect(plan.plan.diagnostics.map(\.code) == [.orphan])
        request.policy.name = Located("host")
        request.site = "another"
        request.guests = []
        #expect(Planner.plan(request).steps.isEmpty)
    }

    @Test("keep their disks and NVRAM, which are named; a managed save image is in the way")
    func kept() throws {
        var request = request(made: 5)
        let disks = """
            <devices><disk type='file' device='disk'><source file='/srv/a.qcow2'/><target dev='vda'/></disk>
            <disk type='block' device='disk'><source dev='/dev/vg/b'/><target dev='vdb'/></disk>
            <disk type='file' device='cdrom'><target dev='sda'/></disk></devices>
            """
        request.host.domains[0].xml.replace("</os>", with: "<nvram>/srv/nvram.fd</nvram></os>")
        request.host.domains[0].xml.replace("</domain>", with: "\(disks)</domain>")
        let document = try XMLReader.read(request.host.domains[0].xml)
        try #require(document.elements(named: "devices").count > 0)
        request.guests.removeFirst()
        request.consent.prune = .few
        let change = try #require(Planner.plan(request).plan.changes.first)
        #expect(change.kept == KeptFiles.paths(in: document))
        request.host.domains[0].hasManagedSave = true
        let refused = Planner.plan(request)
        #expect(refused.plan.diagnostics.map(\.code) == [.managedSave])
        #expect(refused.steps.isEmpty)
    }

    private static let holdings: [(@Sendable (inout DomainFacts) -> Void, DiagnosticCode, String)] = [
        ({ $0.snapshots = 2 }, .removalImpossible, "2 snapshots and cannot be removed with them"),
        ({ $0.checkpoints = 1 }, .removalImpossible, "1 checkpoint and cannot be removed with it"),
        ({ ($0.snapshots, $0.checkpoints) = (1, 2) }, .removalImpossible, "1 snapshot and 2 checkpoints"),
        ({ $0.job = "migration_out" }, .domainBusy, "libvirt is busy with it (migration_out)"),
        ({ $0.job = "unreachable" }, .domainBusy, "does not answer libvirt"),
        ({ $0.hasManagedSave = true }, .managedSave, "managed save image"),
    ]

    @Test("and cannot be undefined are refused before they are shut down", arguments: 0..<holdings.count)
    func held(index: Int) throws {
        let (change, code, words) = PruningTests.holdings[index]
        var request = request(made: 5, state: .running)
        change(&request.host.domains[0])
        var pruned = request
        pruned.guests.removeFirst()
        (pruned.consent.prune, pruned.consent.stopsPruned) = (.few, true)
        var absent = request
        absent.guests[0].state = Located(.absent)
        for request in [pruned, absent] {
            let plan = Planner.plan(request)
            #expect(plan.plan.verdict == .refused)
            #expect(plan.steps.isEmpty)
            #expect(plan.plan.diagnostics.map(\.code) == [code])
            let finding = try #require(plan.plan.diagnostics.first)
            #expect(finding.message.contains(words), "\(finding.message)")
            #expect(finding.hint != nil)
        }
    }

    @Test(
        "and have a TPM are kept where libvirt would delete its state", arguments: [("8.8.0", true), ("8.9.0", false)])
    func tpm(version: String, isRefused: Bool) {
        var request = request(made: 5)
        request.host.libvirt = LibvirtFacts(version: version, hypervisor: nil)
        request.host.domains[0].xml.replace(
            "</devices>", with: "<tpm model='tpm-crb'><backend type='emulator'/></tpm></devices>")
        request.guests[0].state = Located(.absent)
        let plan = Planner.plan(request)
        #expect((plan.plan.verdict == .refused) == isRefused)
        #expect(plan.plan.diagnostics.contains { $0.code == .removalImpossible } == isRefused)
    }
}
