import Execution
import Foundation
import HostModel
import LibvirtHost
import Planning
import Testing

/// These start a QEMU without an operating system in it. Only root may, since libvirt wants to make control groups.
@Suite("Running QEMU", .enabled(if: EmbeddedDriver.isThere && getuid() == 0))
struct RunningQEMUTests {
    @Test("pins vCPUs, the emulator and iothreads of a running guest, and leaves its definition alone")
    func pins() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("pinned")
        let text = EmbeddedDriver.definition(name, extra: "<iothreads>1</iothreads>")
        _ = try connection.define(text)
        let definition = try connection.definition(of: name)
        try connection.start(name)
        defer { try? EmbeddedDriver.end(name) }
        try connection.pin(.vcpu(1), of: name, to: [0])
        try connection.pin(.emulator, of: name, to: [0])
        try connection.pin(.ioThread(1), of: name, to: [0])
        let live = try #require(try connection.liveDefinition(of: name))
        for pin in ["vcpupin vcpu='1'", "emulatorpin", "iothreadpin iothread='1'"] {
            #expect(live.contains("<\(pin) cpuset='0'/>"))
        }
        #expect(try connection.definition(of: name) == definition)
        let missing = try #require(throws: LibvirtError.self) { try connection.pin(.vcpu(7), of: name, to: [0]) }
        #expect(missing.kind == .invalidArgument || missing.kind == .other)

        let facts = try #require(try connection.domains().first { $0.name == name })
        #expect(facts.state == .running)
        #expect(facts.liveXML != nil)
    }

    @Test("waits for a guest that does not listen only as long as it is told, and never switches it off")
    func deaf() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("deaf")
        _ = try connection.define(EmbeddedDriver.definition(name))
        try connection.start(name)
        #expect(try !connection.shutDown(name, within: .milliseconds(300)))
        #expect(try connection.status(of: name)?.isActive == true)
        let domains = LibvirtDomains(connection, shutdownLimit: .milliseconds(100))
        #expect(throws: StepFailure.stillRunning(name)) { try domains.stop(name, force: false) }
        try EmbeddedDriver.end(name)
        #expect(try connection.shutDown(name, within: .seconds(1)))
        try connection.undefine(name)
    }
}
