import HostModel
import Placement
import Planning
import Rendering
import TestSupport
import Testing

@Suite("A host as a map for the terminal")
struct HostMapTests {
    @Test("is drawn as reviewed", arguments: PictureSample.allCases)
    func golden(sample: PictureSample) throws {
        try expectGolden(HostMap(sample.picture()).text(), "map-\(sample.rawValue).txt")
    }

    @Test("of a large host, with tags of two letters, and of many cells")
    func large() throws {
        let busy = try PictureSample.picture(PictureHosts.busySite, PictureHosts.large(cells: 16, cores: 32))
        try expectGolden(HostMap(busy).text(), "map-large.txt")
        try expectGolden(HostMap(HostPicture(PictureHosts.manyCells)).text(), "map-many-cells.txt")
    }

    @Test(
        "is at most 80 characters wide",
        arguments: [(1, 1), (1, 64), (2, 128), (4, 100), (16, 32)] as [(Int, Int)])
    func width(cells: Int, cores: Int) throws {
        let facts = PictureHosts.large(cells: cells, cores: cores)
        let site = "hosts: {large: {}}\nguests: {a: {vcpus: 1, ram: 1GiB, count: 30, numa_nodes: 1}}\n"
        for picture in [HostPicture(facts), try PictureSample.picture(site, facts)] {
            let lines = HostMap(picture).text().split(separator: "\n")
            #expect(lines.count > cells)
            #expect(lines.filter { $0.count > 84 } == [])
        }
    }

    @Test("shows each kind of thread by its sign")
    func signs() throws {
        var plan = Samples.update
        plan.placement.cells[0].dedicatedCPUs = [1, 2, 4, 5, 6]
        plan.placement.cells[0].sharedCPUs = [0, 3]
        let facts = HostFacts(
            host: HostIdentity(name: "hv01"), onlineCPUs: Samples.range(0...7),
            cells: [Cell(id: 0, cpus: Samples.range(0...7), memory: 16_777_216)])
        plan.placement.guests[0].cells[0].pins = [0: [4], 1: [5], 2: [2], 3: [0, 3]]
        let lines = HostMap(HostPicture(facts, plan: plan)).text().split(separator: "\n")
        #expect(lines.contains("  0-7  ·#A·AAa░"))
    }

    @Test("keeps control characters from the terminal")
    func hostile() throws {
        let text = HostMap(HostPicture(Samples.referenceHost, plan: Samples.hostile)).text()
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}") && !text.contains("\r"))
    }

    @Test("means the same without colour")
    func colour() throws {
        let picture = try PictureSample.infeasible.picture()
        let plain = HostMap(picture).text(color: true).replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(plain == HostMap(picture).text())
    }
}
