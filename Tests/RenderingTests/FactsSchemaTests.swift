import Foundation
import HostModel
import Rendering
import TestSupport
import Testing

/// The schema of facts, judged by a validator of others, beside the reader.
@Suite("JSON Schema of facts", .enabled(if: JSONSchemaCheck.isHere, "make setup installs check-jsonschema"))
struct FactsSchemaTests {
    private static let small = """
        {"cells": [{"id": 0, "cpus": "0-3,^2", "memory_kib": 4096000, "pools": [{"page_kib": 2048, "total": 8}]},
                   {"id": 4, "cpus": "", "memory_kib": null, "distances": null}]}
        """
    private static let whole = """
        {"kind": "numactl-plan/facts", "format_version": "1.7", "time": "2026-02-11T09:14:07+01:00", "later": 1,
         "host": {"name": "hv01", "base_page_kib": 64}, "cpus": {"online": "0-7:2/4"},
         "cells": [{"id": 0, "cpus": "0-1,4-5", "memory_kib": 1, "siblings": ["0,4", "1,5"], "distances": {"0": 10}}],
         "pci": [{"address": "0000:3b:00.0", "cell": 0}, {"address": "0000:3B:1f.7"}],
         "libvirt": {"hugetlbfs": [{"page_kib": 2048, "mount": "/dev/hugepages"}]},
         "domains": [{"name": "a", "xml": "<domain/>"}, {"name": "b", "state": "running", "xml": "<domain/>"}]}
        """

    @Test("takes what the reader takes")
    func right() throws {
        var files = ["small.json": Self.small, "whole.json": Self.whole]
        files["written.json"] = try json(Samples.referenceHost)
        let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples")
        for name in try FileManager.default.contentsOfDirectory(atPath: examples.path) where name.hasSuffix(".json") {
            files[name] = try String(contentsOf: examples.appending(path: name), encoding: .utf8)
        }
        #expect(files.count > 4)
        for (name, text) in files {
            #expect(throws: Never.self, "\(name)") { try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8)) }
        }
        #expect(try JSONSchemaCheck(files, schema: json(FactsJSONSchema.document)).wrong == [:])
    }

    /// A host of which everything is known.
    private static let known = HostFacts(
        host: HostIdentity(
            name: "h", arch: "x86_64", kernel: "6.1", bootID: "b", commandLine: "quiet", basePage: PageSize(4),
            machine: SHA256(of: "m"), commandLineLeftOut: 1),
        onlineCPUs: [0, 1], isolatedCPUs: [1], efficiencyCPUs: [1],
        cells: [
            Cell(
                id: 0, cpus: [0, 1], memory: KiB(1), memoryFree: KiB(1), memoryAvailable: KiB(1), siblings: [[0, 1]],
                lastLevelCaches: [[0, 1]], distances: [0: 10],
                pools: [HugepagePool(pageSize: PageSize(2_048), total: 1, free: 1)], socket: 0)
        ],
        devices: PCIAddress("0000:3b:00.0").map { address in
            [
                HostDevice(
                    address: address, cell: 0, socket: 0, deviceClass: DeviceClass("020000"),
                    vendor: DeviceNumber("8086"), model: DeviceNumber("159b"), rootComplex: "pci0000:3a",
                    upstream: address, iommuGroup: 4, driver: "ice",
                    virtualFunctions: HostDevice.VirtualFunctions(total: 64, now: 2, offset: 16, stride: 1),
                    physicalFunction: address,
                    netdevs: ["ens1f0"], nvme: ["nvme0"], isInUse: true)
            ]
        } ?? [],
        libvirt: LibvirtFacts(
            version: "9.0.0", hypervisor: "QEMU 7.2.0",
            hugetlbfs: [.init(pageSize: PageSize(2_048), path: "/dev/hugepages", isKnownToLibvirt: true)]),
        domains: [
            DomainFacts(
                name: "d", uuid: "u", state: .running, job: "save", xml: "<domain/>", liveXML: "<domain/>",
                leftOut: ["a"])
        ], time: UTCTime(seconds: 0), guestLimits: GuestLimits(cpus: [0], memoryCells: [0], source: "s"),
        isolation: IsolationFacts(
            interrupts: [.init(number: 24, name: "eth0", cpus: [0], cell: 0, isFixed: true)], newInterrupts: [0],
            balancer: .init(banned: [1]), workqueues: [0], threads: [.init(cpus: [0], count: 1, names: ["a"])],
            tuned: .init(profile: "p", isolated: [0]),
            manager: .init(
                affinity: [0], groups: ["user.slice": .init(allowed: [0], now: [0], placed: [[0]])]), offlinable: [0],
            partitions: [1]),
        actors: [
            ActorRecord(
                site: "s", name: "ovs", cpus: [1], pages: ActorPages(size: PageSize(2_048), count: 1),
                unit: "a.service")
        ], dropIns: [UnitDropIn(unit: "a.service", text: "")])

    private static var parking: HostFacts {
        var facts = known
        facts.parkedCPUs = [1]
        return facts
    }

    @Test("names every member that facts have, and no other")
    func members() throws {
        let facts = try JSONDecoder().decode(JSONValue.self, from: Data(json(Self.parking).utf8))
        guard case .object(let schema) = FactsJSONSchema.document, case .object(let definitions) = schema["definitions"]
        else {
            Issue.record("the schema is no object")
            return
        }
        #expect(Self.paths(of: facts) == Self.paths(schema: .object(schema), definitions))
    }

    /// The names of all members, with those on the way to them; the keys of a table are data.
    private static func paths(of value: JSONValue) -> Set<String> {
        switch value {
        case .list(let items): items.reduce(into: []) { $0.formUnion(paths(of: $1)) }
        case .object(let members):
            members.reduce(into: []) { found, member in
                var inner = paths(of: member.value)
                if case .object(let rows) = member.value, ["distances", "groups"].contains(member.key) {
                    inner = rows.values.reduce(into: []) { $0.formUnion(paths(of: $1)) }
                }
                found.formUnion([member.key] + inner.map { "\(member.key).\($0)" })
            }
        default: []
        }
    }

    private static func paths(schema: JSONValue, _ definitions: [String: JSONValue]) -> Set<String> {
        guard case .object(let members) = schema else { return [] }
        var found: Set<String> = []
        if case .object(let properties) = members["properties"] {
            for (name, property) in properties {
                let inner = paths(schema: property, definitions)
                found.formUnion([name] + inner.map { "\(name).\($0)" })
            }
        }
        if case .text(let reference) = members["$ref"], let name = reference.split(separator: "/").last {
            found.formUnion(paths(schema: definitions[String(name)] ?? .null, definitions))
        }
        if let rows = members["additionalProperties"] { found.formUnion(paths(schema: rows, definitions)) }
        if let items = members["items"] { found.formUnion(paths(schema: items, definitions)) }
        if case .list(let choices) = members["anyOf"] {
            for choice in choices { found.formUnion(paths(schema: choice, definitions)) }
        }
        return found
    }

    @Test("refuses at its place what the reader refuses")
    func wrong() throws {
        let cases = [
            ("\"memory_kib\": 1,", "", "$.cells[0]"),
            ("\"memory_kib\": 1,", "\"memory_kib\": -1,", "$.cells[0].memory_kib"),
            ("\"cpus\": \"0-1,4-5\"", "\"cpus\": \"0-\"", "$.cells[0].cpus"),
            ("\"cpus\": \"0-1,4-5\"", "\"cpus\": [0, 1]", "$.cells[0].cpus"),
            ("{\"0\": 10}", "{\"a\": 10}", "$.cells[0].distances"),
            ("numactl-plan/facts", "numactl-plan/plan", "$.kind"), ("1.7", "2.0", "$.format_version"),
            ("09:14", "9:14", "$.time"), ("\"base_page_kib\": 64", "\"base_page_kib\": 0", "$.host.base_page_kib"),
            ("00.0", "00.8", "$.pci[0].address"), ("00.0\"", "00.0\", \"class\": \"0x0300\"", "$.pci[0].class"),
            ("\"name\": \"a\", ", "", "$.domains[0]"),
            ("\"page_kib\": 2048, ", "", "$.libvirt.hugetlbfs[0]"),
        ]
        var files: [String: String] = [:]
        for (index, (old, new, _)) in cases.enumerated() {
            let text = Self.whole.replacing(old, with: new)
            #expect(throws: DecodingError.self, "\(old) as \(new)") {
                try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8))
            }
            files["\(index).json"] = text
        }
        let found = try JSONSchemaCheck(files, schema: json(FactsJSONSchema.document)).wrong
        for (index, (_, _, place)) in cases.enumerated() {
            #expect(found["\(index).json"]?.contains { place.hasPrefix($0) || $0.hasPrefix(place) } == true, "\(place)")
        }
    }
}
