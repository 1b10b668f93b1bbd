import Diagnostics
import SiteFile
import TestSupport
import Testing

@Suite("Site file that is refused")
struct SiteRefusalTests {
    @Test(
        "for its form, at the right place",
        arguments: RefusedSites.form)
    func form(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test(
        "for its names and references, at the right place",
        arguments: RefusedSites.references)
    func references(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test(
        "for text that is no YAML",
        arguments: RefusedSites.yaml)
    func yaml(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test("warns that counted guests would write to one disk")
    func sharedDisk() {
        let (result, mark) = readMarked(guest("count: 2, disks: [{path: /iso, read_only: true}, {path: ▶/disk}]"))
        #expect(result.value?.guests.count == 2)
        #expect(result.diagnostics.map(\.code) == [.conflictingKeys])
        #expect(result.diagnostics.first?.severity == .warning && result.diagnostics.first?.mark == mark)
    }

    @Test(
        "with a hint that can be followed",
        arguments: [
            ("guests: {a: {vcpu: 4, vcpus: 1, ram: 1GiB}}", "did you mean 'vcpus'?"),
            ("hosts: {h: {ram: 1GiB}}", "'ram' is a key of a flavor and of a guest and of a cell of numa_cells"),
            ("guests: {a: {vcpus: '4', ram: 1GiB}}", "remove the quotes: 4"),
            ("guests: {a: {vcpus: 010, ram: 1GiB}}", "remove the leading zeros: 10"),
            ("guests: {a: {vcpus: 1, ram: 512}}", "write the unit: 512MiB or 512GiB"),
            (
                "guests: {a: {vcpus: 1, ram: 512MB}}",
                "write MiB, which is 1024-based; B, KiB, MiB, GiB and TiB are known"
            ),
            (guest("host_devices: ['3b:00.1']"), "write the domain too: 0000:3b:00.1"),
            (guest("autostart: on"), "write true"), (guest("autostart: No"), "write false"),
            (guest("state: runing"), "use one of running, shutoff, absent"),
            ("flavors: {m1.tiny: {vcpus: 1, ram: 1GiB}}\nguests: {a: {flavor: m1.tyni}}", "did you mean 'm1.tiny'?"),
            ("hosts: {hv01: {}}\n" + guest("host: hv10"), "did you mean 'hv01'?"),
            (guest("", name: "a/b"), "write 'a-b'"),
        ] as [(String, String)])
    func hints(text: String, hint: String) {
        #expect(read(text).diagnostics.map(\.hint) == [hint])
    }

    @Test("underlines the whole value or key")
    func lengths() {
        #expect(read("guests: {a: {vcpus: 1, ram: 512MB}}").diagnostics.first?.length == 5)
        #expect(read("flavours: {}").diagnostics.first?.length == 8)
        #expect(read("guests:\n  web:\n    ram: 1GiB\n").diagnostics.first?.length == 3)
    }

    private func expect(_ text: String, _ code: DiagnosticCode) {
        let (result, mark) = readMarked(text)
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.code) == [code])
        #expect(result.diagnostics.first?.mark == mark)
    }
}
