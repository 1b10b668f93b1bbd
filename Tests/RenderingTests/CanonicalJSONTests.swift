import Foundation
import Rendering
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test("is one text for one value")
    func text() {
        let value: JSONValue = [
            "b": ["z": .null, "a": .flag(true)], "a": [.integer(-1), .text("q\"\\\n\t\u{1}\u{7f}/ä\u{2028}")],
            "ä": .list([]), "A": .object([:]),
        ]
        #expect(
            value.canonicalText
                == #"{"A":{},"a":[-1,"q\"\\\n\t\u0001\u007f/ä"# + "\u{2028}" + #""],"b":{"a":true,"z":null},"ä":[]}"#)
    }

    @Test("is read back as it was", arguments: ["{}", "[]", "[1,-2,\"x\",null,true,{\"a\":[]}]", "\"\\u0000\""])
    func roundTrip(text: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value.canonicalText == text)
    }

    @Test("has no fractions")
    func fraction() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONValue.self, from: Data("[1.5]".utf8)) }
    }
}
