import Diagnostics
import Execution
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Virtual functions of a host's devices")
struct VirtualFunctionTests {
    private static let folder = "sys/bus/pci/devices/0000:17:00.0"
    private let card: PCIAddress

    init() throws { card = try #require(PCIAddress("0000:17:00.0")) }

    private func tree(_ count: String, driver: String? = "ice", more: [String: String] = [:]) throws -> TemporaryTree {
        let tree = try TemporaryTree(
            BootRunTests.machine.merging([
                "\(Self.folder)/sriov_numvfs": count, "\(Self.folder)/sriov_totalvfs": "8\n",
                "\(Self.folder)/sriov_offset": "16\n", "\(Self.folder)/sriov_stride": "2\n",
            ]) { $1 }.merging(more) { $1 })
        if let driver { try tree.link("\(Self.folder)/driver", to: "../../../../bus/pci/drivers/\(driver)") }
        return tree
    }

    @Test("are counted, and told with where they come")
    func read() throws {
        let tree = try tree("2\n")
        #expect(try KernelVirtualFunctions(root: tree.path).count(of: card) == 2)
        let device = try #require(HostDiscovery(root: tree.path).facts().facts?.device(card))
        #expect(device.virtualFunctions == HostDevice.VirtualFunctions(total: 8, now: 2, offset: 16, stride: 2))
        #expect(
            device.possibleFunctions.map(\.description).prefix(5) == [
                "0000:17:02.0", "0000:17:02.2", "0000:17:02.4", "0000:17:02.6", "0000:17:03.0",
            ])
        let other = try #require(PCIAddress("0000:17:00.1"))
        #expect(try KernelVirtualFunctions(root: tree.path).count(of: other) == nil)
    }

    @Test("are made, unless a guest has one")
    func divided() throws {
        let tree = try tree("2\n")
        let host = KernelVirtualFunctions(root: tree.path)
        try host.divide(card, into: 4)
        #expect(try tree.text("\(Self.folder)/sriov_numvfs") == "4\n")
        let used = try self.tree("1\n", more: ["\(Self.folder)/virtfn0x": ""])
        try used.link("\(Self.folder)/virtfn0", to: "../0000:17:02.0")
        try FileManager.default.createDirectory(
            at: used.url.appending(path: "sys/bus/pci/devices/0000:17:02.0"), withIntermediateDirectories: true)
        try used.link("sys/bus/pci/devices/0000:17:02.0/driver", to: "../../../../bus/pci/drivers/vfio-pci")
        let refused = Result { () throws(StepFailure) in
            try KernelVirtualFunctions(root: used.path).divide(card, into: 4)
        }
        let function = try #require(PCIAddress("0000:17:02.0"))
        switch refused {
        case .failure(.vfsInUse(card, by: [function])): break
        default: Issue.record("\(refused)")
        }
        #expect(try used.text("\(Self.folder)/sriov_numvfs") == "1\n")
    }

    @Test(
        "are made again at boot, where there are none and the device has a driver",
        arguments: [
            ("quiet\n", "0\n", "ice", "4\n", 0), ("quiet\n", "4\n", "ice", "4\n", 0),
            ("quiet\n", "8\n", "ice", "8\n", 0),
            ("quiet\n", "2\n", "ice", "2\n", 1), ("numactl-plan=report\n", "0\n", "ice", "0\n", 1),
            ("quiet\n", nil, "ice", nil, 1),
        ] as [(String, String?, String, String?, Int)])
    func boot(options: String, now: String?, driver: String, wanted: String?, findings: Int) throws {
        let tree = try tree(now ?? "", driver: driver, more: ["proc/cmdline": options])
        if now == nil {
            try FileManager.default.removeItem(at: tree.url.appending(path: "\(Self.folder)/sriov_numvfs"))
        }
        let file = BootFile(
            host: "hv01", cells: [.init(id: 0, cpus: [0, 1], memory: 1_048_576, keepFree: 0)], targets: [],
            divided: [DividedDevice(device: card, count: 4)])
        let path = tree.path.appending("boot.json")
        try file.write(to: path)
        #expect(BootFile.read(path).value == file)
        let outcome = BootRun(root: tree.path).run(path)
        #expect((try? tree.text("\(Self.folder)/sriov_numvfs")) == wanted)
        #expect(outcome.diagnostics.filter { $0.code == .vfsNotMade }.count == findings, "\(outcome.diagnostics)")
    }

    @Test(
        "are found by their number behind the device, over buses",
        arguments: [
            ("0000:17:00.0", 0, 16, 1, "0000:17:02.0"), ("0000:17:00.1", 255, 128, 1, "0000:18:10.0"),
            ("0000:01:00.0", 3, 1, 1, "0000:01:00.4"), ("0000:ff:1f.7", 0, 1, 1, nil),
        ] as [(String, Int, Int, Int, String?)])
    func addresses(device: String, number: Int, offset: Int, stride: Int, wanted: String?) {
        let found = PCIAddress(device)?.virtualFunction(number, offset: offset, stride: stride)
        #expect(found?.description == wanted)
    }
}
