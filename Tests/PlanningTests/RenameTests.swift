import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Domains with another name than their guest's")
struct RenameTests {
    private static let uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f"

    private func guest(_ name: String, was: String? = nil, state: GuestSpec.GuestState? = nil) -> GuestSpec {
        GuestSpec(
            name: Located(name), state: state.map { Located($0) }, was: was.map { Located($0) },
            demand: GuestDemand(vcpus: 1, memory: 65_536))
    }

    /// A host with a domain that was made for guest `c` and is called `name`.
    private func request(_ guests: [GuestSpec], domain name: String = "c-old") -> PlanRequest {
        let made = PlanRequest(host: referenceHost, site: "test", policy: .plain(), guests: [guest("c")])
        var request = made.applied(Planner.plan(made), state: .shutoff)
        request.host.domains[0].name = name
        request.host.domains[0].uuid = Self.uuid
        request.host.domains[0].xml.replace("<name>c</name>", with: "<name>\(name)</name>")
        request.guests = guests
        return request
    }

    @Test("are not made a second time, and the hint offers the rename")
    func byHand() throws {
        let plan = Planner.plan(request([guest("c")]))
        #expect(plan.plan.verdict == .refused && plan.steps.isEmpty && plan.plan.changes.isEmpty)
        #expect(plan.plan.diagnostics.map(\.code) == [.domainRenamed])
        let finding = try #require(plan.plan.diagnostics.first)
        #expect(finding.severity == .error && finding.message.contains("'c'") && finding.message.contains("'c-old'"))
        #expect(finding.hint?.contains("was: c-old") == true)
        #expect(finding.hint?.contains("prune") != true)
    }

    @Test("are renamed where the guest says so, and nothing else is done to them")
    func renamed() throws {
        let plan = Planner.plan(request([guest("c", was: "c-old")]))
        #expect(plan.steps == [.rename(name: "c", from: "c-old", uuid: Self.uuid)])
        let change = try #require(plan.plan.changes.first)
        #expect(change.action == .rename && change.address == "guest/c" && change.disruption == .none)
        #expect(
            change.parts == [ChangedPart(.name, now: .text("c-old"), want: .text("c"), when: .define)])
        #expect(plan.definitions.first?.document.element(named: "name")?.text == "c")
        #expect(plan.plan.diagnostics.isEmpty)
    }

    @Test("are renamed before they are changed, also when the site gave the guest another name")
    func changed() {
        var request = request([guest("d", was: "c")], domain: "c")
        let plan = Planner.plan(request)
        #expect(plan.steps.first == .rename(name: "d", from: "c", uuid: Self.uuid))
        guard plan.steps.count == 2, case .redefine(let step) = plan.steps[1], step.guest == "d" else {
            Issue.record("\(plan.steps)")
            return
        }
        #expect(step.wanted.mark.guest == "d")
        request.guests = [guest("d", was: "c", state: .absent)]
        #expect(Planner.plan(request).steps == [.undefine(name: "c")])
        let preconditions = Preconditions(of: plan.steps, on: request.host)
        #expect(preconditions.guests.map(\.name) == ["d"] && preconditions.guests[0].domain != nil)
    }

    private static let obstacles: [(@Sendable (inout DomainFacts) -> Void, String)] = [
        ({ $0.state = .running }, "it runs"), ({ $0.snapshots = 1 }, "1 snapshot"),
        ({ $0.checkpoints = 2 }, "2 checkpoints"), ({ $0.hasManagedSave = true }, "managed save image"),
        ({ ($0.state, $0.job) = (.running, "save") }, "busy"),
    ]

    @Test("are left alone where libvirt would not rename them", arguments: 0..<obstacles.count)
    func impossible(index: Int) throws {
        var request = request([guest("c", was: "c-old")])
        let (change, words) = Self.obstacles[index]
        change(&request.host.domains[0])
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .refused && plan.steps.isEmpty)
        let finding = try #require(plan.plan.diagnostics.first { $0.severity == .error })
        #expect([.renameImpossible, .domainBusy].contains(finding.code))
        #expect(finding.message.contains(words) && finding.hint != nil, "\(finding.message)")
    }

    @Test("are refused beside a domain that has the name already; a former name that is free means nothing")
    func both() {
        var request = request([guest("c", was: "c-old")])
        var copy = request.host.domains[0]
        copy.name = "c"
        copy.xml.replace("<name>c-old</name>", with: "<name>c</name>")
        request.host.domains.append(copy)
        #expect(Planner.plan(request).plan.diagnostics.map(\.code) == [.renameImpossible])
        request.host.domains.removeFirst()
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .noChanges && plan.plan.diagnostics.isEmpty)
    }

    @Test("are never pruned, whether they are copies or guests that the site dropped")
    func strays() {
        var request = request([guest("c")])
        var own = request.host.domains[0]
        own.name = "c"
        own.xml.replace("<name>c-old</name>", with: "<name>c</name>")
        request.host.domains.append(own)
        request.consent.prune = .all
        let copied = Planner.plan(request)
        #expect(copied.plan.verdict == .noChanges && copied.steps.isEmpty)
        #expect(copied.plan.diagnostics.map(\.code) == [.domainRenamed])
        #expect(copied.plan.diagnostics.first?.severity == .warning)
        request.host.domains.removeLast()
        request.guests = [guest("another")]
        let dropped = Planner.plan(request)
        #expect(!dropped.steps.contains(.undefine(name: "c-old")))
        #expect(dropped.plan.diagnostics.map(\.code) == [.domainRenamed])
    }

    @Test("and of no site's mark are renamed only when they may be adopted")
    func adopted() {
        var request = request([guest("c", was: "c-old")])
        request.site = "another"
        #expect(Planner.plan(request).plan.diagnostics.map(\.code) == [.notOurs])
        request.consent.takesOver = true
        let plan = Planner.plan(request)
        #expect(plan.steps.first == .rename(name: "c", from: "c-old", uuid: Self.uuid))
        #expect(plan.plan.changes.first?.consents.isEmpty == false)
    }
}
