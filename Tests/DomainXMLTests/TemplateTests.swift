import DomainXML
import HostModel
import TestSupport
import Testing
import XMLTree

@Suite("Definitions of new domains")
struct TemplateTests {
    @Test(
        "have what was asked for and no more",
        arguments: [
            ("least", MachineDescription(name: "a", hasConsole: false)),
            (
                "disks",
                MachineDescription(
                    name: "a", machine: "q35",
                    disks: [
                        .init(path: "/var/lib/a.qcow2", format: .qcow2), .init(path: "/dev/vg/b", bus: .scsi),
                        .init(path: "/c.raw", bus: .sata, isReadOnly: true), .init(path: "/d"),
                    ],
                    interfaces: [
                        .init(source: .network("default")),
                        .init(source: .bridge("br0"), mac: "52:54:00:00:00:01", model: "e1000e"),
                    ])
            ),
            (
                "kernel",
                MachineDescription(
                    name: "a", hypervisor: .qemu, kernel: "/boot/vmlinuz", initrd: "/boot/initrd",
                    commandLine: "console=ttyS0 quiet=\"<&\"")
            ),
            (
                "arm",
                MachineDescription(
                    name: "a", architecture: "aarch64", machine: "virt", interfaces: [.init(source: .network("n"))])
            ),
            (
                "hostdev",
                MachineDescription(
                    name: "a",
                    hostDevices: ["0000:3b:00.0", "10000:E1:1f.7"].compactMap { PCIAddress($0) }, hasConsole: false)
            ),
            ("s390x", MachineDescription(name: "a", architecture: "s390x")),
        ] as [(String, MachineDescription)])
    func rendering(name: String, machine: MachineDescription) throws {
        try expectGolden(XMLWriter.write(DomainTemplate.domain(for: machine)), "template-\(name).xml")
    }

    @Test("name many disks as the kernel does")
    func diskNames() throws {
        let disks = (0..<730).map { GuestDisk(path: "/\($0)") }
        let devices = DomainTemplate.domain(for: MachineDescription(name: "a", disks: disks)).element(named: "devices")
        let names = try #require(devices).elements(named: "disk").map { $0.element(named: "target")?[attribute: "dev"] }
        #expect(
            [0, 25, 26, 27, 701, 702, 729].map { names[$0] } == [
                "vda", "vdz", "vdaa", "vdab", "vdzz", "vdaaa", "vdabb",
            ])
    }

    @Test("from a base lose what names the one domain that it was taken from")
    func bases() throws {
        let base = try XMLReader.read(
            """
            <domain type='kvm' id='7'><uuid>u</uuid><genid>g</genid><memory>1</memory>\
            <metadata><np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='s' name='g' origin='created'/></metadata>\
            <os><type>hvm</type><nvram template='/t'>/nvram/old</nvram></os><devices><interface type='network'>\
            <mac address='52:54:00:00:00:01'/><source network='n'/></interface><disk/></devices></domain>
            """)
        #expect(
            XMLWriter.write(DomainTemplate.domain(from: base, name: "a<b", isShared: false)) == """
                <domain type='kvm'>
                  <name>a&lt;b</name>
                  <memory>1</memory>
                  <os>
                    <type>hvm</type>
                    <nvram template='/t'>/nvram/old</nvram>
                  </os>
                  <devices>
                    <interface type='network'>
                      <mac address='52:54:00:00:00:01'/>
                      <source network='n'/>
                    </interface>
                    <disk/>
                  </devices>
                </domain>

                """)
        let shared = DomainTemplate.domain(from: base, name: "b", isShared: true)
        let text = XMLWriter.write(shared)
        #expect(!text.contains("<mac") && !text.contains("/nvram/old") && text.contains("<nvram template='/t'/>"))
        #expect(shared.element(named: "devices")?.elements.map(\.name) == ["interface", "disk"])
    }

    @Test("from every captured definition keep all but that", arguments: Corpus.names)
    func capturedBases(name: String) throws {
        let base = try Corpus.domain(name)
        let made = DomainTemplate.domain(from: base, name: "new", isShared: false)
        func rest(_ domain: XMLElement) -> XMLElement {
            var rest = domain
            rest[attribute: "id"] = nil
            rest.children.removeAll { node in
                guard case .element(let element) = node else { return false }
                return ["name", "uuid", "genid"].contains(element.name)
            }
            return rest
        }
        #expect(made.elements(named: "name").map(\.text) == ["new"])
        #expect(XMLEquality.areEqual(rest(made), rest(base)))
    }
}
