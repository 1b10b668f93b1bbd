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
            ("00.0", "00.8", "$.pci[0].address"), ("\"name\": \"a\", ", "", "$.domains[0]"),
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
