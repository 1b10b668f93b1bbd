import Foundation
import TestSupport
import Testing

/// A host on which a new guest fits only when another one leaves a cell.
enum RoomSite {
    static let yaml = """
        site: rack7
        hosts: {hv03: {}}
        flavors:
          own: {vcpus: 2, numa_nodes: 1, cpu_policy: dedicated}
        guests:
          app01: {adopt: true, flavor: own, ram: 8GiB}
          db01: {adopt: true, flavor: own, ram: 12GiB}
          db02: {adopt: true, flavor: own, ram: 17GiB}
          nfv01: {adopt: true, flavor: own, ram: 2GiB}
          new01: {flavor: own, vcpus: 4, ram: 20GiB, disks: [{path: /new01}]}
          later: {vcpus: 2, ram: 2GiB, numa_nodes: 1, disks: [{path: /later}]}

        """

    static let facts = """
        {"host": {"name": "hv03"}, "cells": [
        {"id": 0, "cpus": "0-7", "memory_kib": 33554432}, {"id": 1, "cpus": "8-15", "memory_kib": 33554432}],
        "domains": [\(domain("app01", 8, cell: 0, cpu: 0)), \(domain("db01", 12, cell: 0, cpu: 2)),
        \(domain("db02", 17, cell: 1, cpu: 8)), \(domain("nfv01", 2, cell: 1, cpu: 10, device: true))]}
        """

    /// The same with what the domains run with, which is what is moved while they run.
    static let runningFacts = facts.replacing(#/"xml": "(?<xml>[^"]*)"/#) { match in
        "\(match.0), \"live_xml\": \"\(match.xml)\""
    }

    private static func domain(_ name: String, _ gib: Int, cell: Int, cpu: Int, device: Bool = false) -> String {
        let pins = (0..<2).map { "<vcpupin vcpu='\($0)' cpuset='\(cpu + $0)'/>" }.joined()
        let host =
            "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='59' slot='1' function='0'/></source>"
            + "</hostdev>"
        let xml =
            "<domain type='kvm'><name>\(name)</name><memory unit='GiB'>\(gib)</memory><vcpu>2</vcpu>"
            + "<cputune>\(pins)</cputune><numatune><memory mode='strict' nodeset='\(cell)'/>"
            + "<memnode cellid='0' mode='strict' nodeset='\(cell)'/></numatune><os><type>hvm</type></os>"
            + "<cpu><numa><cell id='0' cpus='0-1' memory='\(gib)' unit='GiB'/></numa></cpu>"
            + "<devices>\(device ? host : "")</devices></domain>"
        return #"{"name": "\#(name)", "state": "running", "autostart": false, "xml": "\#(xml)"}"#
    }
}

@Suite("plan --make-room")
struct MakeRoomCommandTests {
    private func run(_ arguments: String...) -> CommandRun { plan(RoomSite.facts, arguments) }

    private func plan(_ facts: String, _ arguments: [String]) -> CommandRun {
        CommandRun(
            ["plan", "site.yaml", "--facts", "hv03.json"] + arguments,
            files: ["site.yaml": RoomSite.yaml, "hv03.json": facts])
    }

    @Test("the moves are a member of the document, which is otherwise the same")
    func document() throws {
        let (plain, asked) = (run("--format", "json"), run("--format", "json", "--make-room", "new01"))
        #expect(plain.status == 0 && asked.status == 0)
        var members = try #require(JSONSerialization.jsonObject(with: Data(asked.output.utf8)) as? [String: Any])
        let room = try #require(members.removeValue(forKey: "make_room") as? [String: Any])
        try expectGolden(text(room), "make-room.json")
        let before = try #require(JSONSerialization.jsonObject(with: Data(plain.output.utf8)) as? [String: Any])
        #expect(try text(before) == text(members))
    }

    private func text(_ members: [String: Any]) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: members, options: [.prettyPrinted, .sortedKeys])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    @Test("a guest with a place, one that fits, and one that nobody knows")
    func plain() {
        #expect(run("--make-room", "db01").output.contains("guest 'db01' has its place on host cell 0"))
        #expect(run("--make-room", "later").output.contains("guest 'later' fits on host cell 0 without a move"))
        let unknown = run("--make-room", "new1")
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("--make-room names 'new1', which is not a guest of this host"))
        #expect(unknown.errors.contains("did you mean new01?"))
    }

    @Test("where not all guests fit, the moves are among what would help the one that is asked for")
    func remedy() throws {
        let site = RoomSite.yaml + "  wide: {flavor: own, vcpus: 4, ram: 16GiB, disks: [{path: /wide}]}\n"
        func run(_ arguments: String...) -> CommandRun {
            CommandRun(
                ["plan", "site.yaml", "--facts", "hv03.json"] + arguments,
                files: ["site.yaml": site, "hv03.json": RoomSite.facts])
        }
        let asked = run("--make-room", "new01")
        #expect(asked.status == 10)
        #expect(asked.output.contains("        - 1 move of 12 GiB between host cells, without 'later', 'wide'\n"))
        #expect(!run().output.contains("1 move of"))
        let document = run("--make-room", "new01", "--format", "json").output
        let members = try #require(JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        let unplaced = try #require(members["unplaced"] as? [[String: Any]])
        let remedies = unplaced.flatMap { $0["remedies"] as? [[String: Any]] ?? [] }
        let moves = try #require(remedies.first { $0["change"] as? String == "moves" })
        #expect(moves["value"] as? Int == 1 && moves["memory_kib"] as? Int == 12_582_912)
        #expect(moves["without_guests"] as? [String] == ["later", "wide"])
    }

    @Test("with --live the plan moves the guests")
    func carriedOut() throws {
        let offer = run("--make-room", "new01")
        #expect(offer.output.contains("to carry the moves out: --make-room with --live, to plan or to apply"))
        #expect(!offer.output.contains("room is made for"))
        let live = plan(RoomSite.runningFacts, ["--make-room", "new01", "--live"])
        #expect(live.status == 0)
        #expect(live.output.contains("this plan carries the moves out"))
        #expect(
            live.errors.contains(
                "running guest 'db01' moves from cell 0 to cell 1 while it runs, 12GiB of memory: room is made for 'new01'"
            ),
            "\(live.errors)")
        let document = plan(
            RoomSite.runningFacts, ["--make-room", "new01", "--live", "--format", "json"]
        ).output
        let members = try #require(JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        let room = try #require(members["make_room"] as? [String: Any])
        #expect(room["carried_out"] as? Bool == true)
        let placement = try #require(members["placement"] as? [String: Any])
        let guests = try #require(placement["guests"] as? [[String: Any]])
        let new = try #require(guests.first { $0["name"] as? String == "new01" })
        let cells = try #require(new["cells"] as? [[String: Any]])
        #expect(cells.first?["host_cell"] as? Int == (room["host_cells"] as? [Int])?.first)
    }

    @Test("apply needs to be told that guests may move while they run")
    func apply() {
        func apply(_ arguments: String...) -> CommandRun {
            CommandRun(
                ["apply", "site.yaml", "--facts", "hv03.json", "--dry-run"] + arguments,
                files: ["site.yaml": RoomSite.yaml, "hv03.json": RoomSite.runningFacts])
        }
        let refused = apply("--make-room", "new01")
        #expect(refused.status == 64)
        #expect(refused.errors.contains("--make-room moves guests while they run: it needs --live"))
        #expect(apply("--make-room", "new01", "--live").output.contains("this plan carries the moves out"))
    }

    @Test("not for many hosts")
    func manyHosts() {
        let many = CommandRun(["plan", "site.yaml", "--facts", "facts", "--all-hosts", "--make-room", "new01"])
        #expect(many.status == 64)
        #expect(many.errors.contains("--make-room is for one host: not with --all-hosts."))
    }
}
