import Testing
import XMLTree

@Suite("A text of XML")
struct XMLTextTests {
    @Test("is read to the same element as by the reader, from every copy")
    func element() throws {
        let text = XMLText("<a><b c='1'/></a>")
        let copy = text
        #expect(try text.read() == XMLReader.read(text.text))
        #expect(try copy.read() == text.read())
    }

    @Test("that is not well formed throws the reader's error each time")
    func error() {
        let text = XMLText("<a>")
        let expected = #expect(throws: XMLError.self) { try XMLReader.read("<a>") }
        for _ in 1...2 { #expect(#expect(throws: XMLError.self) { try text.read() } == expected) }
    }

    @Test("is the same as another of the same characters, read or not")
    func equality() throws {
        let (left, right) = (XMLText("<a/>"), XMLText("<a/>"))
        _ = try left.read()
        #expect(left == right && Set([left, right]).count == 1)
        #expect(left != XMLText("<a></a>"))
    }
}
