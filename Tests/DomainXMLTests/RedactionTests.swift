import DomainXML
import Testing
import XMLTree

@Suite("A definition for others to read")
struct RedactionTests {
    private static let secret = "hunter2"

    private func document(_ inner: String) throws -> XMLElement {
        let namespace = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
        return try XMLReader.read("<domain type='kvm' \(namespace)><name>a</name>\(inner)</domain>")
    }

    @Test(
        "has no secret, and names what was left out",
        arguments: [
            ("<qemu:commandline><qemu:arg value='hunter2'/></qemu:commandline>", ["qemu:commandline"]),
            ("<qemu:commandline><qemu:env name='P' value='hunter2'/></qemu:commandline>", ["qemu:commandline"]),
            ("<sysinfo type='fwcfg'><entry name='opt/p'>hunter2</entry></sysinfo>", ["sysinfo/entry"]),
            ("<description>hunter2</description><title>hunter2</title>", ["description", "title"]),
            ("<os><type>hvm</type><cmdline>p=hunter2</cmdline></os>", ["os/cmdline"]),
            ("<devices><graphics type='vnc' passwd='hunter2'/></devices>", ["devices/graphics@passwd"]),
            (
                "<devices><disk><source protocol='rbd' query='hunter2'><auth username='hunter2'/></source></disk></devices>",
                ["devices/disk/source/auth", "devices/disk/source@query"]
            ),
            ("<devices><serial type='tcp'><source host='hunter2'/></serial></devices>", ["devices/serial/source"]),
            ("<metadata><x:y xmlns:x='urn:x'><x:p>hunter2</x:p></x:y></metadata>", ["metadata/x:y"]),
            ("<cpu mode='host-model'><!-- hunter2 --></cpu>", []),
            ("<launchSecurity type='sev'><session>hunter2</session></launchSecurity>", ["launchSecurity/session"]),
            ("<keywrap>hunter2</keywrap>", ["keywrap"]), ("<devices>hunter2</devices>", ["devices/text()"]),
            (
                "<devices><future token='hunter2'>hunter2</future></devices>",
                ["devices/future/text()", "devices/future@token"]
            ),
        ] as [(String, [String])])
    func secrets(inner: String, expected: [String]) throws {
        let (kept, leftOut) = DomainRedaction.redacted(try document(inner))
        let text = XMLWriter.write(kept)
        #expect(!text.contains(Self.secret), "\(text)")
        #expect(leftOut == expected)
        let again = DomainRedaction.redacted(try XMLReader.read(text))
        #expect(XMLWriter.write(again.document) == text && again.leftOut == [], "once is enough")
    }

    @Test(
        "has what a plan needs, as it is",
        arguments: [
            "<memory unit='KiB'>1024</memory><vcpu placement='static' cpuset='0-3'>2</vcpu>",
            "<cputune><vcpupin vcpu='0' cpuset='1'/></cputune><numatune><memory mode='strict' nodeset='0'/></numatune>",
            "<memoryBacking><hugepages/></memoryBacking>",
            "<cpu mode='host-passthrough'><numa><cell id='0' cpus='0-1' memory='1'/></numa></cpu>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/></interface></devices>",
            "<devices><memory model='dimm'><target><size unit='KiB'>4</size><node>1</node></target></memory></devices>",
            "<devices><hostdev mode='subsystem' type='pci'><source><address bus='0x01'/></source></hostdev></devices>",
        ])
    func kept(inner: String) throws {
        let whole = try document(inner)
        let (kept, leftOut) = DomainRedaction.redacted(whole)
        #expect(leftOut == [])
        #expect(kept == whole)
    }

    @Test("has our mark, and the names of others' metadata")
    func marks() throws {
        let mark = OwnershipMark(
            site: "lab", guest: "a", flavor: nil, origin: .created, managedPaths: ["vcpus"], placement: [],
            host: "hv01")
        let nova = "<n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.1'><n:name>x</n:name></n:instance>"
        let text = "<domain><metadata>\(XMLWriter.write(mark.element))\(nova)</metadata></domain>"
        let (kept, leftOut) = DomainRedaction.redacted(try XMLReader.read(text))
        #expect(OwnershipMark(reading: kept) == mark)
        #expect(ForeignManager.detect(in: kept) == "OpenStack Nova")
        #expect(leftOut == ["metadata/n:instance"])
    }
}
