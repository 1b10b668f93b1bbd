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

    /// A switch with a network card that is divided, a graphics card with sound, and two NVMe disks.
    private static let machine: [String: String] = {
        let port = "sys/devices/pci0000:3a/0000:3a:00.0"
        var files: [String: String] = [:]
        func device(_ folder: String, _ digits: String, _ vendor: String, _ more: [String: String] = [:]) {
            files["\(folder)/class"] = "0x\(digits)\n"
            files["\(folder)/vendor"] = "0x\(vendor)\n"
            files["\(folder)/device"] = "0x1234\n"
            for (name, text) in more { files["\(folder)/\(name)"] = text + "\n" }
        }
        device(port, "060400", "8086")
        device(
            "\(port)/0000:3b:00.0", "020000", "8086",
            ["sriov_totalvfs": "64", "sriov_numvfs": "1", "net/ens1f0/mtu": "1500", "numa_node": "0"])
        device("\(port)/0000:3b:01.0", "020000", "8086", ["net/ens1f0v0/mtu": "1500", "numa_node": "0"])
        device("sys/devices/pci0000:5d/0000:5d:00.0", "030000", "10DE", ["boot_vga": "0", "numa_node": "1"])
        device("sys/devices/pci0000:5d/0000:5d:00.1", "040300", "10de", ["numa_node": "1"])
        device("sys/devices/pci0000:5d/0000:5e:00.0", "010802", "144d", ["nvme/nvme0/state": "live", "numa_node": "1"])
        device("sys/devices/pci0000:5d/0000:5f:00.0", "010802", "144d", ["nvme/nvme1/state": "live", "numa_node": "1"])
        device("sys/devices/pci0000:00/0000:00:03.0", "030000", "1a03", ["boot_vga": "1"])
        device("sys/devices/pci0000:00/0000:00:04.0", "020000", "1af4", ["virtio0/net/eth0/mtu": "1500"])
        files["sys/class/net/ens1f0/operstate"] = "down\n"
        files["sys/class/net/ens1f0v0/operstate"] = "down\n"
        files["sys/class/net/eth0/operstate"] = "up\n"
        files["sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1/nvme1n1p2/dev"] = "259:3\n"
        files["proc/self/mountinfo"] = "22 1 259:3 / / rw - ext4 /dev/root rw\n"
        return files
    }()

    private static let machineLinks: [String: String] = {
        let port = "pci0000:3a/0000:3a:00.0"
        var links = [
            "sys/class/block/nvme1n1p2": "../../devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1/nvme1n1p2",
            "sys/devices/\(port)/0000:3b:01.0/physfn": "../0000:3b:00.0",
            "sys/devices/\(port)/0000:3b:00.0/driver": "../../../../bus/pci/drivers/ice",
            "sys/devices/pci0000:5d/0000:5d:00.0/iommu_group": "../../../kernel/iommu_groups/17",
            "sys/devices/pci0000:5d/0000:5d:00.1/iommu_group": "../../../kernel/iommu_groups/17",
        ]
        for name in ["0000:3b:00.0", "0000:3b:01.0"] { links["\(pci)/\(name)"] = "../../../devices/\(port)/\(name)" }
        for name in ["0000:5d:00.0", "0000:5d:00.1", "0000:5e:00.0", "0000:5f:00.0"] {
            links["\(pci)/\(name)"] = "../../../devices/pci0000:5d/\(name)"
        }
        for name in ["0000:00:03.0", "0000:00:04.0"] { links["\(pci)/\(name)"] = "../../../devices/pci0000:00/\(name)" }
        links["\(pci)/0000:3a:00.0"] = "../../../devices/\(port)"
        return links
    }()

    @Test("tells what each is, what it hangs together with, and what the host uses")
    func kinds() throws {
        let (facts, found) = try facts(Self.machine, links: Self.machineLinks)
        #expect(found == [])
        func device(_ text: String) throws -> HostDevice {
            try #require(PCIAddress(text).flatMap { facts.device($0) })
        }
        let card = try device("0000:3b:00.0")
        #expect(card.deviceClass == DeviceClass("020000") && card.vendor == DeviceNumber("8086"))
        #expect(card.model == DeviceNumber("1234") && card.driver == "ice" && card.netdevs == ["ens1f0"])
        #expect(card.rootComplex == "pci0000:3a" && card.upstream == PCIAddress("0000:3a:00.0"))
        #expect(card.virtualFunctions == HostDevice.VirtualFunctions(total: 64, now: 1) && !card.isInUse)
        #expect(try device("0000:3b:01.0").physicalFunction == card.address)
        let graphics = try device("0000:5d:00.0")
        #expect(graphics.iommuGroup == 17 && graphics.vendor == DeviceNumber("10de") && graphics.upstream == nil)
        #expect(try device("0000:5d:00.1").iommuGroup == 17)
        #expect(try device("0000:5e:00.0").nvme == ["nvme0"])
        #expect(try device("0000:00:04.0").netdevs == ["eth0"])
        let inUse = facts.devices.filter(\.isInUse).map(\.address.description)
        #expect(inUse == ["0000:00:03.0", "0000:00:04.0", "0000:5f:00.0"])
    }

    @Test("names a file that makes no sense, and keeps the device", arguments: ["", "x", "-2", "99999999999999999999"])
    func garbled(text: String) throws {
        let (facts, found) = try facts(["\(Self.pci)/0000:3b:00.0/numa_node": text])
        #expect(shown(facts) == ["0000:3b:00.0 - -"] && found == ["NP404"])
    }
}
