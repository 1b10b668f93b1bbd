import Foundation
import TestSupport
import Testing

@Suite("Capacity")
struct CapacityTests {
    private func run(_ more: String..., files: [String: String] = [:]) -> CommandRun {
        CommandRun(["capacity", "capacity.yaml", "--facts", "numa-host.json"] + more, files: files)
    }

    @Test("has four forms", arguments: ["text", "json", "markdown", "metrics"])
    func golden(format: String) throws {
        let result = run("--format", format)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try expectGolden(result.output, "capacity.\(format)")
    }

    @Test("counts flavors and mixes that are named")
    func named() throws {
        let result = run("--flavor", "db", "--mix", "web=2,db=1")
        #expect(result.status == 0)
        #expect(result.output.contains("\ndb ") && result.output.contains("\nweb=2,db=1 "))
        #expect(!result.output.contains("\nweb  "))
        let unknown = run("--flavor", "wev")
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean 'web'?"))
        #expect(run("--mix", "web").status == 64)
    }

    @Test("supposes another host")
    func supposed() throws {
        func more(_ arguments: String...) throws -> Int {
            let result = CommandRun(
                ["capacity", "capacity.yaml", "--format", "json", "--flavor", "web"] + arguments, files: [:])
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let fits = try #require(document?["fits"] as? [[String: Any]])
            #expect(fits.first?["exact"] as? Bool == true)
            return try #require(fits.first?["more"] as? Int)
        }
        let facts = ["--facts", "numa-host.json"]
        let usual = try more(facts[0], facts[1])
        #expect(try more(facts[0], facts[1], "--without-cell", "2") < usual)
        #expect(try more(facts[0], facts[1], "--add-memory", "1=64GiB", "--add-memory", "2=1GiB") > usual)
        #expect(try more("--on", "numa-host.json") == usual)
        #expect(run("--without-cell", "7").status == 64)
        #expect(run("--add-memory", "1=64").status == 64)
        #expect(run("--on", "hv01.json").status == 64)
    }

    @Test("is searched for with more effort, as a plan is", arguments: ["capacity", "plan"])
    func effort(command: String) {
        func status(_ effort: String) -> Int32 {
            CommandRun([command, "capacity.yaml", "--facts", "numa-host.json", "--effort", effort]).status
        }
        #expect(status("3") == 0)
        #expect(status("0") == 64 && status("1001") == 64 && status("much") == 64)
    }

    // MARK: Racks

    private static let rack = """
        site: rack7
        hosts: {hv01: {}, hv02: {}, hv03: {}, hv04: {}}
        flavors:
          small: {vcpus: 1, ram: 1GiB, numa_nodes: 1, cpu_policy: dedicated}
          large: {vcpus: 3, ram: 1GiB, numa_nodes: 1, cpu_policy: dedicated}
        guests:
          web: {flavor: small, host: hv01, count: 3}
          db: {flavor: large, host: hv02}
          app: {flavor: small, host: hv03, count: 2}
          big: {flavor: large, host: hv03}
          kept: {host: hv03, adopt: true}

        """

    private static func facts(_ name: String, cpus: String = "0-7") -> String {
        #"{"host": {"name": "\#(name)"}, "cells": [{"id": 0, "cpus": "\#(cpus)", "memory_kib": 16777216}]}"#
    }

    private func count(_ more: [String], hosts: [String] = ["hv01", "hv02", "hv03", "hv04"], cpus: String = "0-7")
        -> CommandRun
    {
        var files = ["site.yaml": Self.rack]
        for host in hosts { files["facts/\(host).json"] = Self.facts(host, cpus: cpus) }
        return CommandRun(["capacity", "site.yaml", "--all-hosts", "--facts", "facts"] + more, files: files)
    }

    @Test(
        "of a rack has four forms, with what a lost host's guests come to",
        arguments: ["text", "json", "markdown", "metrics"])
    func rackGolden(format: String) throws {
        let result = count(["--lose", "hv03", "--format", format], hosts: ["hv01", "hv02"])
        #expect(result.status == 66, "\(result.errors)")
        try expectGolden(result.output, "rack-capacity.\(format)")
    }

    @Test("of a rack is the sum of its hosts'")
    func rackSum() throws {
        func more(_ result: CommandRun) throws -> [String: Int] {
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let fits = try #require((document?["total"] ?? document?["fits"]) as? [[String: Any]])
            return fits.reduce(into: [:]) { sums, fit in
                #expect(fit["exact"] as? Bool == true)
                sums[fit["name"] as? String ?? "", default: 0] += fit["more"] as? Int ?? 0
            }
        }
        let mix = ["--mix", "small=2,large=1", "--flavor", "small", "--format", "json"]
        let all = try more(count(mix))
        var sum: [String: Int] = [:]
        for host in ["hv01", "hv02", "hv03", "hv04"] {
            let alone = CommandRun(
                ["capacity", "site.yaml", "--facts", "facts", "--host", host] + mix,
                files: ["site.yaml": Self.rack, "facts/\(host).json": Self.facts(host)])
            sum.merge(try more(alone)) { $0 + $1 }
        }
        #expect(all == sum && all["small"] == 21)
    }

    @Test("of a rack without a host tells who takes its guests, and who has no place")
    func rackLoss() {
        let roomy = count(["--lose", "hv03"])
        #expect(roomy.status == 10)
        #expect(roomy.output.contains("Without hv03 the other hosts take all 3 guests."))
        #expect(roomy.output.contains("What kept needs is not in the site"))
        let full = count(["--lose", "hv03", "--lose", "hv04"], cpus: "0-3")
        #expect(full.status == 10)
        #expect(full.output.contains("Without hv03, hv04 the other hosts take 2 of 3 guests."))
        #expect(full.output.contains("No host has room for big."))
        #expect(count(["--lose", "hv01", "--format", "json"]).status == 0)
    }

    @Test("of a rack refuses what is of one host, and hosts that it has not")
    func rackUsage() {
        for wrong in [["--without-cell", "0"], ["--host", "hv01"], ["--on", "x.json"], ["--lose", "hv05"]] {
            #expect(count(wrong).status == 64)
        }
        #expect(count(["--lose", "hv05"]).errors.contains("did you mean --lose hv0"))
        #expect(run("--lose", "hv01").status == 64)
        #expect(CommandRun(["capacity", "site.yaml", "--all-hosts"], files: ["site.yaml": Self.rack]).status == 64)
    }

    @Test("of a site that does not fit is said to be none, and ends with 10")
    func refused() {
        let site = """
            site: full
            flavors: {web: {vcpus: 2, ram: 1GiB, numa_nodes: 1}}
            guests: {big: {vcpus: 8, ram: 1GiB, numa_nodes: 1, cpu_policy: dedicated}}
            """
        for format in ["text", "json", "markdown", "metrics"] {
            let result = CommandRun(
                ["capacity", "site.yaml", "--facts", "numa-host.json", "--format", format], files: ["site.yaml": site])
            #expect(result.status == 10)
            #expect(format == "metrics" || result.output.contains("big"))
        }
    }
}
