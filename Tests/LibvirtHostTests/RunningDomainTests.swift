import Execution
import HostModel
import LibvirtHost
import Planning
import Testing

@Suite("Running domains")
struct RunningDomainTests {
    let connection: Connection

    init() throws { connection = try TestDriver.connection.get() }

    @Test("starts a domain, pins its threads and shuts it down")
    func life() throws {
        let name = TestDriver.name("life")
        _ = try connection.define(TestDriver.definition(name))
        try connection.start(name)
        #expect(try connection.status(of: name)?.isActive == true)
        try connection.pin(.vcpu(1), of: name, to: CPUSet(parsing: "2-3,5"))
        try connection.pin(.emulator, of: name, to: [1])
        let live = try #require(try connection.liveDefinition(of: name))
        #expect(live.contains("<vcpupin vcpu='1' cpuset='2-3,5'/>"))
        #expect(live.contains("<emulatorpin cpuset='1'/>"))
        try connection.setMemory(of: name, to: 32_768)
        #expect(try connection.liveDefinition(of: name)?.contains("<currentMemory unit='KiB'>32768<") == true)
        #expect(try connection.definition(of: name)?.contains("<currentMemory unit='KiB'>32768<") == false)
        try connection.setVCPUs(of: name, to: 1)
        #expect(try connection.liveDefinition(of: name)?.contains("<vcpu placement='static' current='1'>2<") == true)
        #expect(try connection.definition(of: name)?.contains("current=") == false)
        try connection.setVCPUs(of: name, to: 2)
        #expect(try connection.liveDefinition(of: name)?.contains("<vcpu placement='static'>2<") == true)
        for count in [-1, 0, 3] {
            let error = try #require(throws: LibvirtError.self) { try connection.setVCPUs(of: name, to: count) }
            #expect(error.kind == .invalidArgument)
        }
        #expect(try connection.shutDown(name, within: .seconds(5)))
        #expect(try connection.status(of: name)?.isActive == false)
        #expect(try connection.shutDown(name, within: .seconds(5)))
        try connection.undefine(name)
        #expect(try connection.shutDown(name, within: .seconds(5)))
    }

    @Test("refuses to pin the threads of a domain that does not run")
    func idle() throws {
        let name = TestDriver.name("idle")
        _ = try connection.define(TestDriver.definition(name))
        let error = try #require(throws: LibvirtError.self) { try connection.pin(.vcpu(0), of: name, to: [0]) }
        #expect(error.kind == .wrongState)
        let other = try #require(throws: LibvirtError.self) { try connection.setMemory(of: name, to: 32_768) }
        #expect(other.kind == .wrongState)
        let third = try #require(throws: LibvirtError.self) { try connection.setVCPUs(of: name, to: 1) }
        #expect(third.kind == .wrongState)
        try connection.undefine(name)
    }

    @Test("sets and reads autostart", arguments: [true, false])
    func autostart(wanted: Bool) throws {
        let name = TestDriver.name("auto")
        _ = try connection.define(TestDriver.definition(name))
        try connection.setAutostart(name, !wanted)
        try connection.setAutostart(name, wanted)
        #expect(try connection.status(of: name)?.autostarts == wanted)
        #expect(try connection.domains().first { $0.name == name }?.autostart == wanted)
        try connection.undefine(name)
    }
}
