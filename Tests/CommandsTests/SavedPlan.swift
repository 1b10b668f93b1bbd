import Foundation
import HostModel
import Rendering
import Testing

/// A plan that was saved into a folder of its own, which goes with it.
final class SavedPlan {
    let folder: URL
    let url: URL
    let made: CommandRun

    var path: String { url.path }
    /// The files of the host that it is for.
    var root: String { folder.appending(path: "root").path }

    static let site = "site: lab\nhosts: {h: {}}\nguests: {a: {vcpus: 2, ram: 1GiB, numa_nodes: 1}}\n"
    static let noon: Int64 = 1_770_000_000

    /// What `facts` would say of the host on which the plan is carried out, or of another machine.
    static func facts(machine: String = HostTree.machine, domains: String = "[]") throws -> String {
        let sum = SHA256(of: "numactl-plan " + machine)
        let pools = #""pools": [{"page_kib": 2048, "total": 0}]"#
        return """
            {"host": {"name": "here", "machine_id_sha256": "\(sum)"}, "domains": \(domains),
             "cells": [{"id": 0, "cpus": "0-3", "memory_kib": 4194304, \(pools)},
                       {"id": 1, "cpus": "4-7", "memory_kib": 4194304, \(pools)}]}
            """
    }

    init(
        _ site: String = SavedPlan.site, facts: String? = nil, files: [String: String] = [:], _ more: [String] = []
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "np-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        url = folder.appending(path: "plan.json")
        try HostTree(cells: 2, cpus: 4, memory: 4_096, pages: [2_048]).write(to: folder.appending(path: "root"))
        let all = try ["s.yaml": site, "f.json": facts ?? Self.facts()].merging(files) { $1 }
        made = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--out", url.path] + more, files: all, time: Self.noon)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// What is in the file.
    func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    /// Carries the plan out, on a libvirt that nobody can reach: who gets there has passed every check before.
    func apply(_ more: String..., files: [String: String] = [:], time: Int64 = SavedPlan.noon + 60) -> CommandRun {
        let nowhere = "qemu+unix:///system?socket=/nowhere/socket"
        return CommandRun(
            [
                "apply", path, "--root", root, "--connect", nowhere, "--lock-file", folder.appending(path: "lock").path,
                "--state-dir", folder.path,
            ]
                + more,
            files: files, time: time)
    }

    /// Changes the payload and makes the checksum go with it, as somebody would who means harm.
    func forge(_ change: (inout [String: JSONValue]) -> Void) throws { try forgePlan(url, change) }
}

/// Changes the payload of a saved plan and makes the checksum go with it.
func forgePlan(_ url: URL, _ change: (inout [String: JSONValue]) -> Void) throws {
    guard case .object(var document) = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: url)),
        case .object(var payload)? = document["payload"]
    else { return }
    change(&payload)
    document["payload"] = .object(payload)
    document["sha256"] = .text(SHA256(of: JSONValue.object(payload).canonicalText).description)
    try Data(JSONValue.object(document).canonicalText.utf8).write(to: url)
}
