import Diagnostics
import Testing
import YAMLTree

@Suite("Hostile YAML")
struct HostileYAMLTests {
    @Test("is refused quickly, by the limit that it breaks", .timeLimit(.minutes(1)), arguments: Bomb.allCases)
    func bombs(bomb: Bomb) {
        var result: Checked<YAMLNode>?
        let time = ContinuousClock().measure { result = YAMLReader.read(SourceText(name: "s", text: bomb.text)) }
        #expect(result?.value == nil)
        #expect(result?.diagnostics.map(\.code) == [bomb.code])
        #expect(time < .seconds(20), "\(bomb) took \(time)")
    }

    /// Texts that are small to write and dear to read.
    enum Bomb: CaseIterable {
        case laughs, longLaughs, flowNesting, blockNesting, keyNesting, hugeScalar, directives, values, aliasNesting

        var text: String {
            switch self {
            case .laughs:
                (1...30).reduce("a0: &a0 [x, x, x, x, x, x, x, x, x]\n") { text, level in
                    let alias = "*a\(level - 1)"
                    return text
                        + "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
                }
            case .longLaughs:
                "a: &a [" + String(repeating: "x, ", count: 500) + "]\nb: ["
                    + String(repeating: "*a, ", count: 100_000) + "]\n"
            case .flowNesting: String(repeating: "[", count: 100_000)
            case .blockNesting: String(repeating: "- ", count: 100_000) + "x"
            case .keyNesting: (0..<2_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
            case .hugeScalar: "a: " + String(repeating: "x", count: 5 << 20)
            case .directives:
                (0..<200_000).map { "%TAG !a\($0)! tag:a\n" }.joined() + "--- a\n"
            case .values: "[" + String(repeating: "1,", count: 1_000_000) + "]"
            case .aliasNesting:
                (1...200).reduce("a0: &a0 [x]\n") { $0 + "a\($1): &a\($1) [*a\($1 - 1)]\n" }
            }
        }

        var code: DiagnosticCode {
            switch self {
            case .laughs, .longLaughs: .yamlAlias
            default: .yamlTooLarge
            }
        }
    }

    @Test("that is merely large is read")
    func large() {
        let text =
            "a: " + String(repeating: "x", count: 3 << 20) + "\nb: '" + String(repeating: "y\n\n", count: 9_000) + "'"
        #expect(YAMLReader.read(SourceText(name: "s", text: text)).value?.pairs?.count == 2)
        let wide = (0..<20_000).map { "guest\($0): {vcpus: 1, ram: 1GiB}\n" }.joined()
        #expect(YAMLReader.read(SourceText(name: "s", text: wide)).value?.pairs?.count == 20_000)
    }

    @Test("of random bytes is read or refused with a reason", arguments: 0..<200)
    func randomBytes(seed: Int) {
        var generator = SplitMix(state: UInt64(seed))
        let alphabet =
            Array("a:-?[]{},#&*!|>'\"%@` \t\n\r.~<0\\".utf8) + [0, 7, 0x85, 0xC2, 0xE2, 0x80, 0xA8, 0xEF, 0xBB, 0xBF]
        let bytes = (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        let ascii = bytes.filter { $0 < 0x80 }
        for input in [bytes, ascii] {
            let result = YAMLReader.read(bytes: input, name: "s")
            #expect((result.value == nil) == result.diagnostics.hasErrors)
        }
    }

    @Test("cut off anywhere is read or refused with a reason")
    func cut() {
        let text = "a: &x {b: [1, 'two', \"thr\\u0065e\"], c: |\n  x\n}\nd: *x\n? e\n: !!str f\n"
        for end in 0...text.utf8.count {
            let result = YAMLReader.read(bytes: Array(text.utf8.prefix(end)), name: "s")
            #expect((result.value == nil) == result.diagnostics.hasErrors)
        }
    }
}

/// A small seeded generator, so that random tests repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
