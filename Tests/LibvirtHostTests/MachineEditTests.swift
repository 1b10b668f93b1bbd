import Diagnostics
import DomainXML
import Execution
import HostModel
import LibvirtHost
import Planning
import SiteFile
import Testing
import XMLTree

/// One guest whose entry in the site is edited again and again, on QEMU's real driver: libvirt completes what it is given with
/// addresses, controllers, models and the like, and none of that may be taken for an edit.
@Suite("A guest whose entry is edited", .enabled(if: EmbeddedDriver.isThere))
struct MachineEditTests {
    /// Entries of the same guest, one after the other.
    private static let entries = [
        "disks: [{path: /a.qcow2}], interfaces: [{network: default}]",
        "disks: [{path: /a.qcow2}, {path: /b}], interfaces: [{network: default}]",
        "disks: [{path: /b}, {path: /a.qcow2}], interfaces: [{network: default}]",
        "disks: [{path: /b, format: qcow2}, {path: /dev/vg/a}], interfaces: [{network: default}]",
        "disks: [{path: /dev/vg/a, read_only: true}, {path: /c.iso, bus: sata, read_only: true}]",
        "disks: [{path: /dev/vg/a, bus: scsi}, {path: /c.iso, bus: sata, read_only: true}, {path: /d, bus: scsi}]",
        "disks: [{path: /dev/vg/a, bus: sata}, {path: /c.iso, bus: sata}]",
        "interfaces: [{network: default}, {bridge: br0, mac: '52:54:00:00:00:0A'}]",
        "interfaces: [{bridge: br0, mac: '52:54:00:00:00:0a'}, {network: default, model: e1000e}]",
        "interfaces: [{bridge: br1, mac: '52:54:00:00:00:0b'}, {network: lan, model: e1000e}]",
        "interfaces: [{network: lan}, {network: lan}, {network: lan, mac: '52:54:00:00:00:0b'}]",
        "disks: [{path: /a}], interfaces: [{network: lan}]",
        "disks: [{path: /a}], interfaces: [{network: lan}], kernel: /k",
        "disks: [{path: /a}], kernel: /k, initrd: /i, cmdline: \"a='<&' b\"",
        "kernel: /k2, cmdline: quiet",
        "disks: [{path: /a}]",
        "disks: [{path: /a}], console: false",
        "console: true",
        "console: false",
        "disks: [{path: /a}], machine: pc-q35-7.1",
    ]

    @Test("is brought to what it says each time, as a new guest would be, and is in sync then")
    func chain() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("edited")
        defer { try? connection.undefine(name) }
        for (number, entry) in Self.entries.enumerated() {
            let label = Comment(rawValue: "\(number): \(entry)")
            try EmbeddedDriver.apply(try plan(name, entry), label)
            let after = try plan(name, entry).plan
            #expect(after.changes.flatMap(\.parts).map(\.path) == [], label)
            #expect(after.unchanged == [name], label)
            let other = TestDriver.name("new")
            defer { try? connection.undefine(other) }
            try EmbeddedDriver.apply(try plan(other, entry), label)
            #expect(try machine(of: name) == machine(of: other), label)
        }
    }

    /// A domain that was made without the site.
    private static let byHand = """
        <domain type='qemu'><name>NAME</name><memory unit='KiB'>65536</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='q35'>hvm</type></os><devices>
        <emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/a.qcow2'/>
        <target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><source file='/hand.iso'/><target dev='sda' bus='sata'/></disk>
        <interface type='network'><mac address='52:54:00:00:01:01'/><source network='default'/><model type='e1000e'/></interface>
        <interface type='bridge'><mac address='52:54:00:00:01:02'/><source bridge='br0'/></interface></devices></domain>
        """

    /// What its entry names, one after the other, and how much of the definition that changes.
    private static let named: [(String, [String])] = [
        ("", []),
        ("disks: [{path: /a.qcow2}], interfaces: [{network: default, model: e1000e}]", []),
        (
            "disks: [{path: /b.qcow2}], interfaces: [{network: lan, model: e1000e}]",
            ["disk[vda].source", "interface[52:54:00:00:01:01].source"]
        ),
        (
            "interfaces: [{network: lan, mac: '52:54:00:00:01:01', model: virtio}]",
            ["interface[52:54:00:00:01:01].model"]
        ),
        (
            "interfaces: [{bridge: br0, mac: '52:54:00:00:01:02', model: virtio}]",
            ["interface[52:54:00:00:01:02].model"]
        ),
        (
            "disks: [{path: /a.qcow2}, {path: /hand.iso, bus: sata, read_only: true}]",
            ["disk[vdb].bus", "disk[vdb].format", "disk[vdb].source"]
        ),
        ("console: true, kernel: /k, cmdline: quiet", ["console", "os.cmdline", "os.kernel"]),
        ("console: false", ["console"]),
        ("machine: pc-q35-7.1", ["os.machine"]),
        ("", []),
    ]

    @Test("and was there before the site has only that changed which it names, and keeps all else")
    func adopted() throws {
        let connection = try EmbeddedDriver.connection.get()
        let name = TestDriver.name("adopted")
        defer { try? connection.undefine(name) }
        _ = try connection.define(Self.byHand.replacing("NAME", with: name))
        for (number, (entry, paths)) in Self.named.enumerated() {
            let label = Comment(rawValue: "\(number): \(entry)")
            let planned = try plan(name, entry, isAdopted: true)
            let changed = planned.plan.changes.flatMap(\.parts).map(\.path).filter { $0 != "metadata" }
            #expect(changed.map { $0.replacing("devices.", with: "") }.sorted() == paths, label)
            try EmbeddedDriver.apply(planned, label)
            let after = try plan(name, entry, isAdopted: true).plan
            #expect(after.changes.flatMap(\.parts).map(\.path) == [] && after.unchanged == [name], label)
            let text = try #require(try connection.definition(of: name))
            for part in ["cache='none'", "/hand.iso", "52:54:00:00:01:01", "52:54:00:00:01:02"] {
                #expect(text.contains(part), label)
            }
        }
    }

    /// What a definition has of what a site can say of a machine, without the names that libvirt and the order of edits give.
    private func machine(of name: String) throws -> [String] {
        let text = try EmbeddedDriver.connection.get().definition(of: name)
        let document = try XMLReader.read(try #require(text))
        let boot = document.element(named: "os")?.elements(named: "boot").map { "boot \($0[attribute: "dev"] ?? "-")" }
        let settings = MachineMerge.settings(of: document).compactMap { key, value -> String? in
            switch key {
            case .disk(_, let setting): "disk \(setting) \(value)"
            case .interface(_, "mac"): nil
            case .interface(_, let setting): "interface \(setting) \(value)"
            default: "\(key.path) \(value)"
            }
        }
        return (settings + (boot ?? [])).sorted()
    }

    private func plan(_ name: String, _ entry: String, isAdopted: Bool = false) throws -> ExecutablePlan {
        let connection = try EmbeddedDriver.connection.get()
        let machine = entry.contains("machine") ? "" : ", machine: q35"
        let guest =
            isAdopted ? "{adopt: true, \(entry)}" : "{vcpus: 1, ram: 64MiB, accelerator: qemu, \(entry)\(machine)}"
        let text = """
            site: lab
            hosts: {here: {}}
            guests: {\(name): \(guest)}
            """
        let site = try #require(SiteReader.read(SourceText(name: "site.yaml", text: text)).value)
        let host = HostFacts(
            host: HostIdentity(name: "here"), onlineCPUs: [0, 1],
            cells: [Cell(id: 0, cpus: [0, 1], memory: KiB(8 << 20))],
            domains: try connection.domains().filter { $0.name == name })
        return Planner.plan(
            PlanRequest(
                host: host, site: site.name.value, policy: try #require(site.hosts.first), guests: site.guests))
    }
}
