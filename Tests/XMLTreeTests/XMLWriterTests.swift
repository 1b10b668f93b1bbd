import Foundation
import TestSupport
import Testing
import XMLTree

@Suite("XML writer")
struct XMLWriterTests {
    @Test(
        "lays out as libvirt does",
        arguments: [
            ("<a/>", "<a/>\n"), ("<a></a>", "<a/>\n"), ("<a>\n</a>", "<a/>\n"), ("<a> </a>", "<a> </a>\n"),
            ("<a b=\"1\"><c>x</c><d/></a>", "<a b='1'>\n  <c>x</c>\n  <d/>\n</a>\n"),
            ("<a><!-- c --><b><c/></b></a>", "<a>\n  <!-- c -->\n  <b>\n    <c/>\n  </b>\n</a>\n"),
            ("<a>x <b> <c/> </b> y</a>", "<a>x <b> <c/> </b> y</a>\n"),
            ("<a b='&lt;&amp;\"&apos;>&#10;&#9;&#13;'/>", "<a b='&lt;&amp;&quot;&apos;&gt;&#10;&#9;&#13;'/>\n"),
            ("<a>&lt;&amp;>'\"&#13;</a>", "<a>&lt;&amp;&gt;'\"&#13;</a>\n"),
            ("<a><?t d?><?u?></a>", "<a>\n  <?t d?>\n  <?u?>\n</a>\n"),
        ] as [(String, String)])
    func layout(text: String, written: String) throws {
        #expect(try XMLWriter.write(XMLReader.read(text)) == written)
    }

    @Test("writes values that no reader gives in a way that can be read")
    func oddValues() throws {
        let element = XMLElement(
            "a", [.init("b", "\u{7}\u{FFFE}")],
            children: [
                .comment("--x---"), .instruction(target: "t", content: "a?>b"), .text("\u{0}]]>"),
            ])
        let text = XMLWriter.write(element)
        #expect(
            text
                == "<a b='\u{FFFD}\u{FFFD}'><!--- -x- - - --><?t a? >b?>\u{FFFD}]]&gt;</a>\n")
        #expect(throws: Never.self) { try XMLReader.read(text) }
    }

    @Test("a random tree is read back equal but for blank text", arguments: 0..<60)
    func randomTrees(seed: Int) throws {
        var generator = SplitMix(seed: UInt64(seed))
        let element = randomElement(depth: 4, using: &generator)
        let back = try XMLReader.read(XMLWriter.write(element))
        #expect(XMLEquality.withoutBlanks(back) == XMLEquality.withoutBlanks(element))
        #expect(XMLWriter.write(back) == XMLWriter.write(element))
    }

    @Test("what is written below others is what stands there in the whole", arguments: 0..<20)
    func below(seed: Int) {
        var generator = SplitMix(seed: UInt64(seed))
        let element = randomElement(depth: 3, using: &generator)
        let parent = XMLElement("b", children: [.comment("c"), .element(element), .element(XMLElement("d"))])
        let whole = XMLWriter.write(XMLElement("a", children: [.element(parent)]))
        let written = XMLWriter.write(element, depth: 2)
        #expect(whole == "<a>\n  <b>\n    <!--c-->\n    \(written)\n    <d/>\n  </b>\n</a>\n")
    }

    @Test("every captured definition is read back equal but for blank text")
    func capturedDefinitions() throws {
        guard let folder = sharedFolder()?.appending(path: "domains") else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".xml") }
        #expect(files.count >= 20)
        for file in files.sorted() {
            let element = try XMLReader.read(String(contentsOf: folder.appending(path: file), encoding: .utf8))
            let back = try XMLReader.read(XMLWriter.write(element))
            #expect(XMLEquality.withoutBlanks(back) == XMLEquality.withoutBlanks(element), "\(file)")
        }
    }

    @Test("writes what libvirt wrote exactly as libvirt did")
    func libvirtsOwnForm() throws {
        guard let folder = sharedFolder()?.appending(path: "domains") else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let own = files.filter { $0.hasSuffix(".normalized.xml") }
        #expect(own.count >= 4)
        for file in own {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            #expect(try XMLWriter.write(XMLReader.read(text)) == text, "\(file)")
        }
    }

    private func randomElement(depth: Int, using generator: inout SplitMix) -> XMLElement {
        var element = XMLElement(randomName(using: &generator))
        for index in 0..<Int.random(in: 0...3, using: &generator) {
            element.attributes.append(.init("a\(index)", randomText(using: &generator)))
        }
        var wasText = false
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            switch Int.random(in: 0...5, using: &generator) {
            case 0 where !wasText:
                element.children.append(.text(randomText(using: &generator) + "x"))
                wasText = true
                continue
            case 1: element.children.append(.comment(randomName(using: &generator)))
            case 2: element.children.append(.instruction(target: "t", content: randomName(using: &generator)))
            case 3...5 where depth > 0:
                element.children.append(.element(randomElement(depth: depth - 1, using: &generator)))
            default: continue
            }
            wasText = false
        }
        return element
    }

    private func randomName(using generator: inout SplitMix) -> String {
        ["a", "vcpu", "np:guest", "_x", "é"].randomElement(using: &generator) ?? "a"
    }

    private func randomText(using generator: inout SplitMix) -> String {
        let pieces = [
            "<", ">", "&", "'", "\"", "\n", "\r", "\r\n", "\t", " ", "]]>", "é", "😀", "a", "&amp;", "e\u{301}",
        ]
        return (0..<Int.random(in: 0...6, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
}
