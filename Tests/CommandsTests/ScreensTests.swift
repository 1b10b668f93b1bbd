import Foundation
import TestSupport
import Testing

/// What an operator sees of every command, on a terminal of 80 columns and on a wide one.
@Suite("Screens")
struct ScreensTests {
    /// A command that shows the same on every machine.
    struct Screen: CustomTestStringConvertible, Sendable {
        let name: String
        let arguments: [String]
        var testDescription: String { name }

        init(_ name: String, _ arguments: String...) { (self.name, self.arguments) = (name, arguments) }
    }

    private static let screens = [
        Screen("plan", "plan", "pinned.yaml", "--facts", "hv01.json"),
        Screen("plan-details", "plan", "pinned.yaml", "--facts", "hv01.json", "--details", "rt01"),
        Screen("plan-fifty", "plan", "fifty.yaml", "--facts", "fifty.json"),
        Screen("plan-hands", "plan", "hands.yaml", "--facts", "hands.json"),
        Screen("plan-misfit", "plan", "misfit.yaml", "--facts", "hv01.json"),
        Screen("plan-room", "plan", "room.yaml", "--facts", "room.json", "--make-room", "new01"),
        Screen("plan-all-hosts", "plan", "fleet.yaml", "--facts", "facts", "--all-hosts"),
        Screen("status", "status", "hands.yaml", "--facts", "hands.json"),
        Screen("status-map", "status", "pinned.yaml", "--facts", "hv01.json", "--map"),
        Screen("verify", "verify", "hands.yaml", "--facts", "hands.json"),
        Screen("explain", "explain", "misfit.yaml", "--facts", "hv01.json"),
        Screen("explain-guest", "explain", "pinned.yaml", "db01", "--facts", "hv01.json"),
        Screen("explain-code", "explain", "NP304"),
        Screen("explain-waiting", "explain", "hands.yaml", "db01", "--facts", "hands.json"),
        Screen("capacity", "capacity", "capacity.yaml", "--facts", "numa-host.json"),
        Screen("facts", "facts", "--facts", "hv01.json"),
        Screen("import", "import", "--facts", "hands.json"),
        Screen("validate", "validate", "bad.yaml"),
        Screen("validate-long", "validate", "long.yaml"),
        Screen("doctor", "doctor", "hands.yaml", "--facts", "hands.json"),
        Screen("metrics", "metrics", "hands.yaml", "--facts", "hands.json"),
        Screen("render", "render", "hands.yaml", "new01", "--facts", "hands.json"),
        Screen("boot-emit", "boot", "pinned.yaml", "--facts", "hv01.json", "--emit", "grub"),
        Screen("init", "init", "-", "--facts", "hv01.json"),
        Screen("schema", "schema", "fleet-plan"),
    ]

    /// Commands of which a document is the result, whose lines are as long as they must be.
    private static let documents = ["import", "metrics", "render", "boot", "init", "schema"]

    private static let files: [String: String] = {
        let pinned = (try? String(contentsOf: examples.appending(path: "pinned.yaml"), encoding: .utf8)) ?? ""
        return [
            "misfit.yaml": pinned + """
                  huge: {vcpus: 24, ram: 80GiB, cpu_policy: dedicated, cpu_thread_policy: isolate, numa_nodes: 2, disks: [{path: /a}]}
                  wide: {vcpus: 4, ram: 4GiB, numa_nodes: 4, disks: [{path: /b}]}

                """,
            "fifty.yaml": """
            site: rack7
            hosts: {hv50: {}}
            guests:
              vm: {vcpus: 2, ram: 2GiB, numa_nodes: 1, cpu_policy: dedicated, count: 40, disks: [{path: "/{name}"}]}
              web-frontend-of-the-shop: {vcpus: 2, ram: 1GiB, numa_nodes: 1, count: 10, disks: [{path: "/{name}"}]}

            """,
            "fifty.json": """
            {"host": {"name": "hv50"}, "cells": [{"id": 0, "cpus": "0-63", "memory_kib": 134217728},
            {"id": 1, "cpus": "64-127", "memory_kib": 134217728}]}
            """,
            "hands.yaml": """
            site: rack7
            hosts: {hv02: {}}
            guests:
              db01: {adopt: true, vcpus: 4, ram: 8GiB, numa_nodes: 1, cpu_policy: dedicated, numa_placement: {0: 1}}
              shop: {adopt: true, ram: 2GiB}
              new01: {vcpus: 2, ram: 4GiB, numa_nodes: 1, mem_page_size: 2MiB, disks: [{path: /a}]}

            """,
            "hands.json": """
            {"host": {"name": "hv02"}, "cells": [
            {"id": 0, "cpus": "0-15", "memory_kib": 33554432, "memory_free_kib": 20000000,
             "pools": [{"page_kib": 2048, "total": 512, "free": 512, "surplus": 0}]},
            {"id": 1, "cpus": "16-31", "memory_kib": 33554432, "memory_free_kib": 30000000,
             "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0}]}],
            "domains": [\(domain("db01", "running", memory: 8)), \(domain("shop", "running", memory: 4)),
            \(domain("legacy-billing-of-the-old-site", "shutoff", memory: 4))]}
            """,
            "room.yaml": RoomSite.yaml, "room.json": RoomSite.facts,
            "fleet.yaml": """
            site: rack7
            hosts: {hv01: {}, hv02: {}, hv03: {}, lost: {}}
            guests:
              web: {vcpus: 2, ram: 1GiB, numa_nodes: 1, host: hv01, count: 2, disks: [{path: "/{name}"}]}
              big: {vcpus: 64, ram: 900GiB, host: hv02, disks: [{path: /b}]}

            """,
            "facts/hv01.json": small("hv01"), "facts/hv02.json": small("hv02"), "facts/hv03.json": small("hv03"),
            "long.yaml": """
            guests:
              web01: {vcpus: 2, ram: 4GiB, numa_nodes: 1, disks: [{path: /var/lib/libvirt/images/web01.qcow2}], cpu_polcy: dedicated, state: running}
              web02: {vcpus: 2, ram: 4GiB, base: web02.xml, disks: [{path: /var/lib/libvirt/images/web02-with-a-long-name.qcow2}], interfaces: [{network: default}]}

            """,
            "bad.yaml": """
            site: rack7
            hosts: {hv01: {pools: {2MB: {cells: {0: 4}}}}}
            guests:
              web01: {vcpu: 2, ram: 4096}
              db01: {vcpus: 4, ram: 8GiB, cpu_policy: pinned}

            """,
        ]
    }()

    private static func small(_ name: String) -> String {
        #"{"host": {"name": "\#(name)"}, "cells": [{"id": 0, "cpus": "0-3", "memory_kib": 8388608}]}"#
    }

    /// A domain with four pinned vCPUs on cell 0, as JSON.
    private static func domain(_ name: String, _ state: String, memory: Int) -> String {
        let pins = (0..<4).map { "<vcpupin vcpu='\($0)' cpuset='\($0 + 2)'/>" }.joined()
        let xml =
            "<domain type='kvm'><name>\(name)</name><memory unit='GiB'>\(memory)</memory><vcpu>4</vcpu>"
            + "<cputune>\(pins)</cputune><numatune><memory mode='strict' nodeset='0'/></numatune>"
            + "<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features></domain>"
        let live = state == "running" ? #", "live_xml": "\#(xml)""# : ""
        return #"{"name": "\#(name)", "state": "\#(state)", "xml": "\#(xml)"\#(live)}"#
    }

    @Test("are as reviewed, and no wider than the terminal", arguments: screens, [80, 140])
    func screen(_ screen: Screen, width: Int) throws {
        let run = CommandRun(screen.arguments, files: Self.files, time: 1_770_800_400, width: width)
        let both = run.output + (run.errors.isEmpty ? "" : "---- standard error\n\(run.errors)")
        // Names and the line that sums up stay whole.
        let isDocument = Self.documents.contains(screen.arguments[0])
        for line in run.output.split(separator: "\n") where !line.hasPrefix("Plan: ") && !isDocument {
            #expect(line.count <= width, "\(line)")
        }
        for line in run.errors.split(separator: "\n") { #expect(isWithin(width, String(line)), "\(line)") }
        try expectGolden(both + "---- ends with \(run.status)\n", "screens/\(screen.name)-\(width).txt")
    }

    @Test("are there of every command")
    func everyCommand() throws {
        let shown = Set(Self.screens.map { $0.arguments[0] } + OnOneHost.HostScreensTests.commands)
        #expect(Set(try CommandTree.read().verbs.map(\.commandName)).subtracting(shown) == [])
        for verb in try CommandTree.read().verbs { #expect((verb.subcommands ?? []).isEmpty, "its screens, too") }
    }
}

/// Whether a line on standard error is within a width, as far as it can be: a command that is to be pasted, or a single word, stays
/// whole.
func isWithin(_ width: Int, _ line: String) -> Bool {
    let text = line.replacing(/^ *(hint: )?/, with: "")
    let commands = /^(numactl-plan|virsh|echo|systemctl|modprobe|sed|mkdir|chown|chmod|iconv|hugepagesz=)/
    return line.count <= width || !text.contains(" ") || text.contains(commands)
}
