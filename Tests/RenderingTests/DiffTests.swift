import Rendering
import Testing
import XMLTree

@Suite("A unified diff")
struct DiffTests {
    private func diff(_ old: String, _ new: String, context: Int = 3) -> String {
        UnifiedDiff(lines(old), lines(new), names: ("now", "wanted"), context: context).lines.joined(separator: "\n")
    }

    private func lines(_ text: String) -> [String] { text.map(String.init) }

    @Test("of equal texts is empty", arguments: ["", "a", "abcabc"])
    func equal(text: String) { #expect(diff(text, text) == "") }

    @Test("shows what goes before what comes, with three common lines around it")
    func whole() {
        #expect(
            diff("abcdefghij", "abcdXfghij")
                == "--- now\n+++ wanted\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h")
    }

    @Test("joins differences that are near, and parts those that are not")
    func hunks() {
        #expect(diff("a12345b", "c12345d").components("@@ -") == 1)
        #expect(diff("a1234567b", "c1234567d").components("@@ -") == 2)
        #expect(diff("a1234567b", "c1234567d").contains("@@ -1,4 +1,4 @@"))
        #expect(diff("a1234567b", "c1234567d").contains("@@ -6,4 +6,4 @@"))
    }

    @Test("of something and nothing says where the nothing is, as diff does")
    func oneSided() {
        #expect(diff("", "ab") == "--- now\n+++ wanted\n@@ -0,0 +1,2 @@\n+a\n+b")
        #expect(diff("a", "") == "--- now\n+++ wanted\n@@ -1 +0,0 @@\n-a")
        #expect(diff("ab", "aXb", context: 0) == "--- now\n+++ wanted\n@@ -1,0 +2 @@\n+X")
    }

    @Test("applied to the old text gives the new one, and is as short as Swift's own, for random texts")
    func random() {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<2_000 {
            let letters = 2 + round % 5
            let old = (0..<next(24)).map { _ in "\(next(letters))" }
            let new = (0..<next(24)).map { _ in "\(next(letters))" }
            let lines = UnifiedDiff(old, new, names: ("a", "b"), context: 100).lines.dropFirst(3)
            let shown = lines.isEmpty ? old.map { " \($0)" } : Array(lines)
            #expect(shown.filter { $0.first != "+" }.map { String($0.dropFirst()) } == old)
            #expect(shown.filter { $0.first != "-" }.map { String($0.dropFirst()) } == new)
            #expect(shown.count { $0.first != " " } == new.difference(from: old).count)
        }
    }

    @Test("of long texts that have nothing in common is made in bounded memory")
    func long() {
        let (old, new) = ((0..<3_000).map { "a\($0)" }, (0..<3_000).map { "b\($0)" })
        #expect(UnifiedDiff(old, new, names: ("a", "b")).lines.count == 6_003)
    }

    @Test("of definitions names the guest and the side, and /dev/null where there is no definition")
    func definitions() throws {
        let vcpu = XMLElement("domain", children: [.element(XMLElement("vcpu", children: [.text("1")]))])
        let more = XMLElement("domain", children: [.element(XMLElement("vcpu", children: [.text("2")]))])
        let update = try #require(DefinitionDiff(guest: "a", now: vcpu, want: more))
        #expect(
            update.lines == [
                "--- guest/a now", "+++ guest/a wanted", "@@ -1,3 +1,3 @@", " <domain>", "-  <vcpu>1</vcpu>",
                "+  <vcpu>2</vcpu>", " </domain>",
            ])
        let hostile = try #require(DefinitionDiff(guest: "a\u{1B}\nb", now: nil, want: vcpu))
        #expect(hostile.lines.prefix(2) == ["--- /dev/null", "+++ guest/a\u{FFFD}\u{FFFD}b wanted"])
        #expect(DefinitionDiff(guest: "a", now: vcpu, want: nil)?.lines[1] == "+++ /dev/null")
        #expect(DefinitionDiff(guest: "a", now: vcpu, want: vcpu) == nil)
    }
}

extension String {
    /// How often the text has `part` in it.
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
