import Foundation
import Rendering
import Testing

/// What somebody does to the payload of a saved plan, and what is said to it.
struct Forgery: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The guests of the site, before and when the plan is made.
    var before: [String] = []
    var guests = ["a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml}"]
    var host = "{}"
    var options: [String] = []
    var status: Int32 = 65
    /// What is said, beside the place.
    let finding: String
    let change: @Sendable (inout JSONValue) -> Void
}

extension JSONValue {
    /// Replaces text everywhere in the value.
    fileprivate mutating func replace(_ old: String, with new: String) {
        switch self {
        case .text(let text): self = .text(text.replacing(old, with: new))
        case .list(let items): self = .list(items.map { $0.replacing(old, with: new) })
        case .object(let members): self = .object(members.mapValues { $0.replacing(old, with: new) })
        case .null, .flag, .integer: break
        }
    }

    private func replacing(_ old: String, with new: String) -> JSONValue {
        var value = self
        value.replace(old, with: new)
        return value
    }

    /// The member at the end of a path, whose numbers are indices of lists.
    fileprivate subscript(at path: [String]) -> JSONValue {
        get {
            guard let first = path.first else { return self }
            let rest = Array(path.dropFirst())
            if let member = self[first] { return member[at: rest] }
            guard let items = list, let index = Int(first), items.indices.contains(index) else { return .null }
            return items[index][at: rest]
        }
        set {
            guard let first = path.first else { return self = newValue }
            let rest = Array(path.dropFirst())
            switch self {
            case .object(var members):
                var member = members[first] ?? .null
                member[at: rest] = newValue
                members[first] = member
                self = .object(members)
            case .list(var items):
                guard let index = Int(first), items.indices.contains(index) else { return }
                items[index][at: rest] = newValue
                self = .list(items)
            case .null, .flag, .integer, .text: break
            }
        }
    }

    /// Adds an item to a list.
    fileprivate mutating func append(_ item: JSONValue, to path: String...) {
        self[at: path] = .list((self[at: path].list ?? []) + [item])
    }

    /// Adds a line to the definition of the first new guest, before its end.
    fileprivate mutating func define(_ lines: String...) {
        let path = ["steps", "0", "definition"]
        let present: [JSONValue] = self[at: path].list ?? []
        self[at: path] = .list(Array(present.dropLast()) + lines.map { JSONValue.text($0) } + present.suffix(1))
    }
}

extension Forgery {
    private static let foreign: JSONValue = [
        "name": "other",
        "domain": [
            "settings": [:], "mark": .null, "running": .flag(true), "autostart": .flag(false),
            "managed_save": .flag(false),
        ],
    ]
    private static let made = ["a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml}"]
    private static let wider = ["a: {vcpus: 2, ram: 96MiB, numa_nodes: 1, base: base.xml}"]

    /// The definition of a new guest.
    private static let definitions: [Forgery] = [
        (
            "raw QEMU arguments", ["<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'/>"],
            "<qemu:commandline>"
        ),
        ("another emulator", ["<devices><emulator>/tmp/evil</emulator></devices>"], "<emulator>"),
        (
            "a folder of the host",
            ["<devices><filesystem type='mount'><source dir='/'/><target dir='x'/></filesystem></devices>"],
            "<filesystem>"
        ),
        (
            "a script",
            ["<devices><interface type='bridge'><source bridge='b'/><script path='/tmp/x'/></interface></devices>"],
            "<script> of <interface>"
        ),
        (
            "a file that a port writes",
            ["<devices><serial type='file'><source path='/etc/cron.d/x'/></serial></devices>"], "<serial type='file'>"
        ),
        (
            "a log of a port", ["<devices><serial type='pty'><log file='/etc/cron.d/x'/></serial></devices>"],
            "<log> of <serial>"
        ),
        (
            "a disk of the network",
            ["<devices><disk type='network'><source name='x'/><target dev='vda'/></disk></devices>"],
            "<disk type='network'>"
        ),
        (
            "files for the firmware", ["<sysinfo type='fwcfg'><entry name='opt/x' file='/etc/shadow'/></sysinfo>"],
            "<sysinfo>"
        ),
        ("an element of tomorrow", ["<tomorrow/>"], "<tomorrow>"),
    ].map { name, lines, finding in
        Forgery(testDescription: "\(name) in a definition", finding: "its definition has \(finding), which") {
            payload in
            for line in lines { payload.define(line) }
            payload[at: ["bases"]] = .list([])
        }
    }

    static let all: [Forgery] =
        definitions + [
            Forgery(testDescription: "a plan that shows nothing", finding: "NP729") { $0[at: ["changes"]] = .list([]) },
            Forgery(
                testDescription: "a milder disruption",
                before: ["a: {vcpus: 2, ram: 64MiB, base: base.xml, state: running}"],
                guests: ["a: {vcpus: 2, ram: 64MiB, base: base.xml, state: shutoff}"], finding: "NP729"
            ) { $0[at: ["changes", "0", "disruption"]] = "none" },
            Forgery(
                testDescription: "a guest that is shut down in silence",
                before: ["a: {vcpus: 2, ram: 64MiB, base: base.xml, state: running}"],
                guests: ["a: {vcpus: 2, ram: 64MiB, base: base.xml, state: shutoff}"], status: 15, finding: "NP727"
            ) { _ in },
            Forgery(
                testDescription: "other settings than are shown", finding: "another 'cputune.vcpupin[0]' than is shown"
            ) {
                $0[at: ["steps", "0"]].replace(
                    "<vcpupin vcpu='0' cpuset='0-3'/>", with: "<vcpupin vcpu='0' cpuset='0'/>")
                $0[at: ["steps", "0", "wanted"]].replace(
                    "<vcpupin vcpu='0' cpuset='0'/>", with: "<vcpupin vcpu='0' cpuset='0-3'/>")
            },
            Forgery(testDescription: "a CPU that is not there", finding: "CPU 9 is not online") {
                $0[at: ["steps"]].replace("cpuset='0-3'", with: "cpuset='9'")
            },
            Forgery(testDescription: "a cell that is not there", finding: "cell 7 does not exist") {
                $0[at: ["steps"]].replace("nodeset='0'", with: "nodeset='7'")
            },
            Forgery(
                testDescription: "a name with a slash", finding: "contains a slash"
            ) { payload in
                payload[at: ["steps"]].replace("<name>a</name>", with: "<name>../a</name>")
                payload[at: ["steps"]].replace("name='a'", with: "name='../a'")
                payload[at: ["steps", "0", "guest"]] = "../a"
                payload[at: ["preconditions", "guests", "0", "name"]] = "../a"
            },
            Forgery(
                testDescription: "more than is managed", before: made, guests: wider, finding: "than managed settings"
            ) {
                $0[at: ["steps", "0", "wanted"]].replace("</domain>", with: "<devices/></domain>")
            },
            Forgery(
                testDescription: "settings that were not found", before: made, guests: wider, finding: "prior settings"
            ) {
                $0[at: ["steps", "0", "prior"]].replace("65536", with: "65540")
            },
            Forgery(
                testDescription: "an adopted domain as our own", before: made, guests: wider,
                finding: "its mark does not match"
            ) {
                $0[at: ["preconditions", "guests", "0", "domain", "mark"]] = .null
            },
            Forgery(testDescription: "somebody else's domain removed", finding: "this site did not create the domain") {
                $0.append(["step": "stop", "guest": "other", "force": .flag(true)], to: "steps")
                $0.append(["step": "undefine", "guest": "other"], to: "steps")
                $0.append(foreign, to: "preconditions", "guests")
            },
            Forgery(testDescription: "somebody else's domain shut down", finding: "the domain is not this site's") {
                $0.append(["step": "stop", "guest": "other", "force": .flag(true)], to: "steps")
                $0.append(foreign, to: "preconditions", "guests")
            },
            Forgery(testDescription: "a new guest that is removed at once", finding: "cannot be combined with") {
                $0.append(["step": "undefine", "guest": "a"], to: "steps")
            },
            Forgery(testDescription: "a step twice", finding: "has such a step already") {
                $0.append($0[at: ["steps", "0"]], to: "steps")
            },
            Forgery(testDescription: "a precondition of nothing", finding: "no step changes this guest") {
                $0.append(["name": "b", "domain": .null], to: "preconditions", "guests")
            },
            Forgery(
                testDescription: "a pool that takes all memory", host: "{pools: {2MiB: {cells: {0: 4}}}}",
                finding: "more than the cell's memory"
            ) { payload in
                payload[at: ["steps", "0", "target"]] = .integer(1 << 40)
                payload[at: ["boot", "pools", "0", "pages"]] = .integer(1 << 40)
            },
            Forgery(
                testDescription: "more pages at boot than now", host: "{pools: {2MiB: {cells: {0: 4}}}}",
                finding: "no step sets the pool to"
            ) { $0[at: ["boot", "pools", "0", "pages"]] = .integer(2_000) },
            Forgery(testDescription: "a pool at boot that no step is about", finding: "no step sets it to 9") {
                $0[at: ["boot", "pools"]] = .list([
                    ["cell": .integer(1), "page_kib": .integer(2_048), "pages": .integer(9)]
                ])
            },
            Forgery(testDescription: "memory that a cell does not have", finding: "cannot keep") {
                $0[at: ["boot", "keep_free_kib"]].replaceAll(with: .integer(1 << 40))
            },
        ]
}

extension JSONValue {
    /// Sets every member of an object.
    fileprivate mutating func replaceAll(with value: JSONValue) {
        if case .object(let members) = self { self = .object(members.mapValues { _ in value }) }
    }
}

extension OnOneHost {
    @Suite("A forged plan, its checksum mended,")
    struct ForgedPlanTests {
        @Test("is refused at its place, and nothing is changed", arguments: Forgery.all)
        func refused(_ forgery: Forgery) throws {
            let host = try CommandHost()
            if !forgery.before.isEmpty {
                try host.site(forgery.before)
                try #require(host.apply().status == 0)
            }
            try host.site(forgery.guests, host: forgery.host)
            let saved = host.plan(["--out", host.path("plan.json")] + forgery.options)
            try #require(saved.status == 0, "\(saved.errors)")
            try forgePlan(URL(filePath: host.path("plan.json"))) { payload in
                var value = JSONValue.object(payload)
                forgery.change(&value)
                if case .object(let members) = value { payload = members }
            }
            let before = try host.look()
            let run = host.apply(file: "plan.json")
            #expect(run.status == forgery.status, "\(run.errors)\(run.output)")
            #expect(run.errors.contains(forgery.finding), "\(run.errors)")
            if forgery.status == 65 { #expect(run.errors.contains("plan.json:")) }
            #expect(try host.look() == before)
        }

        @Test(
            "to be carried out over another libvirt is refused",
            arguments: [
                "qemu+ext:///system?command=/tmp/evil", "qemu+ssh://evil/system", "qemu:///system?command=/tmp/x",
                "qemu+ssh:///system?netcat=/tmp/x", "esx://x/", "",
            ])
        func elsewhere(uri: String) throws {
            let host = try CommandHost()
            try host.site("a: {vcpus: 1, ram: 64MiB, base: base.xml}")
            try #require(host.plan(["--out", host.path("plan.json")]).status == 0)
            try forgePlan(URL(filePath: host.path("plan.json"))) { $0["connect"] = .text(uri) }
            for options in [[], ["--dry-run"]] {
                let run = host.run(["apply", host.path("plan.json"), "--root", host.root] + host.safety + options)
                #expect(run.status == 65)
                #expect(run.errors.contains("NP728") && run.errors.contains("connect"), "\(run.errors)")
            }
        }

        @Test("is stale when a domain of the same name and settings is another one now")
        func replaced() throws {
            let host = try CommandHost()
            try host.site("a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml}")
            try #require(host.apply().status == 0)
            try host.site("a: {vcpus: 2, ram: 96MiB, numa_nodes: 1, base: base.xml}")
            try #require(host.plan(["--out", host.path("plan.json")]).status == 0)
            let definition = try #require(try host.libvirt.domains()["a"]?.definition)
            try host.libvirt.clear()
            try host.libvirt.define(
                definition.replacing(#/<uuid>.*<\/uuid>/#, with: "<uuid>00000000-0000-4000-8000-000000000001</uuid>"))
            let run = host.apply(file: "plan.json")
            #expect(run.status == 14)
            #expect(run.errors.contains("guest/a uuid was"), "\(run.errors)")
        }

        @Test("is shown by a dry run in the form that was asked for", arguments: ["text", "json", "markdown"])
        func formats(format: String) throws {
            let host = try CommandHost()
            try host.site("a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml}")
            try #require(host.plan(["--out", host.path("plan.json")]).status == 0)
            let run = host.apply(["--dry-run", "--format", format], file: "plan.json")
            #expect(run.status == 0, "\(run.errors)")
            switch format {
            case "json":
                let document = try JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))
                #expect(document["kind"]?.text == "numactl-plan/plan")
                #expect(document["changes"]?.list?.first?["address"]?.text == "guest/a")
                #expect(document["exit"]?["name"]?.text == "done")
            case "markdown": #expect(run.output.contains("1 change, impact: none") && run.output.contains("guest/a"))
            default: #expect(run.output.contains("+ a  2 vCPU  64 MiB"))
            }
            for picture in ["html", "svg"] {
                #expect(host.apply(["--dry-run", "--format", picture], file: "plan.json").status == 64)
            }
        }
    }
}
