import Diagnostics
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Discovery of odd and hostile trees")
struct HostileTreeTests {
    static let node = "sys/devices/system/node"
    static let cpu = "sys/devices/system/cpu"

    /// Two cells of two CPUs, as small as a tree can be.
    static let small = [
        "\(cpu)/online": "0-3\n", "\(node)/online": "0-1\n",
        "\(node)/node0/cpulist": "0-1\n", "\(node)/node1/cpulist": "2-3\n",
        "\(node)/node0/meminfo": "Node 0 MemTotal: 1000 kB\nNode 0 MemFree: 500 kB\n",
        "\(node)/node1/meminfo": "Node 1 MemTotal: 2000 kB\nNode 1 MemFree: 1500 kB\n",
        "\(node)/node0/distance": "10 20\n", "\(node)/node1/distance": "20 10\n",
        "proc/sys/kernel/arch": "x86_64\n",
    ]

    /// The cells that the small tree with these files instead gives, and the codes and paths of the findings.
    private func discover(_ changes: [String: String]) throws -> (cells: [Cell], found: [String]) {
        let tree = try TemporaryTree(Self.small.merging(changes) { $1 })
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        let known = Diagnostic.Severity.note
        let found = diagnostics.filter { $0.severity != known }.map {
            "\($0.code.rawValue) \($0.message.replacing(tree.path.string + "/", with: ""))"
        }
        return (try #require(facts).cells, found)
    }

    @Test("a plain tree has no findings")
    func plain() throws {
        let (cells, found) = try discover([:])
        #expect(
            cells == [
                Cell(id: 0, cpus: [0, 1], memory: 1000, memoryFree: 500, distances: [0: 10, 1: 20]),
                Cell(id: 1, cpus: [2, 3], memory: 2000, memoryFree: 1500, distances: [0: 20, 1: 10]),
            ])
        #expect(found == [])
    }

    @Test(
        "names the file that makes no sense, and keeps the rest",
        arguments: [
            ("\(node)/node0/distance", "10 20 30\n", "NP404 \(node)/node0/distance: '10 20 30' is not a row of 2"),
            ("\(node)/node0/distance", "10 -1\n", "NP404 \(node)/node0/distance"),
            ("\(node)/node0/distance", "\n", "NP404 \(node)/node0/distance"),
            ("\(node)/node0/meminfo", "", "NP404 \(node)/node0/meminfo: there is no line with a sensible MemTotal"),
            ("\(node)/node0/meminfo", "Node 0 MemTotal: 99999999999999999999 kB", "NP404 \(node)/node0/meminfo"),
            ("\(node)/node0/meminfo", "Node 0 MemTotal: lots kB", "NP404 \(node)/node0/meminfo"),
            ("\(node)/node0/cpulist", "0-", "NP404 \(node)/node0/cpulist"),
            ("\(node)/node0/cpulist", "1-0", "NP404 \(node)/node0/cpulist"),
            ("\(node)/node0/cpulist", "0-99999999", "NP404 \(node)/node0/cpulist"),
            ("\(cpu)/online", "all\n", "NP404 \(cpu)/online: 'all' is not a list"),
            ("\(cpu)/isolated", "x", "NP404 \(cpu)/isolated"),
            ("\(node)/online", "\u{1}", "NP404 \(node)/online"),
            ("\(cpu)/cpu0/topology/thread_siblings_list", "0;1", "NP404 \(cpu)/cpu0/topology/thread_siblings_list"),
            ("\(cpu)/cpu0/topology/thread_siblings", "fffffffff", "NP404 \(cpu)/cpu0/topology/thread_siblings"),
            ("\(node)/node0/hugepages/hugepages-2048kB/nr_hugepages", "-1", "NP404 \(node)/node0/hugepages"),
        ] as [(String, String, String)])
    func garbled(file: String, text: String, finding: String) throws {
        let (cells, found) = try discover([
            file: text, "proc/cpuinfo": "processor : 0\nprocessor : 1\nprocessor : 2\nprocessor : 3\n",
        ])
        #expect(cells.map(\.id) == [0, 1])
        #expect(cells.last == Cell(id: 1, cpus: [2, 3], memory: 2000, memoryFree: 1500, distances: [0: 20, 1: 10]))
        #expect(found.first?.hasPrefix(finding) == true, "\(found)")
    }

    @Test("a garbled list falls back on the mask, and the mask on the entries")
    func fallbacks() throws {
        let mask = try discover(["\(Self.node)/node0/cpulist": "?", "\(Self.node)/node0/cpumap": "0,00000003\n\0"])
        #expect(mask.cells.first?.cpus == [0, 1])
        let entries = try discover([
            "\(Self.node)/node0/cpulist": "?", "\(Self.node)/node0/cpu1/x": "", "\(Self.node)/node0/cpufreq/x": "",
        ])
        #expect(entries.cells.first?.cpus == [1])
        #expect(entries.found.last == "NP405 CPUs 0 are online but in no cell; nothing is placed on them")
    }

    @Test("a CPU in two cells stays in the lower one")
    func overlapping() throws {
        let (cells, found) = try discover(["\(Self.node)/node1/cpulist": "0-3\n"])
        #expect(cells.map(\.cpus) == [[0, 1], [2, 3]])
        #expect(found == ["NP404 \(Self.node): CPUs 0-1 are in cell 1 as well; they stay in the lower cell"])
    }

    @Test("only CPUs that are listed and online count")
    func offline() throws {
        let (cells, found) = try discover(["\(Self.cpu)/online": "0,3,64\n"])
        #expect(cells.map(\.cpus) == [[0], [3]])
        #expect(found == ["NP405 CPUs 64 are online but in no cell; nothing is placed on them"])
    }

    @Test("column k of a distance row is the k-th online node")
    func sparseDistances() throws {
        let (cells, found) = try discover([
            "\(Self.node)/online": "0-1,250\n", "\(Self.node)/node250/cpulist": "\n",
            "\(Self.node)/node250/meminfo": "\nNode 250 MemTotal: 7 kB\nNode 250 MemFree: 7 kB\n\0",
            "\(Self.node)/node0/distance": "10 21 255\n", "\(Self.node)/node1/distance": "20 10\n",
        ])
        #expect(cells.map(\.distances) == [[0: 10, 1: 21, 250: 255], nil, nil])
        #expect(cells.last?.memory == 7 && cells.last?.cpus == [])
        #expect(found.count == 1)
    }

    @Test("a folder of a node that is not online is no cell")
    func offlineNode() throws {
        let (cells, found) = try discover(["\(Self.node)/node7/cpulist": "2-3\n"])
        #expect(cells.map(\.id) == [0, 1])
        #expect(found == ["NP405 cells 7 have folders but are not online; they are left out"])
    }

    @Test("a node that is online but has no folder is left out, and that is said")
    func folderless() throws {
        let (cells, found) = try discover([
            "\(Self.node)/online": "0-2\n", "\(Self.node)/node0/distance": "10 20 30\n",
            "\(Self.node)/node1/distance": "20 10 30\n",
        ])
        #expect(cells.map(\.distances) == [[0: 10, 1: 20, 2: 30], [0: 20, 1: 10, 2: 30]])
        #expect(found == ["NP405 cells 2 are online but have no folder; they are left out"])
    }

    @Test("siblings that disagree still give every CPU one core")
    func siblings() throws {
        let (cells, _) = try discover([
            "\(Self.cpu)/cpu0/topology/thread_siblings_list": "0,2\n",
            "\(Self.cpu)/cpu1/topology/thread_siblings_list": "0-1\n",
            "\(Self.cpu)/cpu2/topology/core_cpus_list": "2-3,9\n",
            "\(Self.cpu)/cpu3/topology/core_cpus": "00000004\n",
        ])
        #expect(cells.map(\.siblings) == [[[0], [1]], [[2, 3]]])
    }

    @Test("pools of every size, without those that cannot be read")
    func pools() throws {
        let pools = "\(Self.node)/node0/hugepages"
        let (cells, found) = try discover([
            "\(pools)/hugepages-64kB/nr_hugepages": "8\n", "\(pools)/hugepages-64kB/free_hugepages": "3\n",
            "\(pools)/hugepages-64kB/surplus_hugepages": "1\n",
            "\(pools)/hugepages-16777216kB/nr_hugepages": "0\n", "\(pools)/hugepages-16777216kB/free_hugepages": "0\n",
            "\(pools)/hugepages-2048kB/free_hugepages": "0\n", "\(pools)/hugepages-0kB/nr_hugepages": "1\n",
            "\(pools)/hugepages-xkB/nr_hugepages": "1\n",
        ])
        #expect(
            cells.first?.pools == [
                HugepagePool(pageSize: PageSize(64), total: 8, free: 3, surplus: 1),
                HugepagePool(pageSize: PageSize(16_777_216), total: 0, free: 0),
            ])
        #expect(
            found == [
                "NP405 \(pools)/hugepages-2048kB does not report the size of the pool; the pool is left out"
            ])
    }

    @Test("an empty or absent root gives no facts and says so")
    func nothing() throws {
        let tree = try TemporaryTree()
        let empty = HostDiscovery(root: tree.path).facts()
        #expect(empty.facts == nil && empty.diagnostics.map(\.code) == [.factMissing])
        #expect(empty.diagnostics.hasErrors)
        let absent = HostDiscovery(root: tree.path.appending("gone")).facts()
        #expect(absent.facts == nil && absent.diagnostics.map(\.code) == [.sysfsUnreadable])
        #expect(absent.diagnostics.hasErrors)
    }

    @Test(
        "a link out of the root is not followed",
        arguments: ["/proc/meminfo", "/etc/hostname", "../../../../../../../../../../proc/meminfo"])
    func escape(target: String) throws {
        let tree = try TemporaryTree(Self.small)
        let file = tree.url.appending(path: "\(Self.node)/node0/meminfo")
        try FileManager.default.removeItem(at: file)
        try tree.link("\(Self.node)/node0/meminfo", to: target)
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        #expect(try #require(facts).cells.map(\.memory) == [nil, 2000])
        #expect(
            diagnostics.first { $0.severity == .warning }
                == Diagnostic(
                    .sysfsUnreadable, "\(file.path) is a symbolic link that leads out of the root", severity: .warning))
    }

    @Test("a linked folder is followed inside the root and refused outside")
    func linkedFolders() throws {
        let other = try TemporaryTree(["node1/cpulist": "2-3\n", "node1/meminfo": "Node 1 MemTotal: 9 kB\n"])
        let tree = try TemporaryTree(Self.small)
        try FileManager.default.moveItem(
            at: tree.url.appending(path: "\(Self.node)/node0"), to: tree.url.appending(path: "moved"))
        try tree.link("\(Self.node)/node0", to: "../../../../moved")
        try FileManager.default.removeItem(at: tree.url.appending(path: "\(Self.node)/node1"))
        try tree.link("\(Self.node)/node1", to: other.url.appending(path: "node1").path)
        let facts = try #require(HostDiscovery(root: tree.path).facts().facts)
        #expect(facts.cells.map(\.memory) == [1000, nil])
        #expect(facts.cells.map(\.cpus) == [[0, 1], []])
    }

    @Test("pipes, folders, links that lead nowhere and huge files are findings, and nothing waits for them")
    func unusual() throws {
        let tree = try TemporaryTree(Self.small)
        let memory = ["node0", "node1"].map { tree.url.appending(path: "\(Self.node)/\($0)/meminfo") }
        for file in memory { try FileManager.default.removeItem(at: file) }
        #expect(try run("mkfifo", [memory[0].path]).status == 0)
        try tree.link("\(Self.node)/node1/meminfo", to: "nowhere")
        try tree.write(Data(repeating: UInt8(ascii: "1"), count: 2 << 20), to: "\(Self.node)/node0/distance")
        try tree.write("", to: "\(Self.node)/node1/hugepages/hugepages-2048kB/nr_hugepages/x")
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        #expect(try #require(facts).cells.map(\.memory) == [nil, nil])
        let found = DiagnosticText(width: 1_000).render(diagnostics.filter { $0.code == .sysfsUnreadable })
        #expect(found.contains("node0/meminfo is not a regular file"))
        #expect(found.contains("cannot resolve \(memory[1].path): No such file or directory"))
        #expect(found.contains("node0/distance is larger than 1048576 bytes"))
        #expect(found.contains("hugepages-2048kB/nr_hugepages is not a regular file"))
    }

    @Test("bytes that are no text do no harm")
    func bytes() throws {
        let tree = try TemporaryTree(Self.small)
        for name in ["cpulist", "cpumap", "meminfo", "distance"] {
            try tree.write(Data([0xff, 0xfe, 0x00, 0x80]), to: "\(Self.node)/node0/\(name)")
        }
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        let cell = try #require(facts?.cell(0))
        #expect(cell == Cell(id: 0, cpus: [], memory: nil))
        #expect(Set(diagnostics.map(\.code)) == [.sysfsGarbled, .factMissing])
    }

    @Test("who the host is")
    func identity() throws {
        let tree = try TemporaryTree(
            Self.small.merging([
                "etc/hostname": "hv01\n", "proc/version": "Linux version 3.10.0-1160 (builder@x) #1 SMP\n",
                "proc/cmdline": "root=/dev/sda1 quiet\n\0", "proc/sys/kernel/random/boot_id": "abc\n",
                "\(Self.cpu)/isolated": "  (null)\n",
            ]) { $1 })
        let facts = try #require(HostDiscovery(root: tree.path).facts().facts)
        #expect(
            facts.host
                == HostIdentity(
                    name: "hv01", arch: "x86_64", kernel: "3.10.0-1160", bootID: "abc",
                    commandLine: "root=/dev/sda1 quiet"))
        #expect(facts.isolatedCPUs == [])
    }
}
