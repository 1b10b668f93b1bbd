import Diagnostics
import SiteFile
import TestSupport
import Testing

@Suite("Flavor that is refused")
struct FlavorRefusalTests {
    @Test(
        "for its CPUs",
        arguments: RefusedFlavors.cpus)
    func cpus(keys: String, code: DiagnosticCode) { expect(keys, code) }

    @Test(
        "for its cells",
        arguments: RefusedFlavors.cells)
    func cells(keys: String, code: DiagnosticCode) { expect(keys, code) }

    @Test(
        "for its memory",
        arguments: RefusedFlavors.memory)
    func memory(keys: String, code: DiagnosticCode) { expect(keys, code) }

    @Test(
        "for what the guest sees",
        arguments: RefusedFlavors.shape)
    func shape(keys: String, code: DiagnosticCode) { expect(keys, code) }

    @Test(
        "for an image that asks for more than the flavor",
        arguments: RefusedFlavors.image)
    func image(keys: String, code: DiagnosticCode) { expect(keys, code) }

    @Test(
        "only with a warning when a wish has no effect",
        arguments: RefusedFlavors.wishes)
    func wishes(keys: String) {
        let (result, mark) = readMarked(guest(keys))
        #expect(result.value?.guests.count == 1)
        #expect(result.diagnostics.map(\.code) == [.wishDropped])
        #expect(result.diagnostics.first?.severity == .warning && result.diagnostics.first?.mark == mark)
    }

    @Test("as part of a flavor just as in a guest, and once however many guests use it")
    func once() {
        let flavor = "flavors: {f: {vcpus: 8, ram: 8GiB, cpu_thread_policy: ▶isolate}}\n"
        for guests in ["", "guests: {a: {flavor: f}}\n", "guests: {a: {flavor: f, count: 3}, b: {flavor: f}}\n"] {
            let (result, mark) = readMarked(flavor + guests)
            #expect(result.diagnostics.map(\.code) == [.threadPolicyNeedsDedicated])
            #expect(result.diagnostics.first?.mark == mark)
        }
    }

    @Test("not for what a guest's own word mends")
    func mended() {
        let text =
            "flavors: {f: {vcpus: 8, cpu_thread_policy: isolate}}\nguests: {a: {flavor: f, ram: 8GiB, cpu_policy: dedicated}}\n"
        #expect(read(text).diagnostics == [])
    }

    private func expect(_ keys: String, _ code: DiagnosticCode) {
        let (result, mark) = readMarked("flavors: {f: {vcpus: 8, ram: 8GiB}}\nguests: {g: {flavor: f, \(keys)}}\n")
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.code) == [code])
        #expect(result.diagnostics.first?.mark == mark)
    }
}
