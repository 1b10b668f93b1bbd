import Diagnostics
import Execution
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Reserving at boot")
struct BootRunTests {
    static let node = "sys/devices/system/node/node0"
    static let machine = [
        "sys/devices/system/cpu/online": "0-1\n", "sys/devices/system/node/online": "0\n", "\(node)/cpulist": "0-1\n",
        "\(node)/meminfo": "Node 0 MemTotal: 1048576 kB\nNode 0 MemFree: 1000000 kB\n",
        "\(smallFolder)/nr_hugepages": "4\n", "\(smallFolder)/free_hugepages": "4\n",
        "\(smallFolder)/surplus_hugepages": "0\n", "proc/cmdline": "quiet\n", "proc/sys/kernel/arch": "x86_64\n",
    ]

    /// A boot file for that machine, and the same machine's tree with these files instead.
    private func boot(
        _ targets: [PoolTarget], cpus: CPUSet = [0, 1], keepFree: KiB = 0, _ changes: [String: String] = [:]
    ) throws -> (outcome: BootOutcome, pages: String) {
        let tree = try TemporaryTree(Self.machine.merging(changes) { $1 })
        let path = tree.path.appending("boot.json")
        let file = BootFile(
            host: "hv01", cells: [.init(id: 0, cpus: cpus, memory: 1_048_576, keepFree: keepFree)], targets: targets)
        try file.write(to: path)
        let outcome = BootRun(root: tree.path, limits: PoolLadderLimits(rounds: 1)).run(path)
        return (outcome, try tree.text("\(smallFolder)/nr_hugepages"))
    }

    @Test("keeps interrupts off the CPUs of guests, and writes nothing where it only reports")
    func interrupts() throws {
        for (options, lists) in [
            ("quiet\n", ["0\n", "0\n", "00000001\n"]), ("numactl-plan=report\n", ["0-1\n", "1\n", "3\n"]),
        ] {
            let tree = try TemporaryTree(
                Self.machine.merging([
                    "proc/cmdline": options, "proc/irq/24/smp_affinity_list": "0-1\n", "proc/irq/24/eth0/x": "",
                    "proc/irq/25/smp_affinity_list": "1\n", "proc/irq/25/eth1/x": "",
                    "proc/irq/default_smp_affinity": "3\n",
                ]) { $1 })
            var file = BootFile(
                host: "hv01", cells: [.init(id: 0, cpus: [0, 1], memory: 1_048_576, keepFree: 0)], targets: [],
                isolation: CPUIsolation(interruptsOff: [1], housekeeping: [0]))
            try file.write(to: tree.path.appending("boot.json"))
            #expect(BootFile.read(tree.path.appending("boot.json")).value == file)
            let outcome = BootRun(root: tree.path).run(tree.path.appending("boot.json"))
            let names = ["24/smp_affinity_list", "25/smp_affinity_list", "default_smp_affinity"]
            #expect(try names.map { try tree.text("proc/irq/\($0)") } == lists)
            #expect(outcome.diagnostics.count == (options == "quiet\n" ? 0 : 3), "\(outcome.diagnostics)")
            file.isolation = nil
            try file.write(to: tree.path.appending("boot.json"))
            #expect(try !tree.text("boot.json").contains("isolation"))
        }
    }

    @Test("reserves what the file asks for")
    func complete() throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 100)])
        #expect(pages == "100\n")
        #expect(
            outcome == BootOutcome(.complete, grants: [BootGrant(pool: small0, asked: 100, allowed: 100, granted: 100)])
        )
    }

    @Test("never takes pages away")
    func fewer() throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 2)])
        #expect(pages == "4\n")
        #expect(outcome == BootOutcome(.complete, grants: [BootGrant(pool: small0, asked: 2, allowed: 4, granted: 4)]))
    }

    @Test("leaves the cell what it must keep, and says so")
    func floor() throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 512)], keepFree: 524_288)
        #expect(pages == "256\n")
        #expect(outcome.verdict == .short)
        #expect(
            outcome.diagnostics == [
                Diagnostic(
                    .poolShort, "pool 2MiB cell 0: asked for 512 pages, was granted 256", severity: .warning,
                    notes: ["more than 256 pages would leave the cell less memory than is reserved for the host"])
            ])
    }

    @Test("does nothing with numactl-plan=off, be the file there or not")
    func off() throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 9)], ["proc/cmdline": "quiet numactl-plan=off\n"])
        #expect(pages == "4\n")
        #expect(outcome.verdict == .disabled && outcome.diagnostics.map(\.code) == [.bootDisabled])
        let tree = try TemporaryTree(["proc/cmdline": "numactl-plan=off"])
        #expect(BootRun(root: tree.path).run(tree.path.appending("gone")).verdict == .disabled)
    }

    @Test("only says what it would do with numactl-plan=report")
    func report() throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 9)], ["proc/cmdline": "numactl-plan=report quiet"])
        #expect(pages == "4\n")
        #expect(outcome.verdict == .reported)
        #expect(outcome.grants == [BootGrant(pool: small0, asked: 9, allowed: 9, granted: 4)])
        #expect(
            outcome.diagnostics == [
                Diagnostic(.poolShort, "pool 2MiB cell 0: asked for 9 pages, holds 4", severity: .note)
            ])
    }

    @Test(
        "does nothing on a machine with other cells",
        arguments: [
            ([0, 1, 2], [:], ["cell 0 has CPUs 0-1, not 0-2"]),
            ([0], [:], ["cell 0 has CPUs 0-1, not 0"]),
            (
                [0, 1], ["sys/devices/system/node/online": "0-1\n", "sys/devices/system/node/node1/cpulist": "\n"],
                ["cell 1 is new"]
            ),
        ] as [(CPUSet, [String: String], [String])])
    func mismatch(cpus: CPUSet, changes: [String: String], differences: [String]) throws {
        let (outcome, pages) = try boot([PoolTarget(small0, pages: 9)], cpus: cpus, changes)
        #expect(pages == "4\n")
        #expect(outcome.verdict == .mismatch)
        #expect(outcome.diagnostics.map(\.code) == [.bootFileMismatch])
        #expect(outcome.diagnostics.first?.notes == differences)
    }

    @Test("says which pool the machine lacks, and how the others may be had")
    func absentPool() throws {
        let (outcome, pages) = try boot([PoolTarget(large0, pages: 0), PoolTarget(small0, pages: 9)])
        #expect(pages == "9\n")
        #expect(outcome.verdict == .complete)
        let short = try boot(
            [PoolTarget(large0, pages: 1), PoolTarget(small0, pages: 9)],
            [
                "\(Self.node)/meminfo": "Node 0 MemTotal: 9048576 kB\nNode 0 MemFree: 1 kB\n"
            ])
        #expect(short.pages == "9\n")
        #expect(short.outcome.verdict == .short)
        #expect(short.outcome.diagnostics.map(\.code) == [.poolUnwritable])
        #expect(short.outcome.grants.last?.failure?.isAbsent == true)
    }

    @Test("needs a file that can be read")
    func noFile() throws {
        let tree = try TemporaryTree(Self.machine)
        let outcome = BootRun(root: tree.path).run(tree.path.appending("gone.json"))
        #expect(outcome.verdict == .unusable && outcome.diagnostics.map(\.code) == [.sysfsUnreadable])
    }
}

@Suite("The boot file on disk")
struct BootFileStoreTests {
    static let json = """
        {"kind": "numactl-plan/boot", "format_version": "1.0", "host": "hv01",
         "cells": [{"id": 0, "cpus": "0-3", "memory_kib": 4194304, "keep_free_kib": 262144}],
         "pools": [{"cell": 0, "page_kib": 2048, "pages": 512}]}
        """
    static let file = BootFile(
        host: "hv01", cells: [.init(id: 0, cpus: [0, 1, 2, 3], memory: 4_194_304, keepFree: 262_144)],
        targets: [PoolTarget(small0, pages: 512)])

    @Test("is read as it was written, and everybody may read it")
    func roundTrip() throws {
        let tree = try TemporaryTree(["given.json": Self.json])
        #expect(BootFile.read(tree.path.appending("given.json")).value == Self.file)
        let path = tree.path.appending("written.json")
        try Self.file.write(to: path)
        #expect(BootFile.read(path).value == Self.file)
        #expect(BootFile.read(path).diagnostics == [])
        #expect(try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int == 0o644)
        #expect(try tree.text("written.json").hasSuffix("}\n"))
    }

    @Test(
        "is refused with a reason when it is anything else",
        arguments: [
            ("", "", .jsonSyntax, "this is not JSON"),
            ("}]}", "", .jsonSyntax, "this is not JSON"),
            ("\"kind\": \"numactl-plan/boot\", ", "", .missingKey, "'kind' is missing"),
            ("numactl-plan/boot", "numactl-plan/facts", .wrongType, "'kind': this is a 'numactl-plan/facts'"),
            ("\"1.0\"", "\"2.0\"", .badVersion, "'format_version': version 2.0 is not supported"),
            ("\"1.0\"", "1", .wrongType, "'format_version' has the wrong type"),
            ("\"id\": 0, ", "", .missingKey, "'cells[0].id' is missing"),
            ("262144", "-1", .jsonSyntax, "or a number in it is negative or not whole"),
            ("0-3", "3-0", .wrongType, "'cells[0].cpus'"),
            ("\"pages\": 512", "\"pages\": \"512\"", .wrongType, "'pools[0].pages'"),
            ("\"pages\": 512", "\"pages\": 99999999999999", .wrongType, "'pools[0].pages'"),
            ("\"page_kib\": 2048", "\"page_kib\": 0", .wrongType, "'pools[0].page_kib'"),
            ("\"cell\": 0", "\"cell\": 3", .wrongType, "'pools': there is no cell 3"),
            ("\"cells\": [", "\"cells\": [], \"x\": [", .wrongType, "'cells': there are no cells"),
            (
                "\"pools\": [", "\"pools\": [{\"cell\": 0, \"page_kib\": 2048, \"pages\": 1}, ", .wrongType,
                "'pools': the 2MiB pool of cell 0 is listed twice"
            ),
            (
                "\"cells\": [", "\"cells\": [{\"id\": 0, \"cpus\": \"\", \"keep_free_kib\": 0}, ", .wrongType,
                "'cells': cell 0 is listed twice"
            ),
        ] as [(String, String, DiagnosticCode, String)])
    func refused(part: String, other: String, code: DiagnosticCode, reason: String) throws {
        let tree = try TemporaryTree(["boot.json": part.isEmpty ? "" : Self.json.replacing(part, with: other)])
        let read = BootFile.read(tree.path.appending("boot.json"))
        #expect(read.value == nil)
        #expect(read.diagnostics.map(\.code) == [code])
        #expect(read.diagnostics.first?.message.contains(reason) == true, "\(read.diagnostics)")
    }

    @Test("is refused when it is no file or too large")
    func unusual() throws {
        let tree = try TemporaryTree(["folder/x": "", "large.json": String(repeating: " ", count: 2 << 20)])
        for name in ["folder", "large.json", "gone"] {
            #expect(BootFile.read(tree.path.appending(name)).diagnostics.map(\.code) == [.sysfsUnreadable], "\(name)")
        }
    }
}
