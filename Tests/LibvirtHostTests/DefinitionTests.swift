import Execution
import HostModel
import LibvirtHost
import Planning
import Testing

@Suite("Definitions in libvirt")
struct DefinitionTests {
    let connection: Connection

    init() throws { connection = try TestDriver.connection.get() }

    @Test("defines, reads back, redefines and undefines a domain")
    func roundTrip() throws {
        let name = TestDriver.name("round")
        #expect(try connection.definition(of: name) == nil)
        #expect(try connection.status(of: name) == nil)
        #expect(try connection.define(TestDriver.definition(name)) == .passed)
        let dump = try #require(try connection.definition(of: name))
        #expect(dump.contains("<memory unit='KiB'>65536</memory>"))
        let larger = dump.replacing(">65536<", with: ">131072<")
        #expect(try connection.define(larger, replacing: dump) == .passed)
        #expect(try connection.definition(of: name) == larger)
        #expect(try connection.liveDefinition(of: name) == nil)
        try connection.undefine(name)
        #expect(try connection.definition(of: name) == nil)
    }

    @Test(
        "refuses a document by libvirt's code, and the old definition stands",
        arguments: [
            ("<nonsense/>", LibvirtError.ErrorKind.schema), ("<vcpu>", .malformed),
            ("<numatune><memory mode='sometimes' nodeset='0'/></numatune>", .schema),
        ] as [(String, LibvirtError.ErrorKind)])
    func refusal(extra: String, kind: LibvirtError.ErrorKind) throws {
        let name = TestDriver.name("invalid")
        _ = try connection.define(TestDriver.definition(name))
        let present = try #require(try connection.definition(of: name))
        let error = try #require(throws: LibvirtError.self) {
            _ = try connection.define(TestDriver.definition(name, extra: extra), replacing: present)
        }
        #expect(error.kind == kind)
        #expect(error.call == "virDomainDefineXMLFlags")
        #expect(try connection.definition(of: name) == present)
        try connection.undefine(name)
    }

    @Test("does without the schema where libvirt's own definition fails it too, and says so")
    func validationSkipped() throws {
        let name = TestDriver.name("odd")
        // The schema knows nothing of the element; the parser passes over it. So this stands for a dump of an older libvirt.
        let odd = TestDriver.definition(name, extra: "<nonsense/>")
        guard case .skipped(let error) = try connection.define(odd, replacing: odd) else {
            Issue.record("the document passed")
            return
        }
        #expect(error.kind == .schema)
        #expect(try connection.status(of: name) != nil)
        try connection.undefine(name)
    }

    @Test(
        "names what is missing or in the way",
        arguments: [
            ("start", LibvirtError.ErrorKind.noDomain), ("undefine", .noDomain), ("autostart", .noDomain),
            ("pin", .noDomain),
        ] as [(String, LibvirtError.ErrorKind)])
    func missing(operation: String, kind: LibvirtError.ErrorKind) throws {
        let name = TestDriver.name("missing")
        let error = try #require(throws: LibvirtError.self) {
            switch operation {
            case "start": try connection.start(name)
            case "undefine": try connection.undefine(name)
            case "autostart": try connection.setAutostart(name, true)
            default: try connection.pin(.emulator, of: name, to: [0])
            }
        }
        #expect(error.kind == kind)
        #expect(error.call == "virDomainLookupByName")
    }
}
