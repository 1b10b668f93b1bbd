import Diagnostics
import HostModel
import LinuxHost
import Testing

@Suite("Discovery of PCI devices")
struct DeviceDiscoveryTests {
    static let pci = "sys/bus/pci/devices"
    static let cpu = "sys/devices/system/cpu"

    /// The facts of the small tree with these files too.
    private func facts(_ files: [String: String], links: [String: String] = [:]) throws -> (HostFacts, [String]) {
        let tree = try TemporaryTree(HostileTreeTests.small.merging(files) { $1 })
        for (name, target) in links { try tree.link(name, to: target) }
        let (facts, diagnostics) = HostDiscovery(root: tree.path).facts()
        return (try #require(facts), diagnostics.filter { $0.severity != .note }.map(\.code.rawValue))
    }

    /// The sockets of CPUs 0 to 3.
    private func sockets(_ sockets: [String]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: sockets.enumerated().map { index, socket in
                ("\(Self.cpu)/cpu\(index)/topology/physical_package_id", socket + "\n")
            })
    }

    private func shown(_ facts: HostFacts) -> [String] {
        facts.devices.map { device in
            let cell = device.cell.map { "\($0)" } ?? "-"
            return "\(device.address) \(cell) \(device.socket.map { "\($0)" } ?? "-")"
        }
    }

    @Test("finds each with its cell and socket, by address")
    func devices() throws {
        let (facts, found) = try facts(
            [
                "\(Self.pci)/0000:3b:00.1/numa_node": "1\n", "\(Self.pci)/0000:3b:00.0/numa_node": "1\n",
                "\(Self.pci)/0000:00:1f.2/numa_node": "-1\n", "\(Self.pci)/0000:00:00.0/vendor": "0x8086\n",
                "\(Self.pci)/odd/numa_node": "0\n", "\(Self.pci)/0000:00:02.0/numa_node": "9\n",
            ].merging(sockets(["0", "0", "4", "4"])) { $1 })
        #expect(
            shown(facts) == [
                "0000:00:00.0 - -", "0000:00:02.0 - -", "0000:00:1f.2 - -", "0000:3b:00.0 1 4", "0000:3b:00.1 1 4",
            ])
        #expect(facts.cells.map(\.socket) == [0, 4] && found == [] && facts.problems == [])
    }

    @Test("follows the links of sysfs inside the root")
    func links() throws {
        let (facts, _) = try facts(
            ["sys/devices/pci0000:3a/0000:3b:00.0/numa_node": "0\n"],
            links: ["\(Self.pci)/0000:3b:00.0": "../../../devices/pci0000:3a/0000:3b:00.0"])
        #expect(shown(facts) == ["0000:3b:00.0 0 -"])
    }

    @Test(
        "knows no socket of a cell whose CPUs are on several, or do not tell",
        arguments: [
            (["0", "1", "2", "2"], [nil, 2], 0), (["-1", "-1", "0", "0"], [nil, 0], 0),
            (["0", "x", "0", "0"], [nil, 0], 1), (["0"], [nil, nil], 0), ([], [nil, nil], 0),
        ] as [([String], [Int?], Int)])
    func odd(packages: [String], sockets wanted: [Int?], findings: Int) throws {
        let (facts, found) = try facts(sockets(packages))
        #expect(facts.cells.map(\.socket) == wanted && found.count == findings && facts.devices == [])
    }

    @Test("names a file that makes no sense, and keeps the device", arguments: ["", "x", "-2", "99999999999999999999"])
    func garbled(text: String) throws {
        let (facts, found) = try facts(["\(Self.pci)/0000:3b:00.0/numa_node": text])
        #expect(shown(facts) == ["0000:3b:00.0 - -"] && found == ["NP404"])
    }
}
