import Foundation
import TestSupport
import Testing
import XMLTree

@Suite("XML reader")
struct XMLReaderTests {
    @Test(
        "keeps names, attributes, text and order as written",
        arguments: [
            ("<a/>", XMLElement("a")),
            ("<?xml version='1.0'?><!-- x --><a/><!-- y -->", XMLElement("a")),
            ("<a z='1' b=\"2\"/>", XMLElement("a", [.init("z", "1"), .init("b", "2")])),
            (
                "<p:a q='1' xmlns:p='urn:p' xmlns='urn:d' p:r='2'/>",
                XMLElement(
                    "p:a", [.init("q", "1"), .init("xmlns:p", "urn:p"), .init("xmlns", "urn:d"), .init("p:r", "2")])
            ),
            ("<a>1&lt;2 &amp;&#x41;</a>", XMLElement("a", children: [.text("1<2 &A")])),
            ("<a>x<![CDATA[<&]]>y</a>", XMLElement("a", children: [.text("x<&y")])),
            (
                "<a>x<b/><!--c--><?t d e?><?u?>\n</a>",
                XMLElement(
                    "a",
                    children: [
                        .text("x"), .element(XMLElement("b")), .comment("c"),
                        .instruction(target: "t", content: "d e"), .instruction(target: "u", content: ""), .text("\n"),
                    ])
            ),
            ("<a b='&apos;&quot;&#10; \n'/>", XMLElement("a", [.init("b", "'\"\n  ")])),
            ("<ä ö='ü'>€😀</ä>", XMLElement("ä", [.init("ö", "ü")], children: [.text("€😀")])),
            ("<u:a/>", XMLElement("u:a")),
            ("<a b='&amp;&#38;&lt;&amp;lt;'/>", XMLElement("a", [.init("b", "&&<&lt;")])),
            (
                "<a\n x=\"y='1' xmlns='2'\"\txmlns:p = 'u' y='\" z=\"'\n/>",
                XMLElement("a", [.init("x", "y='1' xmlns='2'"), .init("xmlns:p", "u"), .init("y", "\" z=\"")])
            ),
        ] as [(String, XMLElement)])
    func reading(text: String, element: XMLElement) throws {
        #expect(try XMLReader.read(text) == element)
        #expect(try XMLReader.read(bytes: Array(text.utf8)) == element)
    }

    @Test("ignores what encoding a string declares, and obeys what bytes declare")
    func encodings() throws {
        let element = XMLElement("a", children: [.text("é")])
        #expect(try XMLReader.read("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>") == element)
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE9] + Array("</a>".utf8)
        #expect(try XMLReader.read(bytes: latin) == element)
    }

    @Test("knows the line on which each start tag begins")
    func lines() throws {
        let element = try XMLReader.read("<!-- 1\n2 -->\n<a\n  b='1'\n  c='2'>\n<b/>\n\n  <c\n\n/></a>")
        #expect(element.line == 3)
        #expect(element.elements.map(\.line) == [6, 8])
    }

    @Test(
        "says where and why a text is not well-formed",
        arguments: [
            ("", 1, 1, "Document is empty"),
            ("<a>\n  <b>\n</a>", 3, 5, "Opening and ending tag mismatch: b line 2 and a"),
            ("<a b='1' b='2'/>", 1, 15, "Attribute b redefined"),
            ("<a>&nix;</a>", 1, 9, "Entity 'nix' not defined"),
            ("<a/><b/>", 1, 5, "Extra content at the end of the document"),
            ("x", 1, 1, "Start tag expected, '<' not found"),
            ("<a>\u{1}</a>", 1, 4, "PCDATA invalid Char value 1"),
            ("<a", 1, 3, "Couldn't find end of Start Tag a line 1"),
        ] as [(String, Int, Int, String)])
    func malformed(text: String, line: Int, column: Int, message: String) {
        #expect(throws: XMLError.malformed(line: line, column: column, message: message)) {
            try XMLReader.read(text)
        }
    }

    @Test(
        "refuses whatever could declare entities",
        arguments: [
            ("<!DOCTYPE a><a/>", 1),
            ("\n<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", 2),
            ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 1),
            ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", 1),
            ("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]><l>&c;</l>", 1),
            ("<!DOCTYPE a PUBLIC '-//x//y' 'http://127.0.0.1:1/x.dtd'><a/>", 1),
        ] as [(String, Int)])
    func documentTypes(text: String, line: Int) {
        #expect(throws: XMLError.documentType(line: line)) { try XMLReader.read(text) }
    }

    @Test("bounds the depth and the length of a text")
    func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(try XMLReader.read(nested(256)).name == "a")
        #expect(throws: XMLError.tooDeep(line: 1, maximum: 256)) { try XMLReader.read(nested(257)) }
        #expect(throws: XMLError.tooDeep(line: 1, maximum: 256)) { try XMLReader.read(nested(100_000)) }
        #expect(throws: XMLError.tooDeep(line: 1, maximum: 2)) {
            try XMLReader.read(nested(3), limits: .init(maximumDepth: 2))
        }
        #expect(throws: XMLError.tooLarge(bytes: 7, maximum: 6)) {
            try XMLReader.read("<a></a>", limits: .init(maximumBytes: 6))
        }
        let long = "<a>" + String(repeating: " ", count: 16 << 20) + "</a>"
        #expect(throws: XMLError.tooLarge(bytes: (16 << 20) + 7, maximum: 16 << 20)) { try XMLReader.read(long) }
    }

    @Test("bytes that are no text are an error, never a crash", arguments: 0..<40)
    func garbage(seed: Int) {
        var generator = SplitMix(seed: UInt64(seed))
        let good = Array("<domain type='kvm'><name>a</name><vcpu>4</vcpu><!-- c --></domain>".utf8)
        var bytes = good
        for _ in 0..<4 {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        let element = try? XMLReader.read(bytes: bytes)
        if let element { #expect((try? XMLReader.read(XMLWriter.write(element))) != nil) }
        #expect(throws: XMLError.self) { try XMLReader.read(bytes: Array(good.dropLast(1 + seed))) }
    }
}

/// A small seeded generator, so that random tests repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
