import Foundation
import Rendering
import Testing

@Suite("Actors in commands")
struct ActorCommandTests {
    private static let site = ["actors.yaml", "--facts", "numa-host.json"]

    @Test(
        "render prints the CPUs of one, as a list or a mask",
        arguments: [
            (["--actor", "storage"], "2-3\n"), (["--actor", "storage", "--format", "list"], "2-3\n"),
            (["--actor", "storage", "--format", "mask"], "0xc\n"),
            (["--actor", "ovs-pmd", "--format", "mask"], "0x10\n"),
        ] as [([String], String)])
    func render(options: [String], output: String) {
        let run = CommandRun(["render"] + Self.site + options)
        #expect(run.status == 0 && run.output == output, "\(run.errors)")
    }

    @Test(
        "render takes one that there is, and nothing besides",
        arguments: [
            ["--actor", "storag"], ["--format", "mask"], ["--actor", "storage", "--out", "x"],
            ["router01", "--actor", "storage"], ["--actor", "storage", "--format", "json"],
        ])
    func usage(options: [String]) {
        let run = CommandRun(["render"] + Self.site + options)
        #expect(run.status == 64 && run.output == "")
    }

    @Test("the plan and the status list them, guests do not")
    func listed() throws {
        let plan = CommandRun(["plan"] + Self.site + ["--format", "json"])
        #expect(plan.status == 0, "\(plan.errors)")
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(plan.output.utf8))
        let actors = try #require(document["placement"]?["actors"]?.list)
        #expect(actors.map { $0["name"]?.text } == ["backup", "ovs-pmd", "storage"])
        #expect(actors.map { $0["cpus"]?.text } == ["0", "4", "2-3"])
        #expect(actors[1]["pages"] == .integer(256) && actors[1]["host_cells"] == .list([.integer(1)]))
        #expect(document["placement"]?["guests"]?.list?.count == 1)
        #expect(document["changes"]?.list?.compactMap { $0["address"]?.text }.first == "actor/backup")
        let status = CommandRun(["status"] + Self.site)
        #expect(status.output.contains("ovs-pmd"), "\(status.output)")
        let json = CommandRun(["status"] + Self.site + ["--format", "json"])
        #expect(json.output.contains("\"actors\""))
    }

    @Test("all forms of a plan show them", arguments: ["text", "markdown", "html", "svg"])
    func forms(format: String) {
        let run = CommandRun(["plan"] + Self.site + ["--format", format])
        #expect(run.output.contains(format == "svg" ? "actor storage" : "actor/storage"), "\(run.output)")
    }

    @Test("the map has a sign for them")
    func map() {
        let run = CommandRun(["status"] + Self.site + ["--map"])
        #expect(run.output.contains("@  an actor") && run.output.contains("storage 2-3"), "\(run.output)")
    }

    @Test("one that does not fit is named as such")
    func misfit() {
        let site = "hosts: {numa-host: {actors: {big: {cpus: 5}}}}\nguests: {}\n"
        let run = CommandRun(["plan", "s.yaml", "--facts", "numa-host.json"], files: ["s.yaml": site])
        #expect(run.status == 10 && run.output.contains("! actor/big  NP304"), "\(run.output)")
        #expect(run.output.contains("1 actor not placed") && run.errors.contains("actor 'big' does not fit"))
    }

    @Test(
        "capacity counts what they leave",
        arguments: [
            ("{}", 4), ("{ovs: {cpus: 1}}", 3), ("{ovs: {cpus: 7-8}}", 2), ("{ovs: {cpus: 4, memory: 30GiB}}", 2),
        ])
    func capacity(actors: String, more: Int64) throws {
        let site = """
            site: s
            hosts: {hv03: {actors: \(actors)}}
            flavors: {own: {vcpus: 4, ram: 4GiB, numa_nodes: 1, cpu_policy: dedicated}}
            guests: {}

            """
        let facts = """
            {"host": {"name": "hv03"}, "cells": [{"id": 0, "cpus": "0-7", "memory_kib": 33554432},
            {"id": 1, "cpus": "8-15", "memory_kib": 33554432}]}
            """
        let run = CommandRun(
            ["capacity", "site.yaml", "--facts", "hv03.json", "--format", "json"],
            files: ["site.yaml": site, "hv03.json": facts])
        #expect(run.status == 0, "\(run.errors)")
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))
        #expect(document["fits"]?.list?.map { $0["more"] } == [.integer(more)])
    }

    @Test(
        "room is made beside them, never on their CPUs",
        arguments: [("{}", true), ("{ovs: {cpus: 6-7}}", true), ("{ovs: {cpus: 12-15}}", false)])
    func room(actors: String, isMade: Bool) throws {
        let site = RoomSite.yaml.replacing("{hv03: {}}", with: "{hv03: {actors: \(actors)}}")
        let run = CommandRun(
            ["plan", "site.yaml", "--facts", "hv03.json", "--make-room", "new01", "--format", "json"],
            files: ["site.yaml": site, "hv03.json": RoomSite.facts])
        let room = try #require(try JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))["make_room"])
        #expect((room["outcome"]?.text == "moves") == isMade, "\(room)")
        let moves = try #require(room["moves"]?.list)
        #expect(moves.map { $0["pins"]?["0"]?.text } == (isMade ? ["12"] : []))
    }
}
