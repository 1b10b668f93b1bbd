import Foundation
import HostModel
import Placement
import Planning
import Rendering
import TestSupport
import Testing
import XMLTree

@Suite("A plan as a page")
struct PlanHTMLTests {
    private func page(_ plan: Plan, facts: FactsOrigin? = nil, definitions: [DefinitionDiff] = []) -> String {
        PlanHTML(
            PlanReview(plan, facts: facts, definitions: definitions),
            picture: HostPicture(Samples.referenceHost, plan: plan)
        ).text
    }

    private func tree(_ text: String) throws -> XMLElement {
        let start = "<!DOCTYPE html>\n"
        #expect(text.hasPrefix(start))
        return try XMLReader.read(String(text.dropFirst(start.count)))
    }

    @Test("is what it was", arguments: [SamplePlan.creation, .update, .infeasible, .hostile])
    func golden(sample: SamplePlan) throws {
        let facts = FactsOrigin(time: UTCTime(seconds: 0), now: UTCTime(seconds: 10_800))
        try expectGolden(page(sample.plan, facts: facts), "plan-\(sample.rawValue).html")
    }

    @Test(
        "is well-formed, and only elements that never have content are closed at once", arguments: SamplePlan.allCases)
    func wellFormed(sample: SamplePlan) throws {
        let page = try tree(page(sample.plan))
        #expect(page.name == "html" && page.elements.map(\.name) == ["head", "body"])
        var count = 0
        walk(page) { element, isDrawn in
            count += 1
            if element.children.isEmpty, !isDrawn { #expect(["meta", "input"].contains(element.name)) }
        }
        #expect(count > 30)
    }

    @Test(
        "loads nothing, runs its own script alone, and forbids all else to the browser", arguments: SamplePlan.allCases)
    func alone(sample: SamplePlan) throws {
        let text = page(sample.plan)
        walk(try tree(text)) { element, _ in
            #expect(
                !["link", "img", "iframe", "object", "embed", "base", "form", "a"].contains(element.name))
            for attribute in element.attributes {
                #expect(!["href", "src", "srcset", "style", "action"].contains(attribute.name))
                #expect(!attribute.name.hasPrefix("on"))
                if attribute.value.contains("url(") { #expect(attribute.value.hasPrefix("url(#")) }
            }
        }
        let script = try #require(try tree(text).element(named: "body")?.element(named: "script")).text
        let sum = Data(Checksum.sha256(script)).base64EncodedString()
        #expect(
            text.contains(
                "default-src &apos;none&apos;; style-src &apos;unsafe-inline&apos;; script-src &apos;sha256-\(sum)&apos;;"
            ))
        #expect(text.ranges(of: "<script").count == 1 && !script.contains { "<>&".contains($0) })
        #expect(!text.contains("@import") && text.ranges(of: "<style>").count == 1)
    }

    @Test("holds a style that browsers read as it is written")
    func style() throws {
        let head = try #require(try tree(page(Samples.creation)).element(named: "head"))
        let style = try #require(head.element(named: "style")).text
        #expect(style.contains("prefers-color-scheme: dark") && style.contains("max-width: 40rem"))
        #expect(!style.contains { "<>&".contains($0) })
        #expect(style.count { $0 == "{" } == style.count { $0 == "}" })
    }

    @Test("shows names of others and never obeys them")
    func hostile() throws {
        let diff = try #require(
            DefinitionDiff(guest: "</div><script>", now: nil, want: XMLElement("a", [.init("b", "</style>")])))
        var plan = Samples.hostile
        plan.changes.append(Samples.creation(of: "</div><script>", line: 1, []))
        let text = page(plan, definitions: [diff])
        #expect(text.ranges(of: "<script").count == 1 && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
        #expect(text.contains("&lt;script&gt;alert(1)"))
        #expect(text.contains("&amp;lt;/style&amp;gt;"))
    }

    @Test("unfolds a few changes, and shows a definition's diff with its change")
    func changes() throws {
        let want = XMLElement("domain", children: [.element(XMLElement("vcpu", children: [.text("4")]))])
        let diff = try #require(DefinitionDiff(guest: "cirros2", now: nil, want: want))
        let few = page(Samples.creation, definitions: [diff])
        #expect(few.ranges(of: "<details open='open' data-g=").count == 3)
        #expect(few.contains("<div class='add'>+  &lt;vcpu&gt;4&lt;/vcpu&gt;</div>"))
        let many = page(Samples.many(guests: 100) { _ in 3 })
        #expect(many.ranges(of: "<details data-g").count == 100 && !many.contains("open='open'"))
        #expect(few.contains("<code class='add'>+ cirros2</code>"))
        #expect(few.contains("<span class='soft'>create · 4 vCPU · 1 GiB · cells 0,1 · on 0-3 / 4-5</span>"))
    }

    @Test("places come before changes, and those before findings")
    func order() throws {
        let headings = try tree(page(Samples.update)).elements.last?.element(named: "main")?.elements.compactMap {
            $0.element(named: "h2")?.text
        }
        #expect(headings == ["Host after apply", "Placement", "Changes", "Findings"])
    }

    @Test("marks everything that is about a guest with its name")
    func marks() throws {
        var named: [String: Set<String>] = [:]
        walk(try tree(page(Samples.update))) { element, _ in
            if let names = element[attribute: "data-g"] { named[names, default: []].insert(element.name) }
        }
        #expect(named["web01"]?.isSuperset(of: ["g", "tr", "li", "details"]) == true)
    }

    @Test("shows where guests are now beside where they go")
    func before() throws {
        var plan = Samples.update
        #expect(HostPicture.before(Samples.referenceHost, plan: plan) == nil)
        var place = try #require(plan.placement.guests.first)
        for index in place.cells.indices {
            place.cells[index].hostCell = 1
            place.cells[index].memoryByCell = [1: place.cells[index].memory]
        }
        plan.before = [place]
        let before = HostPicture.before(Samples.referenceHost, plan: plan)
        let text = PlanHTML(
            PlanReview(plan), picture: HostPicture(Samples.referenceHost, plan: plan), before: before
        ).text
        #expect(text.contains("<h3>Now</h3>") && text.contains("<h3>After</h3>"))
    }

    @Test("says how old the facts are, and nothing where they do not say")
    func facts() {
        let now = UTCTime(seconds: 1_770_800_400)
        let old = FactsOrigin(time: UTCTime(seconds: 1_770_800_400 - 7_200), now: now)
        #expect(page(Samples.empty, facts: old).contains("site rack7, facts of 2026-02-11 07:00Z (2 h old)"))
        #expect(page(Samples.empty, facts: FactsOrigin(time: nil, now: now)).contains(">site rack7</p>"))
    }

    /// Visits every element with whether it is inside of a drawing.
    private func walk(_ element: XMLElement, isDrawn: Bool = false, _ visit: (XMLElement, Bool) -> Void) {
        visit(element, isDrawn || element.name == "svg")
        for child in element.elements { walk(child, isDrawn: isDrawn || element.name == "svg", visit) }
    }
}

/// The bytes of a checksum.
private enum Checksum {
    static func sha256(_ text: String) -> [UInt8] {
        let digits = Array("\(SHA256(of: Array(text.utf8)))")
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }
}
