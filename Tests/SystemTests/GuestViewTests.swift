import Foundation
import Testing

extension SystemTests {
    @Suite("What a guest sees")
    struct GuestView {
        /// Two cells far from each other, with two caches of one core with two threads each, and three ports of a card.
        private static let facts = """
            {"kind": "numactl-plan/facts", "format_version": "1.0", "host": {"name": "far", "arch": "x86_64"},
             "cpus": {"online": "0-7"},
             "cells": [
              {"id": 0, "cpus": "0-1,4-5", "memory_kib": 8388608, "siblings": ["0,4", "1,5"], "llc": ["0,4", "1,5"],
               "distances": {"0": 10, "1": 31}},
              {"id": 1, "cpus": "2-3,6-7", "memory_kib": 8388608, "siblings": ["2,6", "3,7"], "llc": ["2,6", "3,7"],
               "distances": {"0": 31, "1": 10}}],
             "pci": [{"address": "0000:3b:00.0", "cell": 0}, {"address": "0000:3b:00.1", "cell": 1},
                     {"address": "0000:3b:00.2", "cell": 1}]}
            """

        /// The definition for that host, as this one can run it: not pinned, not bound, another card in the place of each port, and an
        /// Intel CPU, since Linux takes the topology of AMD's from what QEMU does not emulate.
        private static func runnable(_ definition: String, console: String) -> String {
            let card = "<rng model='virtio'><backend model='random'>/dev/urandom</backend>"
            return
                definition
                .replacing(/(?s)<(cputune|numatune)>.*?<\/\1>/, with: "")
                .replacing(/(?s)<hostdev.*?<\/source>/, with: card).replacing("</hostdev>", with: "</rng>")
                .replacing(
                    /(?s)<serial.*<\/console>/, with: "<serial type='file'><source path='\(console)'/></serial>"
                )
                .replacing(
                    "<cpu>",
                    with: "<cpu mode='custom' match='exact' check='none'><model fallback='allow'>Penryn</model>")
        }

        /// What the guest says on its console, by the path below `/sys`; waits until it has said all.
        private static func view(_ console: String) throws -> [String: String] {
            for _ in 0..<360 {
                let text = (try? String(contentsOfFile: console, encoding: .utf8)) ?? ""
                let lines = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("view ") }
                guard lines.contains("view end") else {
                    usleep(250_000)
                    continue
                }
                return Dictionary(
                    lines.prefix { $0 != "view end" }.compactMap { line -> (String, String)? in
                        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
                        return words.count == 3 ? (words[1], words[2]) : nil
                    }, uniquingKeysWith: { first, _ in first })
            }
            throw Broken(description: "the guest has not said in time what it sees")
        }

        @Test("is the host's distances, dies, caches, siblings, and the cells of its devices")
        func whole() throws {
            let lab = try Lab("view")
            defer { lab.end() }
            let keys = """
                vcpus: 8, ram: 512MiB, numa_nodes: 2, numa_placement: {0: 0, 1: 1}, cpu_policy: dedicated, machine: q35,
                    cpu_topology: mirror, guest_distances: host, accelerator: qemu,
                    host_devices: ["0000:3b:00.0", "0000:3b:00.1", "0000:3b:00.2"], \(try lab.linux("view"))
                """
            try lab.write("site: np-sys\nhosts: {far: {}}\nguests:\n  NAME: {\(keys)}\n", to: "site.yaml")
            try lab.write(Self.facts, to: "far.json")
            let rendered = try lab.program("render", "site.yaml", "--facts", "far.json")
            try #require(rendered.status == 0, "\(rendered.all)")
            let console = lab.folder.appending(path: "console").path
            try lab.write(Self.runnable(rendered.output, console: console), to: "domain.xml")
            try virsh("define", lab.folder.appending(path: "domain.xml").path)
            try virsh("start", lab.name)
            let seen = try Self.view(console)
            func node(_ cell: Int, _ name: String) -> String? { seen["devices/system/node/node\(cell)/\(name)"] }
            #expect(node(0, "distance") == "10 31" && node(1, "distance") == "31 10")
            #expect(node(0, "cpulist") == "0-3" && node(1, "cpulist") == "4-7")
            for cpu in 0..<8 {
                func value(_ name: String) -> String? { seen["devices/system/cpu/cpu\(cpu)/\(name)"] }
                let pair = "\(cpu / 2 * 2)-\(cpu / 2 * 2 + 1)"
                #expect(value("topology/physical_package_id") == "\(cpu / 4)", "CPU \(cpu)")
                #expect(value("topology/die_id") == "\(cpu % 4 / 2)", "CPU \(cpu)")
                #expect(value("topology/core_cpus_list") == pair, "CPU \(cpu)")
                #expect(
                    value("cache/index3/level") == "3" && value("cache/index3/shared_cpu_list") == pair, "CPU \(cpu)")
            }
            // 0x1044 is a virtio random number generator.
            let cards = seen.filter { $0.key.hasSuffix("/device") && $0.value == "0x1044" }.keys.sorted()
            let cells = cards.map { seen[$0.dropLast("device".count) + "numa_node"] ?? "?" }
            #expect(cards.map { $0.split(separator: "/")[3] } == ["0000:f1:00.0", "0000:f2:00.0", "0000:f9:00.0"])
            #expect(cells == ["1", "1", "0"])
        }

        @Test("is defined and started as it was asked for, and changed for the next start")
        func distances() throws {
            let lab = try Lab("near")
            defer { lab.end() }
            func keys(_ distances: String) -> String {
                "  NAME: {vcpus: 2, ram: 128MiB, numa_nodes: 2, numa_placement: {0: 0, 1: 0}, accelerator: qemu, state: running, "
                    + "guest_distances: \(distances)}\n"
                    + "  NAME-own: {vcpus: 1, ram: 64MiB, cpu_policy: dedicated, cpu_topology: mirror, accelerator: qemu, "
                    + "state: running}"
            }
            try lab.write(guests: keys("host"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            #expect(try virsh("dumpxml", lab.name).ranges(of: "value='11'").count == 2)
            #expect(try virsh("dumpxml", "\(lab.name)-own").contains("<cache level='3' mode='emulate'/>"))
            #expect(try lab.plan().status == 0)
            let again = try lab.apply()
            #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again.all)")
            try lab.write(guests: keys("none"))
            let parts = try lab.plan().plan.changes.flatMap(\.parts)
            #expect(
                parts.filter { $0.when == "next_start" }.map(\.path)
                    == ["cpu.numa.cell[0].distances", "cpu.numa.cell[1].distances"])
            let changed = try lab.apply()
            #expect(changed.status == 0, "\(changed.all)")
            #expect(try !lab.definition(lab.name).contains("<distances>"))
            #expect(try virsh("dumpxml", lab.name).contains("value='11'"))
            #expect(try lab.plan().status == 3)
        }
    }
}
