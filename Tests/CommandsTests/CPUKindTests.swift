import Foundation
import Testing

@Suite("CPUs as the host has them")
struct CPUKindTests {
    /// Eight CPUs on four cores of two threads, then four cores of one; the facts' `cpus` are given.
    private static func facts(_ cpus: String) -> String {
        """
        {"cpus": {\(cpus)}, "host": {"name": "test-host", "arch": "x86_64"},
         "cells": [{"id": 0, "cpus": "0-11", "memory_kib": 16777216,
                    "siblings": ["0-1", "2-3", "4-5", "6-7", "8", "9", "10", "11"]}]}
        """
    }

    private static func plan(_ guests: String, cpus: String) throws -> (Planned, CommandRun) {
        let run = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--format", "json"],
            files: ["s.yaml": "hosts: {test-host: {}}\nguests:\n\(guests)\n", "f.json": facts(cpus)])
        return (try JSONDecoder().decode(Planned.self, from: Data(run.output.utf8)), run)
    }

    /// As much of a plan as these tests read.
    private struct Planned: Decodable {
        struct Change: Decodable {
            struct Part: Decodable {
                var path: String
                var want: Want?
            }
            var parts: [Part]
        }
        enum Want: Decodable, Equatable {
            case text(String)
            case other
            init(from decoder: any Decoder) throws {
                let text = try? decoder.singleValueContainer().decode(String.self)
                self = text.map { .text($0) } ?? .other
            }
        }
        struct Finding: Decodable { var code: String }
        var placement: PlannedGuests
        var changes: [Change]
        var diagnostics: [Finding]

        func cpus(_ guest: String) -> [String] {
            placement.guests.filter { $0.name == guest }.flatMap(\.cells)
                .flatMap { $0.pins.sorted { Int($0.key) ?? 0 < Int($1.key) ?? 0 }.map(\.value) }
        }
        var topology: [Want] { changes.flatMap(\.parts).filter { $0.path == "cpu.topology" }.compactMap(\.want) }
        func finds(_ code: String) -> Bool { diagnostics.contains { $0.code == code } }
    }

    @Test(
        "go to a guest by their kind, fast ones unless it says otherwise",
        arguments: [
            ("vcpus: 4, cpu_thread_policy: isolate", ["0", "2", "4", "6"], false),
            ("vcpus: 4, cpu_thread_policy: isolate, cpu_kind: efficiency", ["8", "9", "10", "11"], false),
            ("vcpus: 4", ["0", "1", "2", "3"], false),
            ("vcpus: 3, cpu_kind: efficiency", ["8", "9", "10"], false),
            ("vcpus: 5, cpu_thread_policy: isolate", ["0", "2", "4", "6", "8"], true),
            ("vcpus: 5, cpu_thread_policy: isolate, cpu_kind: any", ["0", "8", "9", "10", "11"], false),
        ])
    func kinds(keys: String, cpus: [String], isWarned: Bool) throws {
        let (plan, run) = try Self.plan(
            "  a: {\(keys), ram: 1GiB, cpu_policy: dedicated}", cpus: #""online": "0-11", "efficiency": "8-11""#)
        #expect(Set(plan.cpus("a")) == Set(cpus), "\(run.output)")
        #expect(plan.finds("NP331") == isWarned)
    }

    @Test("that are isolated serve dedicated vCPUs, the others shared ones, and the plan says so")
    func isolated() throws {
        let guests = """
              a: {vcpus: 2, ram: 1GiB, cpu_policy: dedicated}
              b: {vcpus: 2, ram: 1GiB, numa_nodes: 1}
            """
        let (plan, _) = try Self.plan(guests, cpus: #""online": "0-11", "isolated": "4-11""#)
        #expect(plan.cpus("a") == ["4", "5"])
        #expect(plan.cpus("b") == ["0-3", "0-3"])
        #expect(plan.finds("NP330"))
        let (free, _) = try Self.plan(guests, cpus: #""online": "0-11""#)
        #expect(free.cpus("a") == ["0", "1"])
        #expect(!free.finds("NP330"))
    }

    @Test(
        "that are siblings are seen as siblings, unless the site asks for something else",
        arguments: [
            ("vcpus: 4, cpu_policy: dedicated, cpu_thread_policy: require", "1/2/2", false),
            ("vcpus: 4, cpu_policy: dedicated, cpu_thread_policy: isolate", "4/1/1", false),
            ("vcpus: 3, cpu_policy: dedicated", "3/1/1", false),
            ("vcpus: 4, numa_nodes: 1", "4/1/1", false),
            (
                "vcpus: 4, cpu_policy: dedicated, cpu_topology: {sockets: 4, cores: 1, threads: 1}", "4/1/1", false
            ),
            (
                "vcpus: 4, cpu_policy: dedicated, cpu_thread_policy: isolate, "
                    + "cpu_topology: {sockets: 1, cores: 2, threads: 2}", "1/2/2", true
            ),
        ])
    func topology(keys: String, topology: String, isWarned: Bool) throws {
        let (plan, run) = try Self.plan("  a: {\(keys), ram: 1GiB}", cpus: #""online": "0-11""#)
        #expect(plan.topology == [.text(topology)], "\(run.output)")
        #expect(plan.finds("NP332") == isWarned)
    }
}
