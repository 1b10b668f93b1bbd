import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("Ownership")
struct OwnershipTests {
    @Test("the mark is read back as it was written")
    func roundTrip() throws {
        var domain = XMLElement("domain")
        domain.children = [.element(XMLElement("metadata", children: [.element(Wanted.mark.element)]))]
        #expect(OwnershipMark(reading: domain) == Wanted.mark)
        #expect(
            XMLWriter.write(Wanted.mark.element) == """
                <np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='rack7' name='web01' flavor='m1.numa' origin='created'>
                  <np:managed path='memory'/>
                  <np:managed path='vcpu'/>
                  <np:placement guestCell='0' hostCell='1' pageKiB='1048576'/>
                  <np:placement guestCell='1' hostCell='0' pageKiB='2048'/>
                </np:guest>

                """)
    }

    @Test(
        "is found by its namespace, whatever the prefix and wherever that is declared",
        arguments: [
            (
                "<metadata><x:guest xmlns:x='urn:numactl-plan:libvirt:1' site='s' name='g' origin='adopted'/></metadata>",
                true
            ),
            (
                "<metadata><guest xmlns='urn:numactl-plan:libvirt:1' site='s' name='g' origin='adopted'/></metadata>",
                true
            ),
            (
                "<metadata xmlns:y='urn:numactl-plan:libvirt:1'><y:guest site='s' name='g' origin='adopted'/></metadata>",
                true
            ),
            ("<metadata><np:guest xmlns:np='urn:other' site='s' name='g' origin='adopted'/></metadata>", false),
            ("<metadata><np:guest site='s' name='g' origin='adopted'/></metadata>", false),
            ("<metadata><guest site='s' name='g' origin='adopted'/></metadata>", false),
            ("<np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='s' name='g' origin='adopted'/>", false),
            ("", false),
        ] as [(String, Bool)])
    func finding(body: String, isThere: Bool) throws {
        let mark = try OwnershipMark(reading: domain(body))
        let wanted = OwnershipMark(
            site: "s", guest: "g", flavor: nil, origin: .adopted, managedPaths: [], placement: [])
        #expect(mark == (isThere ? wanted : nil))
    }

    @Test(
        "a garbled mark is none, a garbled child is left out",
        arguments: [
            "site='s' name='g'", "site='s' origin='created'", "name='g' origin='created'",
            "site='s' name='g' origin='mine'",
        ])
    func garbled(attributes: String) throws {
        let body = "<metadata><np:guest xmlns:np='urn:numactl-plan:libvirt:1' \(attributes)/></metadata>"
        #expect(try OwnershipMark(reading: domain(body)) == nil)
        let child = """
            <metadata><np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='s' name='g' origin='created'><np:managed/>\
            <np:placement guestCell='0' hostCell='1' pageKiB='0'/><np:placement guestCell='-1' hostCell='1' pageKiB='4'/>\
            <np:placement guestCell='1' hostCell='99999999999' pageKiB='4'/>\
            <np:placement guestCell='2' hostCell='0' pageKiB='4'/></np:guest></metadata>
            """
        let mark = try #require(try OwnershipMark(reading: domain(child)))
        #expect(mark.managedPaths.isEmpty && mark.placement.map(\.guestCell) == [2])
    }

    @Test("keeps the CPUs that vCPUs and the emulator have for themselves, and leaves out what cannot be read")
    func ownCPUs() throws {
        var mark = Wanted.mark
        mark.ownCPUs = [0: 2, 1: 18]
        mark.emulatorCPU = 3
        let patched = DomainPatch.apply(Wanted.plain, mark: mark, to: try domain(""))
        #expect(OwnershipMark(reading: patched) == mark)
        let garbled = """
            <metadata><np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='s' name='g' origin='created'><np:own/>\
            <np:own vcpu='x' cpu='1'/><np:own vcpu='0' cpu='-1'/><np:own vcpu='1' cpu='4'/></np:guest></metadata>
            """
        let read = try #require(try OwnershipMark(reading: domain(garbled)))
        #expect(read.ownCPUs == [1: 4])
        #expect(read.emulatorCPU == nil)
    }

    @Test("a new mark takes the place of the old one, among those of others")
    func replacing() throws {
        let present = try domain(
            """
            <metadata><a:a xmlns:a='urn:a'/><p:guest xmlns:p='urn:numactl-plan:libvirt:1' site='old'/>\
            <b:b xmlns:b='urn:b'/><q:guest xmlns:q='urn:numactl-plan:libvirt:1'/></metadata>
            """)
        let patched = DomainPatch.apply(Wanted.plain, mark: Wanted.mark, to: present)
        #expect(patched.element(named: "metadata")?.elements.map(\.name) == ["a:a", "np:guest", "b:b"])
        #expect(OwnershipMark(reading: patched) == Wanted.mark)
    }

    @Test(
        "knows other managers by their metadata",
        arguments: [
            (
                "<metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'/></metadata>",
                "OpenStack Nova"
            ),
            ("<metadata xmlns:v='http://ovirt.org/vm/1.0'><v:vm/></metadata>", "oVirt"),
            ("<metadata><kubevirt xmlns='http://kubevirt.io'><uid/></kubevirt></metadata>", "KubeVirt"),
            ("<metadata><one:vm xmlns:one='http://opennebula.org/xmlns/libvirt/1.0'/></metadata>", "OpenNebula"),
            ("<metadata><a:a xmlns:a='http://kubevirt.io.example.org'/></metadata>", nil),
            ("<metadata xmlns:v='http://ovirt.org/vm/1.0'><w/></metadata>", nil),
            ("<description>http://kubevirt.io</description>", nil),
        ] as [(String, String?)])
    func managers(body: String, name: String?) throws {
        #expect(try ForeignManager.detect(in: domain(body)) == name)
    }

    @Test("knows the captured definitions of other managers")
    func capturedManagers() throws {
        let found = try Corpus.names.filter { try ForeignManager.detect(in: Corpus.domain($0)) != nil }
        let expected = [
            "vdsm-defined-numatune.xml", "vdsm-running-after-merge.xml", "vdsm-running-before-merge.xml",
        ]
        #expect(found == (Corpus.names.isEmpty ? [] : expected))
    }
}
