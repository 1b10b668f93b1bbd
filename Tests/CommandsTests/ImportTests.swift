import Foundation
import Testing

/// What this program has made is said again by import, key by key.
@Suite("import")
struct ImportTests {
    @Test(
        "says again what a guest was made from, so that a plan for the file changes nothing but marks",
        arguments: [
            ("vcpus: 2, ram: 1GiB", "vcpus: 2, ram: 1GiB"),
            ("vcpus: 4, ram: 1GiB, numa_nodes: 2", "numa_nodes: 2"),
            ("vcpus: 2, ram: 1GiB, numa_nodes: 1, numa_policy: preferred", "numa_policy: preferred"),
            ("vcpus: 4, ram: 1GiB, numa_nodes: 2, numa_policy: none", "numa_policy: none"),
            ("vcpus: 3, ram: 3GiB, numa_cells: [{cpus: 0-1, ram: 1GiB}, {cpus: 2, ram: 2GiB}]", "numa_cells: [{"),
            ("vcpus: 2, ram: 1GiB, cpu_policy: dedicated", "cpu_policy: dedicated"),
            ("vcpus: 2, ram: 1GiB, cpu_policy: dedicated, cpu_thread_policy: isolate", "cpu_policy: dedicated"),
            (
                "vcpus: 3, ram: 1GiB, cpu_policy: mixed, cpu_dedicated_mask: 0-1",
                "cpu_policy: mixed, cpu_dedicated_mask: 0-1"
            ),
            (
                "vcpus: 2, ram: 1GiB, cpu_policy: dedicated, emulator_threads_policy: isolate",
                "emulator_threads_policy: isolate"
            ),
            ("vcpus: 2, ram: 1GiB, mem_page_size: 2MiB", "mem_page_size: 2MiB"),
            ("vcpus: 2, ram: 1GiB, mem_page_size: small, locked_memory: true", "locked_memory: true"),
            (
                "vcpus: 3, ram: 1GiB, cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ^0",
                "cpu_realtime: true, cpu_realtime_mask: 1-2"
            ),
            (
                "vcpus: 4, ram: 1GiB, numa_nodes: 1, cpu_topology: {sockets: 1, cores: 2, threads: 2}",
                "cpu_topology: {sockets: 1, cores: 2, threads: 2}"
            ),
            ("vcpus: 4, ram: 2GiB, current_vcpus: 2, current_ram: 1GiB", "current_vcpus: 2, current_ram: 1GiB"),
            ("vcpus: 2, ram: 1GiB, mem_access: shared", "mem_access: shared"),
            (
                "vcpus: 2, ram: 1GiB, scheduler: {vcpus: 1, policy: fifo, priority: 2}",
                "scheduler: {vcpus: 1, policy: fifo, priority: 2}"
            ),
            ("vcpus: 2, ram: 1GiB, scheduler: {policy: batch}", "scheduler: {policy: batch}"),
            ("vcpus: 2, ram: 1GiB, vcpu_pins: {1: 0-1}", "vcpu_pins: {1: 0-1}"),
            ("vcpus: 2, ram: 1GiB, numa_nodes: 1, emulator_pin: none", "emulator_pin: none"),
            (
                "vcpus: 2, ram: 1GiB, cpu_policy: dedicated, vcpu_pins: {0: 2, 1: 0}, emulator_pin: 1",
                "cpu_policy: dedicated"
            ),
            (
                "vcpus: 2, ram: 1GiB, numa_nodes: 1, iothreads: 2, iothread_pins: {1: 0, 2: 1}",
                "iothread_pins: {1: 0, 2: 1}"
            ),
            (
                "vcpus: 1, ram: 1GiB, cpu_mode: host-passthrough, iothreads: 2",
                "iothreads: 2, cpu_mode: host-passthrough"
            ),
        ])
    func keys(made: String, said: String) throws {
        let imported = try imported("\(made), accelerator: qemu")
        #expect(imported.output.contains(said), "\(imported.output)")
        #expect(imported.errors.isEmpty, "\(imported.errors)")
        let parts = try self.parts(imported)
        #expect(parts.allSatisfy { $0 == "metadata" }, "\(imported.output)\(parts)")
    }

    @Test(
        "says shapes that somebody made by hand, marked or not",
        arguments: [
            ("vcpus: 2, ram: 1GiB, numa_nodes: 1, guest_numa: hidden", "numa_nodes: 1, guest_numa: hidden"),
            (
                "vcpus: 2, ram: 1GiB, numa_nodes: 1, guest_numa: hidden, mem_page_size: 2MiB, numa_placement: {0: 1}",
                "mem_page_size: 2MiB"
            ),
            (
                "vcpus: 3, ram: 1GiB, cpu_policy: dedicated, guest_numa: hidden, numa_policy: none, mem_page_size: 2MiB",
                "guest_numa: hidden, numa_policy: none, cpu_policy: dedicated"
            ),
            ("vcpus: 4, ram: 2GiB, numa_nodes: 2, guest_numa: hidden", "numa_nodes: 2, guest_numa: hidden"),
            (
                "vcpus: 2, ram: 1GiB, numa_nodes: 1, guest_numa: hidden, numa_placement: {0: 0}, memory_cells: [1]",
                "guest_numa: hidden, memory_cells: [1]"
            ),
            (
                "vcpus: 3, ram: 1GiB, cpu_policy: dedicated, numa_policy: none",
                "numa_policy: none, cpu_policy: dedicated"
            ),
            (
                "vcpus: 4, ram: 2GiB, numa_nodes: 2, numa_placement: {0: 1, 1: 1}",
                "numa_nodes: 2, numa_placement: {0: 1, 1: 1}"
            ),
            (
                "vcpus: 2, ram: 1GiB, numa_nodes: 1, numa_placement: {0: 0}, memory_cells: [1]",
                "numa_cells: [{cpus: 0-1, ram: 1GiB, memory_cells: [1]}]"
            ),
            (
                "vcpus: 4, ram: 2GiB, numa_cells: [{cpus: 0-1, ram: 0MiB}, {cpus: 2-3, ram: 2GiB}]",
                "numa_cells: [{cpus: 0-1, ram: 0KiB}, {cpus: 2-3, ram: 2GiB}]"
            ),
            (
                "vcpus: 4, ram: 2GiB, numa_cells: [{cpus: 0-1, ram: 1GiB, numa_policy: preferred}, {cpus: 2-3, ram: 1GiB}]",
                "numa_cells: [{cpus: 0-1, ram: 1GiB, numa_policy: preferred}, {cpus: 2-3, ram: 1GiB, numa_policy: strict}]"
            ),
            ("vcpus: 2, ram: 9GiB, numa_nodes: 1, numa_policy: interleave", "numa_nodes: 1, numa_policy: interleave"),
        ], [true, false])
    func shapes(shape: (made: String, said: String), isMarked: Bool) throws {
        let imported = try imported("\(shape.made), accelerator: qemu") { definition in
            guard !isMarked, let start = definition.range(of: "<metadata>"),
                let end = definition.range(of: "</metadata>")
            else { return definition }
            return definition.replacingCharacters(in: start.lowerBound..<end.upperBound, with: "")
        }
        #expect(imported.output.contains(shape.said), "\(imported.output)")
        let parts = try self.parts(imported)
        #expect(parts.allSatisfy { $0 == "metadata" }, "\(imported.output)\(parts)")
    }

    @Test("leaves out of the entry what there are no keys for, and names it in a comment")
    func inexact() throws {
        let tune = "<numatune><memory mode='strict' placement='auto'/></numatune></domain>"
        let imported = try imported("vcpus: 2, ram: 1GiB, accelerator: qemu") { $0.replacing("</domain>", with: tune) }
        #expect(imported.status == 0)
        let entry =
            "\n  own: {vcpus: 2, ram: 1GiB, adopt: true}\n    # Not in this entry; stays as it is:\n"
        #expect(imported.output.contains("\(entry)    #   numatune.memory strict auto\n"), "\(imported.output)")
        #expect(imported.errors.contains("NP610"))
        #expect(try parts(imported) == ["metadata"])
    }

    @Test("does not leave a domain out because another cannot be said")
    func beside() throws {
        let tuned = """
            <cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/></cputune>
            <numatune><memory mode='strict' nodeset='0'/><memnode cellid='0' mode='strict' nodeset='0-1'/></numatune>
            <features><acpi/></features><cpu><topology sockets='2' cores='1' threads='1'/>
            <numa><cell id='0' cpus='0-1' memory='1048576'/></numa></cpu>
            """
        // Memory of a guest cell out of cells that QEMU as a whole has no memory of cannot be said.
        let parts = ["db": tuned, "web1": "", "web2": "<cpu mode='host-passthrough'/>"]
        files.facts = try facts(
            Dictionary(
                uniqueKeysWithValues: parts.map { name, part in
                    let size = "<name>\(name)</name><memory unit='GiB'>1</memory><vcpu>2</vcpu>"
                    return (name, "<domain type='kvm'>\(size)<os><type>hvm</type></os>\(part)</domain>")
                }))
        let run = CommandRun(["import", "--facts", "facts.json"], files: ["facts.json": files.facts])
        #expect(run.output.contains("\n  web1: {") && run.output.contains("\n  web2: {"), "\(run.output)")
        let entry = "\n  db:\n    vcpus: 2\n    ram: 1GiB\n    vcpu_pins: {0: 0, 1: 1}\n    adopt: true\n"
        #expect(run.output.contains(entry), "\(run.output)")
        #expect(run.output.contains("    #   numatune.memnode[0] strict 0-1\n"))
        #expect(try self.parts(run).allSatisfy { $0 == "metadata" })
        // What is suggested is there to be uncommented as it stands, and changes what is said beside it.
        let site = run.output.replacing(#/    # (?=[a-z_]+: )/#, with: "    ")
        let plan = CommandRun(
            ["plan", "site.yaml", "--facts", "facts.json", "--format", "json"],
            files: ["site.yaml": site, "facts.json": files.facts])
        #expect(site != run.output && plan.status == 0, "\(site)\(plan.errors)")
        #expect(plan.output.contains("numatune.memnode[0]") && !plan.output.contains("cputune.vcpupin"))
    }

    @Test(
        "says pins that somebody put by hand, beside domains that float over the same CPUs", arguments: [true, false])
    func handPins(isShared: Bool) throws {
        let tuned = """
            <cputune><vcpupin vcpu='0' cpuset='\(isShared ? "1-2" : "0")'/>
            <vcpupin vcpu='1' cpuset='\(isShared ? "0-1" : "1")'/></cputune>
            <numatune><memory mode='strict' nodeset='0'/></numatune>
            <features><acpi/></features><cpu><topology sockets='2' cores='1' threads='1'/>
            <numa><cell id='0' cpus='0-1' memory='1048576'/></numa></cpu>
            """
        let size = "<memory unit='GiB'>1</memory><vcpu>2</vcpu><os><type>hvm</type></os>"
        files.facts = try facts([
            "db": "<domain type='kvm'><name>db</name>\(size)\(tuned)</domain>",
            "web": "<domain type='kvm'><name>web</name>\(size)</domain>",
        ])
        let run = CommandRun(["import", "--facts", "facts.json"], files: ["facts.json": files.facts])
        let pins = "vcpu_pins: {0: 1-2, 1: 0-1}, emulator_pin: none"
        let own = "cpu_policy: dedicated, vcpu_pins: {0: 0, 1: 1}, emulator_pin: none"
        #expect(
            run.output.contains(
                "\n  db: {vcpus: 2, ram: 1GiB, numa_nodes: 1, \(isShared ? pins : own), adopt: true}\n"),
            "\(run.output)")
        #expect(run.output.contains("\n  web: {vcpus: 2, ram: 1GiB, adopt: true}\n"))
        #expect(try self.parts(run).allSatisfy { $0 == "metadata" })
    }

    @Test("says which shut-off domains need more than the host has, and its file can be applied all the same")
    func overfull() throws {
        let bound = """
            <memory unit='GiB'>5</memory><vcpu>1</vcpu><os><type>hvm</type></os>
            <memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>
            <numatune><memory mode='strict' nodeset='0'/></numatune>
            """
        files.facts = try facts(
            Dictionary(
                uniqueKeysWithValues: ["a", "b", "c"].map { name in
                    (name, "<domain type='kvm'><name>\(name)</name>\(bound)</domain>")
                }))
        let run = CommandRun(["import", "--facts", "facts.json"], files: ["facts.json": files.facts])
        #expect(run.errors.contains("does not fit with the others"), "\(run.output)\(run.errors)")
        let plan = CommandRun(
            ["plan", "site.yaml", "--facts", "facts.json"],
            files: ["site.yaml": run.output, "facts.json": files.facts])
        #expect(plan.status == 0 && plan.errors.contains("NP324"), "\(plan.output)\(plan.errors)")
    }

    @Test("leaves out domains of other managers and of other sites", arguments: [true, false])
    func others(isNova: Bool) throws {
        let nova = "<x:instance xmlns:x='http://openstack.org/xmlns/libvirt/nova/1.1'/></metadata>"
        let imported = try imported(
            "vcpus: 2, ram: 1GiB, accelerator: qemu", options: isNova ? [] : ["--site", "else"]
        ) {
            isNova ? $0.replacing("</metadata>", with: nova) : $0
        }
        #expect(imported.output.contains("guests: {}"))
        #expect(imported.output.contains(isNova ? "it belongs to OpenStack Nova" : "it belongs to the site 'lab'"))
    }

    @Test(
        "names the domains that there are when one is not", arguments: [("own", 0), ("owm", 64)] as [(String, Int32)])
    func unknown(name: String, status: Int32) throws {
        let run = try imported("vcpus: 2, ram: 1GiB, accelerator: qemu", options: [name])
        #expect(run.status == status)
        #expect(status == 0 || run.errors.contains("did you mean own?"))
    }

    /// What import makes of the definition that a guest with these keys has.
    private func imported(
        _ keys: String, options: [String] = [], editing edit: (String) -> String = { $0 }
    ) throws -> CommandRun {
        let site = "site: lab\nhosts: {host: {}}\nguests:\n  own: {\(keys)}\n"
        let rendered = CommandRun(
            ["render", "site.yaml", "--facts", "facts.json"], files: ["site.yaml": site, "facts.json": try facts()])
        #expect(rendered.status == 0, "\(rendered.errors)")
        let end = try #require(rendered.output.range(of: "</domain>"))
        let definition = edit(String(rendered.output[..<end.upperBound]))
        self.files.facts = try facts(definition)
        return CommandRun(["import", "--facts", "facts.json"] + options, files: ["facts.json": self.files.facts])
    }

    private func parts(_ imported: CommandRun) throws -> [String] { try parts(imported.output) }

    /// The paths that a plan for a site file changes.
    private func parts(_ site: String) throws -> [String] {
        let run = CommandRun(
            ["plan", "site.yaml", "--facts", "facts.json", "--format", "json"],
            files: ["site.yaml": site, "facts.json": files.facts])
        #expect(run.status == 0, "\(run.errors)")
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let changes = try #require(document?["changes"] as? [[String: Any]])
        return changes.flatMap { ($0["parts"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String } }
    }

    /// The facts of the latest import of this test.
    private final class Files { var facts = "" }
    private let files = Files()

    private func facts(_ definition: String? = nil) throws -> String {
        try facts(definition.map { ["own": $0] } ?? [:])
    }

    private func facts(_ definitions: [String: String]) throws -> String {
        let cells = [0, 1].map { id -> [String: Any] in
            [
                "id": id, "cpus": id == 0 ? "0-7" : "8-15", "memory_kib": 8_000_000,
                "siblings": (0..<4).map { "\(id * 8 + $0 * 2)-\(id * 8 + $0 * 2 + 1)" },
                "pools": [["page_kib": 2_048, "total": 1_024, "free": 1_024]],
            ]
        }
        let domains = definitions.map { name, xml in
            ["name": name, "uuid": "6e2c1f0a-3b1d-4c58-9d55-0f7b4f1f3a11", "state": "shutoff", "xml": xml]
        }
        let facts: [String: Any] = [
            "kind": "numactl-plan/facts", "format_version": "1.0", "cells": cells, "domains": domains,
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: facts, options: .sortedKeys), as: UTF8.self)
    }
}
