import Execution
import HostModel
import LibvirtHost
import Testing

@Suite("QEMU's driver in this process", .enabled(if: EmbeddedDriver.isThere))
struct EmbeddedDriverTests {
    @Test("defines, lists and undefines a domain with cells, pins and huge pages")
    func roundTrip() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("embedded")
        let extra = """
            <cputune><vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='0-1'/></cputune>
            <numatune><memory mode='strict' nodeset='0'/><memnode cellid='0' mode='strict' nodeset='0'/></numatune>
            <memoryBacking><hugepages><page size='2048' unit='KiB' nodeset='0'/></hugepages></memoryBacking>
            <features><acpi/></features>
            <cpu><numa><cell id='0' cpus='0-1' memory='65536' unit='KiB'/></numa></cpu>
            """
        #expect(try connection.define(EmbeddedDriver.definition(name, extra: extra)) == .passed)
        let dump = try #require(try connection.definition(of: name))
        #expect(dump.contains("<memnode cellid='0' mode='strict' nodeset='0'/>"))
        #expect(try connection.define(dump, replacing: dump) == .passed)
        #expect(try connection.definition(of: name) == dump)
        try connection.setAutostart(name, true)
        let facts = try #require(try connection.domains().first { $0.name == name })
        #expect(facts.state == .shutoff && facts.autostart && facts.persistent)
        try connection.undefine(name)
        #expect(try connection.status(of: name) == nil)
    }

    @Test("says which QEMU it drives")
    func version() throws {
        let facts = try EmbeddedDriver.connection.get().facts()
        #expect(try #require(facts.hypervisor).hasPrefix("QEMU "))
    }
}
