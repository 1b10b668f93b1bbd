import Diagnostics
import Testing

@Suite("Suggestion")
struct SuggestionTests {
    @Test(
        "finds the name that was probably meant",
        arguments: [
            ("vcpu", "vcpus"), ("numa_node", "numa_nodes"), ("cpu_polciy", "cpu_policy"), ("RAM", "ram"),
        ] as [(String, String)])
    func near(word: String, name: String) {
        #expect(suggestion(for: word, among: ["ram", "vcpus", "numa_nodes", "cpu_policy"]) == name)
    }

    @Test("says nothing when no name is near")
    func far() {
        #expect(suggestion(for: String(repeating: "r", count: 1_000_000), among: ["ram"]) == nil)
        #expect(suggestion(for: "colour", among: ["ram", "vcpus"]) == nil)
    }
}
