import Foundation
import Execution
import HostModel
import LibvirtHost
import Testing

@Suite("Connection")
struct ConnectionTests {
    @Test("says which libvirt and which hypervisor answer")
    func versions() throws {
        let facts = try Connection(uri: TestDriver.uri).facts()
        let parts = try #require(facts.version).split(separator: ".").compactMap { Int($0) }
        #expect(parts.count == 3)
        #expect(try #require(parts.first) >= 4)
        #expect(facts.hypervisor == "TEST 0.0.2")
        #expect(facts.hugetlbfs.isEmpty)
    }

    @Test(
        "tells a daemon that is not there from anything else",
        arguments: [
            "qemu+unix:///system?socket=/nonexistent/libvirt-sock", "nosuchdriver:///system",
            "qemu+tcp://127.0.0.1:1/system",
        ])
    func unreachable(uri: String) throws {
        let error = try #require(throws: LibvirtError.self) { _ = try Connection(uri: uri) }
        #expect(error.kind == .unreachable)
        #expect(error.call == "virConnectOpen")
        #expect(error.code > 0)
        #expect(!error.message.isEmpty)
    }

    @Test("reads all domains over a read-only connection, and writes none")
    func readOnly() throws {
        let connection = try TestDriver.open(readOnly: true)
        #expect(try connection.domains().map(\.name) == ["test"])
        let name = TestDriver.name("refused")
        let error = try #require(throws: LibvirtError.self) {
            _ = try connection.define(TestDriver.definition(name))
        }
        #expect(error.kind == .notPermitted)
        let secret = try #require(throws: LibvirtError.self) { _ = try connection.definition(of: "test") }
        #expect(secret.kind == .notPermitted)
        #expect(try connection.status(of: name) == nil)
    }

    @Test("keeps libvirt from writing to standard error")
    func quiet() throws {
        let connection = try TestDriver.connection.get()
        let file = FileManager.default.temporaryDirectory.appending(path: TestDriver.name("stderr"))
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let saved = dup(2)
        let descriptor = open(file.path, O_WRONLY)
        try #require(saved >= 0 && descriptor >= 0)
        dup2(descriptor, 2)
        let failed = (try? connection.start(TestDriver.name("nobody"))) == nil
        let unreachable = (try? Connection(uri: "qemu+unix:///system?socket=/nonexistent/libvirt-sock")) == nil
        dup2(saved, 2)
        close(saved)
        close(descriptor)
        #expect(failed && unreachable)
        // Other tests may write there at the same time; libvirt's own reports start with its name and a colon.
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("libvirt:") })
    }
}
