import HostModel
import LibvirtHost
import Testing
import XMLTree

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("has the cells of the test driver with memory, pages and CPUs")
    func testDriver() throws {
        let host = try Connection(uri: TestDriver.uri).capabilities()
        #expect(host.arch == "i686")
        #expect(host.cells.map(\.id) == [0, 1])
        #expect(host.cells.map(\.memory) == [2_097_152, 4_194_304])
        #expect(host.cells.map { "\($0.cpus)" } == ["0-7", "8-15"])
        #expect(host.pages(of: PoolID(cell: 0, pageSize: PageSize(4))) == 524_288)
        #expect(host.pages(of: PoolID(cell: 1, pageSize: PageSize(2_048))) == 0)
        #expect(host.pages(of: PoolID(cell: 0, pageSize: PageSize(64))) == nil)
        #expect(host.pages(of: PoolID(cell: 7, pageSize: PageSize(4))) == nil)
    }

    @Test("has the cells of this machine", .enabled(if: EmbeddedDriver.isThere))
    func embedded() throws {
        let host = try EmbeddedDriver.connection.get().capabilities()
        #expect(host.arch != nil)
        #expect(host.cells.contains { !$0.cpus.isEmpty })
    }

    @Test(
        "takes odd hosts as they are",
        arguments: [
            ("<cell id='1'><cpus num='0'/></cell>", "1 - "), ("<cell><memory>5</memory></cell>", ""),
            ("<cell id='-1'/>", ""), ("<cell id='x'/>", ""),
            ("<cell id='8'><memory unit='KiB'>12</memory><cpus num='1'><cpu id='3'/></cpus></cell>", "8 12KiB 3"),
            ("<cell id='0'><pages size='0'>5</pages><cpus><cpu id='99999999999'/><cpu id='-2'/></cpus></cell>", "0 - "),
            ("<cell id='2'/><cell id='0'/>", "0 - ,2 - "),
        ] as [(String, String)])
    func odd(cells: String, wanted: String) throws {
        let text = "<capabilities><host><topology><cells>\(cells)</cells></topology></host></capabilities>"
        let host = try HostCapabilities(reading: text)
        let found = host.cells.map { "\($0.id) \($0.memory?.description ?? "-") \($0.cpus)" }
        #expect(found.joined(separator: ",") == wanted)
        #expect(host.cells.allSatisfy { $0.pages.isEmpty })
    }

    @Test("has no cells where there is no topology, and refuses what is no XML")
    func hostile() throws {
        #expect(try HostCapabilities(reading: "<capabilities/>").cells.isEmpty)
        #expect(throws: XMLError.self) { _ = try HostCapabilities(reading: "capabilities") }
    }
}
