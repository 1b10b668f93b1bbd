import DomainXML
import HostModel
import TestSupport
import Testing
import XMLTree

/// An edit of the site, and the lines that it changes.
struct Edit: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout MachineWish) -> Void
    let lines: [String]

    init(_ name: String, _ change: @escaping @Sendable (inout MachineWish) -> Void, _ lines: [String]) {
        (testDescription, self.change, self.lines) = (name, change, lines)
    }
}

/// What the site says of a machine, put into a definition as libvirt holds it.
@Suite("The machine of a domain that is there")
struct MachineMergeTests {
    /// A definition after libvirt has completed it, with a disk and an interface that somebody added by hand.
    static let present = """
        <domain type='kvm'><name>a</name><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/a.qcow2' index='1'/>
        <target dev='vda' bus='virtio'/><address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></disk>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/hand'/><target dev='vdc' bus='virtio'/></disk>
        <controller type='pci' index='0' model='pcie-root'/>
        <interface type='network'><mac address='52:54:00:aa:00:01'/><source network='default'/><model type='virtio'/>
        <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></interface>
        <interface type='bridge'><mac address='52:54:00:aa:00:02'/><source bridge='br0'/><model type='virtio'/></interface>
        <interface type='bridge'><mac address='52:54:00:aa:00:09'/><source bridge='br9'/><model type='virtio'/></interface>
        <serial type='pty'><target port='0'/></serial><console type='pty'><target type='serial' port='0'/></console>
        <memballoon model='virtio'/></devices></domain>
        """

    static let a = GuestDisk(path: "/a.qcow2", format: .qcow2)
    static let b = GuestDisk(path: "/b")
    static let first = GuestInterface(source: .network("default"))
    static let second = GuestInterface(source: .bridge("br0"), mac: "52:54:00:AA:00:02")

    static let wish = MachineWish(machine: "q35", devices: .init(disks: [a, b], interfaces: [first, second]))
    static let prior = MachineRecord(wish, prior: nil, in: nil)

    @Test(
        "changes what the site changed, found by target and address, and nothing else",
        arguments: [
            Edit("the same", { _ in }, []),
            Edit("the list in another order", { $0.devices?.disks.swapAt(0, 1) }, []),
            Edit("interfaces in another order", { $0.devices?.interfaces.swapAt(0, 1) }, []),
            Edit(
                "another path", { $0.devices?.disks[0].path = "/dev/vg/a" },
                ["devices.disk[vda].source /a.qcow2 > /dev/vg/a"]
            ),
            Edit("another format", { $0.devices?.disks[1].format = .qcow2 }, ["devices.disk[vdb].format raw > qcow2"]),
            Edit("read only", { $0.devices?.disks[1].isReadOnly = true }, ["devices.disk[vdb].readonly - > true"]),
            Edit(
                "the first disk gone", { $0.devices?.disks.removeFirst() },
                [
                    "devices.disk[vda].source /a.qcow2 > -", "devices.disk[vda].format qcow2 > -",
                    "devices.disk[vda].bus virtio > -",
                ]
            ),
            Edit(
                "a third disk beside the one by hand", { $0.devices?.disks.append(.init(path: "/c")) },
                [
                    "devices.disk[vdd].source - > /c", "devices.disk[vdd].format - > raw",
                    "devices.disk[vdd].bus - > virtio",
                ]
            ),
            Edit(
                "the disk by hand named", { $0.devices?.disks.append(.init(path: "/hand")) }, []
            ),
            Edit(
                "another bus", { $0.devices?.disks[1].bus = .sata },
                [
                    "devices.disk[vdb].source /b > -", "devices.disk[vdb].format raw > -",
                    "devices.disk[vdb].bus virtio > -", "devices.disk[sda].source - > /b",
                    "devices.disk[sda].format - > raw", "devices.disk[sda].bus - > sata",
                ]
            ),
            Edit(
                "another network", { $0.devices?.interfaces[0].source = .network("lan") },
                ["devices.interface[52:54:00:aa:00:01].source network default > network lan"]
            ),
            Edit(
                "another bridge", { $0.devices?.interfaces[1].source = .bridge("br1") },
                ["devices.interface[52:54:00:aa:00:02].source bridge br0 > bridge br1"]
            ),
            Edit(
                "another card", { $0.devices?.interfaces[0].model = "e1000e" },
                ["devices.interface[52:54:00:aa:00:01].model virtio > e1000e"]
            ),
            Edit(
                "another address", { $0.devices?.interfaces[1].mac = "52:54:00:aa:00:03" },
                ["devices.interface[52:54:00:aa:00:02].mac 52:54:00:aa:00:02 > 52:54:00:aa:00:03"]
            ),
            Edit("an address no longer named", { $0.devices?.interfaces[1].mac = nil }, []),
            Edit(
                "the first interface gone", { $0.devices?.interfaces.removeFirst() },
                [
                    "devices.interface[52:54:00:aa:00:01].mac 52:54:00:aa:00:01 > -",
                    "devices.interface[52:54:00:aa:00:01].source network default > -",
                    "devices.interface[52:54:00:aa:00:01].model virtio > -",
                ]
            ),
            Edit(
                "one more interface", { $0.devices?.interfaces.append(.init(source: .bridge("br0"))) },
                [
                    "devices.interface[new].source - > bridge br0", "devices.interface[new].model - > virtio",
                ]
            ),
            Edit(
                "a kernel",
                { wish in
                    wish.devices?.kernel = "/boot/k"
                    wish.devices?.commandLine = "quiet"
                },
                ["os.kernel - > /boot/k", "os.cmdline - > quiet"]
            ),
            Edit("no console", { $0.devices?.hasConsole = false }, ["devices.console true > -"]),
            Edit("a description", { $0.description = "R&D <web>" }, ["description - > R&D <web>"]),
            Edit("a machine", { $0.machine = "pc-q35-8.0" }, ["os.machine pc-q35-7.2 > pc-q35-8.0"]),
            Edit("plain emulation", { $0.hypervisor = .qemu }, ["domain.type kvm > qemu"]),
            Edit(
                "a host device", { $0.hostDevices = [PCIAddress("0000:3b:00.0")].compactMap(\.self) },
                ["devices.hostdev[0000:3b:00.0] - > true"]
            ),
        ])
    func changes(edit: Edit) throws {
        let present = try XMLReader.read(Self.present)
        var wish = Self.wish
        edit.change(&wish)
        let record = MachineRecord(wish, prior: Self.prior, in: present)
        let merge = MachineMerge(record, prior: Self.prior, into: present)
        #expect(merge.differences.map(\.line) == edit.lines)
        if edit.lines.isEmpty { #expect(merge.document == present) }
        // Merging twice is merging once, also after libvirt gave new interfaces their addresses.
        let again = MachineMerge(record, prior: record, into: merge.document)
        #expect(again.differences.isEmpty, "\(again.differences.map(\.line))")
        #expect(again.document == merge.document)
        #expect(MachineRecord(wish, prior: record, in: merge.document) == record)
        // What is not the site's is still there as it was.
        for part in ["/hand", "52:54:00:aa:00:09", "memballoon", "pcie-root", "cache='none'"]
        where !edit.testDescription.contains("gone") {
            #expect(XMLWriter.write(merge.document).contains(part), "\(part)")
        }
    }

    @Test(
        "puts back what was changed by hand, and leaves what was added by hand",
        arguments: [
            ("/b'", "/other'", ["devices.disk[vdb].source /other > /b"]),
            (
                "<source network='default'/>", "<source network='hand'/>",
                ["devices.interface[52:54:00:aa:00:01].source network hand > network default"]
            ),
            (
                "<serial type='pty'><target port='0'/></serial><console type='pty'><target type='serial' port='0'/></console>",
                "", ["devices.console - > true"]
            ),
            ("/hand", "/hand2", []),
        ] as [(String, String, [String])])
    func drift(old: String, new: String, lines: [String]) throws {
        let edited = try XMLReader.read(Self.present.replacing(old, with: new))
        let merge = MachineMerge(Self.prior, prior: Self.prior, into: edited)
        #expect(merge.differences.map(\.line) == lines)
    }

    @Test(
        "finds a disk that somebody gave another name or bus: there are never two of one image",
        arguments: [
            ("<target dev='vdb' bus='virtio'/>", "<target dev='vdx' bus='virtio'/>", ["vda", "vdx"], []),
            (
                "<target dev='vdb' bus='virtio'/>", "<target dev='sda' bus='sata'/>", ["vda", "vdb"],
                [
                    "devices.disk[sda].source /b > -", "devices.disk[sda].format raw > -",
                    "devices.disk[sda].bus sata > -", "devices.disk[vdb].source - > /b",
                    "devices.disk[vdb].format - > raw", "devices.disk[vdb].bus - > virtio",
                ]
            ),
        ] as [(String, String, [String], [String])])
    func renamed(old: String, new: String, targets: [String], lines: [String]) throws {
        let edited = try XMLReader.read(Self.present.replacing(old, with: new))
        let record = MachineRecord(Self.wish, prior: Self.prior, in: edited)
        #expect(record.disks.map(\.target) == targets)
        let merge = MachineMerge(record, prior: Self.prior, into: edited)
        #expect(merge.differences.map(\.line) == lines)
        #expect(XMLWriter.write(merge.document).ranges(of: "file='/b'").count == 1)
    }

    @Test("takes nothing away from a domain that was there before the site, and changes what that names")
    func partial() throws {
        let present = try XMLReader.read(Self.present)
        var wish = MachineWish(devices: .init(disks: [Self.a, Self.b], hasConsole: nil), isPartial: true)
        let first = MachineRecord(wish, prior: nil, in: present)
        #expect(MachineMerge(first, prior: nil, into: present).differences.isEmpty)
        wish.devices = .init(disks: [.init(path: "/c.qcow2", format: .qcow2)], hasConsole: nil)
        let second = MachineRecord(wish, prior: first, in: present)
        let merge = MachineMerge(second, prior: first, into: present)
        #expect(merge.differences.map(\.line) == ["devices.disk[vda].source /a.qcow2 > /c.qcow2"])
        wish.devices = nil
        let third = MachineRecord(wish, prior: second, in: merge.document)
        #expect(MachineMerge(third, prior: second, into: merge.document).document == merge.document)
    }

    @Test("boots from what follows from the devices, as long as nobody has said otherwise")
    func boot() throws {
        let document = try XMLReader.read(
            "<domain type='kvm'><os><type>hvm</type><boot dev='network'/></os><devices/></domain>")
        let net = MachineRecord(interfaces: [Self.first])
        var both = net
        both.disks = [.init(target: "vda", disk: Self.a)]
        let merge = MachineMerge(both, prior: net, into: document)
        #expect(merge.differences.first?.line == "os.boot network > hd")
        #expect(XMLWriter.write(merge.document).contains("<boot dev='hd'/>"))
        let byHand = try XMLReader.read(XMLWriter.write(document).replacing("'network'", with: "'cdrom'"))
        #expect(XMLWriter.write(MachineMerge(both, prior: net, into: byHand).document).contains("<boot dev='cdrom'/>"))
    }

    @Test("knows a network by its name while the domain runs, however the network is made")
    func network() throws {
        let live = try XMLReader.read(
            """
            <domain type='kvm'><devices><interface type='bridge'><mac address='52:54:00:aa:00:01'/>
            <source network='lan' portid='8' bridge='ovs0'/><target dev='vnet0'/><model type='virtio'/></interface></devices></domain>
            """)
        let record = MachineRecord(interfaces: [.init(source: .network("lan"), mac: "52:54:00:aa:00:01")])
        #expect(MachineMerge(record, prior: record, into: live).differences.isEmpty)
    }

    @Test("takes nothing away that a mark of an older version does not name")
    func unrecorded() throws {
        let present = try XMLReader.read(Self.present)
        let wish = MachineWish(devices: .init(disks: [Self.a], interfaces: [Self.first]))
        let record = MachineRecord(wish, prior: nil, in: present)
        let merge = MachineMerge(record, prior: nil, into: present)
        #expect(merge.differences.isEmpty, "\(merge.differences.map(\.line))")
        #expect(record.disks.map(\.target) == ["vda"])
    }

    @Test("is written to a mark and read from it")
    func mark() throws {
        var record = Self.prior
        record.base = "sha256:00"
        record.hypervisor = .qemu
        record.hostDevices = ["0000:3b:00.0"].compactMap { PCIAddress($0) }
        (record.kernel, record.initrd, record.commandLine) = ("/k", "/i", "a=\"<&\"")
        let mark = OwnershipMark(
            site: "s", guest: "a", flavor: nil, origin: .created, managedPaths: [], placement: [], machine: record)
        let domain = XMLElement(
            "domain", children: [.element(XMLElement("metadata", children: [.element(mark.element)]))])
        #expect(OwnershipMark(reading: try XMLReader.read(XMLWriter.write(domain))) == mark)
    }

    @Test(
        "knows a machine type by its alias",
        arguments: [
            ("q35", "pc-q35-7.2", true, true), ("pc", "pc-i440fx-8.0", true, true), ("pc", "pc-q35-7.2", false, false),
            ("q35", "pc-i440fx-7.2", false, false), ("pc-q35-8.0", "pc-q35-7.2", false, true),
            ("virt", "virt-7.2", true, true), ("microvm", "microvm", true, true),
        ])
    func machineTypes(want: String, now: String, isSame: Bool, isFamily: Bool) {
        #expect(MachineType(want).covers(now) == isSame)
        #expect(MachineType(want).isOfFamily(of: now) == isFamily)
    }
}

extension MachineDifference {
    fileprivate var line: String {
        func text(_ value: SettingValue?) -> String {
            switch value {
            case nil: "-"
            case .text(let text): text
            case .number(let number): "\(number)"
            case .flag(let flag): "\(flag)"
            }
        }
        return "\(path) \(text(now)) > \(text(want))"
    }
}
