import Foundation
import Testing

/// The cases of OpenStack Nova's documentation on a host with CPU sets: cell 0 shares 0-1 and gives out 2-7, cell 1 shares 8-9 and
/// gives out 10-15.
@Suite("Nova's cases")
struct NovaCasesTests {
    private static let facts = """
        {"host": {"name": "h", "arch": "x86_64"}, "cells": [
          {"id": 0, "cpus": "0-7", "memory_kib": 16777216,
           "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0},
                     {"page_kib": 1048576, "total": 0, "free": 0, "surplus": 0}]},
          {"id": 1, "cpus": "8-15", "memory_kib": 16777216,
           "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0},
                     {"page_kib": 1048576, "total": 0, "free": 0, "surplus": 0}]}]}
        """

    /// What a definition must hold and must not, in libvirt's words.
    struct Case: CustomTestStringConvertible {
        let flavor: String
        let holds: [String]
        var lacks: [String] = []
        var testDescription: String { flavor }
    }

    static let cases = [
        Case(
            flavor: "vcpus: 2, ram: 1GiB", holds: ["<vcpu placement='static' cpuset='0-1,8-9'>2</vcpu>"],
            lacks: ["<cputune>", "<numatune>", "<numa>"]),
        Case(
            flavor: "vcpus: 2, ram: 1GiB, numa_nodes: 1",
            holds: [
                "<vcpu placement='static'>2</vcpu>", "<vcpupin vcpu='0' cpuset='0-1'/>",
                "<vcpupin vcpu='1' cpuset='0-1'/>", "<emulatorpin cpuset='0-1'/>",
                "<memory mode='strict' nodeset='0'/>",
            ], lacks: ["hugepages", "memAccess"]),
        Case(
            flavor: "vcpus: 4, ram: 4GiB, numa_nodes: 2, cpu_policy: dedicated, mem_page_size: large",
            holds: [
                "<vcpupin vcpu='0' cpuset='2'/>", "<vcpupin vcpu='1' cpuset='3'/>", "<vcpupin vcpu='2' cpuset='10'/>",
                "<vcpupin vcpu='3' cpuset='11'/>", "<emulatorpin cpuset='2-3,10-11'/>", "size='1048576'",
                "memAccess='shared'", "<memory mode='strict' nodeset='0-1'/>",
                "<memnode cellid='1' mode='strict' nodeset='1'/>",
            ], lacks: ["locked", "nosharepages"]),
        Case(
            flavor: "vcpus: 2, ram: 1GiB, cpu_policy: dedicated, emulator_threads_policy: share",
            holds: ["<vcpupin vcpu='1' cpuset='3'/>", "<emulatorpin cpuset='0-1,8-9'/>"]),
        Case(
            flavor: "vcpus: 2, ram: 1GiB, cpu_policy: dedicated, emulator_threads_policy: isolate",
            holds: ["<vcpupin vcpu='0' cpuset='2'/>", "<vcpupin vcpu='1' cpuset='3'/>", "<emulatorpin cpuset='4'/>"]),
        Case(
            flavor: "vcpus: 4, ram: 1GiB, cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ^0",
            holds: [
                "<vcpupin vcpu='3' cpuset='5'/>", "<emulatorpin cpuset='2'/>", "scheduler='fifo' priority='1'",
                "<nosharepages/>", "<locked/>",
            ]),
        Case(
            flavor: """
                vcpus: 3, ram: 1GiB, cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: 0-2, \
                emulator_threads_policy: isolate
                """,
            holds: ["<vcpupin vcpu='2' cpuset='4'/>", "<emulatorpin cpuset='5'/>", "<nosharepages/>", "<locked/>"]),
        Case(
            flavor: "vcpus: 4, ram: 1GiB, cpu_policy: mixed, cpu_dedicated_mask: 2-3",
            holds: [
                "<vcpupin vcpu='0' cpuset='0-1'/>", "<vcpupin vcpu='1' cpuset='0-1'/>",
                "<vcpupin vcpu='2' cpuset='2'/>", "<vcpupin vcpu='3' cpuset='3'/>", "<emulatorpin cpuset='0-3'/>",
            ]),
        Case(
            flavor: """
                vcpus: 4, ram: 1GiB, cpu_policy: mixed, cpu_realtime: true, cpu_realtime_mask: 2-3, \
                emulator_threads_policy: isolate
                """,
            holds: [
                "<vcpupin vcpu='1' cpuset='0-1'/>", "<vcpupin vcpu='2' cpuset='2'/>", "<emulatorpin cpuset='4'/>",
                "<nosharepages/>", "<locked/>",
            ]),
        Case(
            flavor: "vcpus: 2, ram: 1GiB, mem_page_size: small, locked_memory: true, iothreads: 1",
            holds: [
                "<vcpupin vcpu='0' cpuset='0-1'/>", "<locked/>", "<iothreads>1</iothreads>",
                "<iothreadpin iothread='1' cpuset='0-1'/>",
            ], lacks: ["nosharepages", "hugepages"]),
    ]

    @Test("give the definitions that are described for them", arguments: cases)
    func definition(expected: Case) {
        let site = """
            hosts: {h: {cpus: {dedicated: "2-7,10-15", shared: "0-1,8-9"}}}
            guests:
              g: {\(expected.flavor)}
            """
        let run = CommandRun(["render", "s.yaml", "--facts", "f.json"], files: ["s.yaml": site, "f.json": Self.facts])
        #expect(run.status == 0, "\(run.errors)")
        for text in expected.holds { #expect(run.output.contains(text), "\(text)\n\(run.output)") }
        for text in expected.lacks { #expect(!run.output.contains(text), "\(text)\n\(run.output)") }
    }
}
