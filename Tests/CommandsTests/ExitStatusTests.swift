import Foundation
import Testing

@Suite("Exit status")
struct ExitStatusTests {
    private static let facts = """
        {"cells": [{"id": 0, "cpus": "0-3", "memory_kib": 4194304}, {"id": 1, "cpus": "4-7", "memory_kib": 4194304}]}
        """
    private static let site = "hosts: {h: {}}\nguests: {a: {vcpus: 4, ram: 1GiB, numa_nodes: 2}}\n"

    private func plan(_ site: String, facts: String = facts, _ more: [String] = []) -> CommandRun {
        CommandRun(["plan", "s.yaml", "--facts", "f.json"] + more, files: ["s.yaml": site, "f.json": facts])
    }

    @Test("of a plan with changes is 0, and 2 when details are asked for")
    func changes() {
        #expect(plan(Self.site).status == 0)
        #expect(plan(Self.site, ["--detailed-exitcode"]).status == 2)
    }

    @Test("of a command line that cannot be read is 66, and no help is taken for the answer")
    func noCommandLine() {
        let run = CommandRun([], program: [])
        #expect(run.status == 66 && run.output.isEmpty)
        #expect(run.errors.contains("NP402") && run.errors.contains("/proc"))
    }

    @Test("of a plan that does not fit is 10, with the numbers of each cell")
    func infeasible() {
        let run = plan("hosts: {h: {}}\nguests: {big: {vcpus: 5, ram: 1GiB, cpu_policy: dedicated}}\n")
        #expect(run.status == 10)
        #expect(run.output.contains("NP304"))
        #expect(run.output.contains("5"))
    }

    @Test(
        "of bad input is 65 with a place, and 66 when there is none",
        arguments: [
            ("hosts: {h: {}}\nguests: {a: {vcpu: 4, ram: 1GiB}}\n", facts, 65, "s.yaml:2:14: error NP201"),
            ("a: [", facts, 65, "s.yaml:1:"),
            (site, "{\"cells\": []}", 65, "NP221"),
            (site, "{\"cells\": [{\"id\": 0, \"cpus\": \"0-x\", \"memory_kib\": 1}]}", 65, "f.json:1:"),
            (site, "{\"cells\": [{\"id\": 0, \"cpus\": \"0\", \"memory_kib\": 1}", 65, "NP120"),
            (site, "{\"kind\": \"numactl-plan/plan\", \"cells\": []}", 65, "NP221"),
            (site, "{\"format_version\": \"2.0\", \"cells\": []}", 65, "NP221"),
        ] as [(String, String, Int32, String)])
    func invalid(site: String, facts: String, status: Int32, message: String) {
        let run = plan(site, facts: facts)
        #expect(run.status == status)
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(run.output == "")
    }

    @Test("of missing files is 66")
    func missing() {
        #expect(CommandRun(["plan", "/nowhere/site.yaml"]).status == 66)
        #expect(CommandRun(["plan", "reference.yaml", "--facts", "/nowhere/facts.json"]).status == 66)
    }

    @Test(
        "of wrong usage is 64",
        arguments: [
            ["plan", "--nonsense"], ["plan", "--facts", "a", "--root", "b"], ["apply", "--facts", "a"],
            ["status", "--format", "nova"],
            ["frobnicate"], ["boot", "site.yaml"],
        ])
    func usage(arguments: [String]) {
        #expect(CommandRun(arguments).status == 64)
    }

    @Test("of an unreachable libvirt is 69")
    func unreachable() {
        let run = CommandRun(
            ["plan", "s.yaml", "--connect", "qemu+unix:///system?socket=/nowhere/socket"], files: ["s.yaml": Self.site])
        #expect(run.status == 69)
        #expect(run.errors.contains("NP501"))
    }
}
