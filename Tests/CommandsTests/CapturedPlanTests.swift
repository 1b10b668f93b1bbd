import Foundation
import TestSupport
import Testing

/// Captured machines with several kinds of cores, several caches in a cell, or CPUs that are numbered oddly.
@Suite("Plans for captured machines", .enabled(if: sharedFolder() != nil, "no folder of captured hosts"))
struct CapturedPlanTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let host: String
        /// Keys of guests with dedicated CPUs, beside their memory, by name; all are planned together.
        let guests: KeyValuePairs<String, String>
        /// By guest: its CPUs, those of an isolated emulator among them.
        let cpus: [String: String]
        var testDescription: String { host }
    }

    private static let hybrid = "hwloc-20em64t-hybrid-1p6c2t-2ca4co1t"
    private static let power = "hwloc-nvidiagpunumanodes"

    private static let examples = [
        // Six fast cores of two threads, then two clusters of four slow ones of one thread.
        Example(host: hybrid, guests: ["a": "vcpus: 4"], cpus: ["a": "0-3"]),
        Example(
            host: hybrid, guests: ["a": "vcpus: 6, cpu_thread_policy: isolate"], cpus: ["a": "0,2,4,6,8,10"]),
        Example(
            host: hybrid, guests: ["a": "vcpus: 5, cpu_thread_policy: isolate, emulator_threads_policy: isolate"],
            cpus: ["a": "0,2,4,6,8,10"]),
        Example(host: hybrid, guests: ["a": "vcpus: 8, cpu_kind: efficiency"], cpus: ["a": "12-19"]),
        Example(host: hybrid, guests: ["a": "vcpus: 8, cpu_thread_policy: require"], cpus: ["a": "0-7"]),
        Example(
            host: hybrid, guests: ["a": "vcpus: 12", "b": "vcpus: 8, cpu_kind: efficiency"],
            cpus: ["a": "0-11", "b": "12-19"]),
        // Cores of four threads, two of them behind each cache.
        Example(host: power, guests: ["a": "vcpus: 8, numa_placement: {0: 0}"], cpus: ["a": "0-7"]),
        Example(
            host: power,
            guests: [
                "a": "vcpus: 4, numa_placement: {0: 8}", "b": "vcpus: 8, numa_placement: {0: 8}",
                "c": "vcpus: 4, numa_placement: {0: 8}",
            ], cpus: ["a": "96-99", "b": "88-95", "c": "100-103"]),
        Example(
            host: power, guests: ["a": "vcpus: 2, cpu_thread_policy: isolate, numa_placement: {0: 0}"],
            cpus: ["a": "0,4"]),
        // Four caches of four, two, four and two threads, whose siblings are eight numbers apart.
        Example(
            host: "hwloc-16em64t-4s2c2t-offlines", guests: ["a": "vcpus: 4", "b": "vcpus: 4", "c": "vcpus: 2"],
            cpus: ["a": "0,4,8,12", "b": "3,7,11,15", "c": "1,9"]),
        // A cache of 16 threads in each cell.
        Example(
            host: "hwloc-32intel64-2p8co2t-8ve", guests: ["a": "vcpus: 16, numa_placement: {0: 1}"],
            cpus: ["a": "8-15,24-31"]),
        // A core of each cell is isolated and serves dedicated vCPUs; siblings are 56 numbers apart. Cells 1 and 3 are near each other.
        Example(
            host: "nri-server", guests: ["a": "vcpus: 2, numa_placement: {0: 2}", "b": "vcpus: 4, numa_nodes: 2"],
            cpus: ["a": "6,62", "b": "5,7,61,63"]),
        // 608 CPUs in 16 cells, and nothing known of caches.
        Example(
            host: "rebuilt-hisilicon-608cpu-hbm", guests: ["a": "vcpus: 38, numa_placement: {0: 3}"],
            cpus: ["a": "114-151"]),
    ]

    /// As much of a plan as these tests read.
    private struct Planned: Decodable { var placement: PlannedGuests }

    @Test("give dedicated guests the CPUs that an expert would choose", arguments: examples)
    func chosen(_ example: Example) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "np-captured-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let archive = try #require(sharedFolder()).appending(path: "hosts/\(example.host).tar.gz")
        let tar = try Process.run(
            URL(filePath: "/usr/bin/env"), arguments: ["tar", "-xzf", archive.path, "-C", folder.path])
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)

        let root = folder.appending(path: example.host).path
        let facts = CommandRun(["facts", "--root", root, "--no-libvirt", "--format", "json"])
        try #require(facts.status == 0, "\(facts.errors)")
        let guests = example.guests.map { "  \($0): {\($1), ram: 1GiB, cpu_policy: dedicated}" }
        let run = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--format", "json"],
            files: ["s.yaml": "guests:\n\(guests.joined(separator: "\n"))\n", "f.json": facts.output])
        try #require(run.status == 0, "\(run.output)\(run.errors)")
        let plan = try JSONDecoder().decode(Planned.self, from: Data(run.output.utf8))
        for guest in plan.placement.guests {
            let pins = Set(guest.cells.flatMap(\.pins.values))
            let emulator = guest.emulator_cpus.contains { ",-".contains($0) } ? [] : [guest.emulator_cpus]
            #expect(
                pins.union(emulator) == Self.single(try #require(example.cpus[guest.name])),
                "\(guest.name): \(pins.sorted())")
        }
        #expect(plan.placement.guests.count == example.cpus.count)
    }

    /// The CPUs of a list, each by itself.
    private static func single(_ list: String) -> Set<String> {
        Set(
            list.split(separator: ",").flatMap { range in
                let ends = range.split(separator: "-").compactMap { Int($0) }
                return (ends[0]...ends[ends.count - 1]).map(String.init)
            })
    }
}
