import Testing

@Suite("Pictures")
struct PictureCommandTests {
    @Test(
        "are one SVG document on standard output",
        arguments: [
            ["plan", "pinned.yaml", "--facts", "hv01.json", "--format", "svg"],
            ["apply", "--dry-run", "pinned.yaml", "--facts", "hv01.json", "--format", "svg"],
            ["facts", "--facts", "hv01.json", "--format", "svg"],
        ])
    func svg(arguments: [String]) {
        let run = CommandRun(arguments)
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("<svg xmlns='http://www.w3.org/2000/svg' ") && run.output.hasSuffix("</svg>\n"))
        #expect(run.output.contains(">hv01</text>"))
    }

    @Test("end with the plan's status, and say on standard error what they have no room for")
    func misfit() {
        let site =
            "hosts: {hv01: {}}\nguests: {big: {vcpus: 64, ram: 1GiB, cpu_policy: dedicated, disks: [{path: /a}]}}\n"
        let run = CommandRun(
            ["plan", "s.yaml", "--facts", "hv01.json", "--format", "svg"], files: ["s.yaml": site])
        #expect(run.status == 10)
        #expect(run.output.contains(">big (NP304)</text>"))
        #expect(run.errors.contains("NP304"))
    }

    @Test("of the status are a map of the whole host")
    func map() {
        let run = CommandRun(["status", "pinned.yaml", "--facts", "hv01.json", "--map"])
        #expect(run.status == 0)
        #expect(run.output.contains("  0-7    ·AAB CC░░\n  16-23  ·xxB CC░░\n"))
        #expect(run.output.contains("A db01"))
    }

    @Test(
        "are not drawn where they make no sense",
        arguments: [
            ["apply", "pinned.yaml", "--format", "svg"], ["status", "pinned.yaml", "db01", "--map"],
            ["status", "pinned.yaml", "--map", "--format", "json"], ["status", "--format", "svg"],
        ])
    func usage(arguments: [String]) {
        let run = CommandRun(arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
    }
}
