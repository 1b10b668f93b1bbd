import Diagnostics
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

/// What `numactl -H` prints, or nil where it cannot be run.
private let hardware: String? = {
    guard let shown = try? run("numactl", ["-H"]), shown.status == 0 else { return nil }
    return shown.output
}()

@Suite("Discovery of this machine")
struct LiveHostTests {
    @Test("agrees with sysfs and the system calls")
    func sysfs() throws {
        let (found, diagnostics) = HostDiscovery().facts()
        let facts = try #require(found)
        #expect(!diagnostics.hasErrors)
        #expect(facts.problems == [])
        let online = try String(contentsOfFile: "/sys/devices/system/cpu/online", encoding: .utf8)
        #expect(facts.onlineCPUs == (try CPUSet(parsing: online)))
        #expect(facts.host.kernel == (try run("uname", ["-r"]).output.trimmingCharacters(in: .newlines)))
        #expect(facts.host.arch == (try run("uname", ["-m"]).output.trimmingCharacters(in: .newlines)))
        #expect(facts.host.bootID?.count == 36)
        #expect(facts.host.commandLine?.isEmpty == false)
        let bytes = try run("getconf", ["PAGESIZE"]).output.trimmingCharacters(in: .newlines)
        #expect(facts.host.basePage.size.count * 1_024 == UInt64(bytes))
    }

    /// Memory is not compared by number: some machines add memory to a node while they run.
    @Test("agrees with numactl -H", .enabled(if: hardware != nil, "numactl cannot be run"))
    func numactl() throws {
        let facts = try #require(HostDiscovery().facts().facts)
        let lines = try #require(hardware).split(separator: "\n")
        for cell in facts.cells {
            let line = try #require(lines.first { $0.hasPrefix("node \(cell.id) cpus:") })
            #expect(cell.cpus == CPUSet(numbers: line.split(separator: " ").dropFirst(3).compactMap { Int($0) }))
            #expect(cell.memory ?? 0 > 0 || cell.cpus.isEmpty)
            let row = try #require(lines.first { $0.hasPrefix("\(String(repeating: " ", count: 2))\(cell.id):") })
            let distances = row.split(separator: " ").dropFirst().compactMap { Int($0) }
            #expect(facts.cells.map { facts.distance(from: cell.id, to: $0.id) } == distances)
        }
    }

    @Test("the root may be written in any way")
    func spelling() throws {
        let cells = try #require(HostDiscovery(root: "/sys/..").facts().facts).cells.map(\.cpus)
        #expect(cells == HostDiscovery().facts().facts?.cells.map(\.cpus))
    }
}
