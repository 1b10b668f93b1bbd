import Diagnostics
import HostModel
import SiteFile
import Testing

/// `{name}` and `{index}` in what a guest's entry says of its machine.
@Suite("A placeholder")
struct PlaceholderTests {
    @Test("stands for the guest's name or its number in paths, kernel arguments and hardware addresses")
    func filled() throws {
        let text = """
            guests:
              web:
                {vcpus: 1, ram: 1GiB, count: 11, kernel: /boot/vmlinuz, initrd: '/boot/{index}.img', cmdline: 'host={name}',
                 description: 'number {index}, {name}',
                 disks: [{path: '/srv/{name}.qcow2'}, {path: /srv/base.iso, read_only: true}],
                 interfaces: [{network: n, mac: '52:54:00:00:01:{index}'}]}
              based: {vcpus: 1, ram: 1GiB, base: '{name}.xml'}
            """
        let site = read(text)
        #expect(site.diagnostics.isEmpty, "\(site.diagnostics)")
        let machines = try #require(site.value).guests.map(\.machine)
        #expect(machines[0].disks.map(\.value.path) == ["/srv/web-1.qcow2", "/srv/base.iso"])
        #expect(machines[10].disks[0].value.path == "/srv/web-11.qcow2")
        #expect(machines[10].interfaces[0].mac == "52:54:00:00:01:0b")
        #expect(machines[10].initrd?.value == "/boot/11.img" && machines[10].commandLine?.value == "host=web-11")
        #expect(machines[10].description?.value == "number 11, web-11")
        #expect(machines[11].base?.value == "based.xml")
    }

    @Test(
        "and a hardware address or a disk are refused where two guests would have one, or nothing can be filled in",
        arguments: [
            (guest("count: 2, interfaces: [{network: n, mac: ▶'52:54:00:00:00:01'}]"), .macTwice),
            (guest("count: 256, interfaces: [{network: n, mac: ▶'52:54:00:00:00:{index}'}]"), .badNumber),
            (guest("interfaces: [{network: n, mac: ▶'52:54:00:00:00:{index}'}]"), .missingKey),
            (guest("interfaces: [{network: n, mac: ▶'{index}:54:00:00:00:00'}]"), .badName),
            (guest("interfaces: [{network: n, mac: ▶'52:54:00:00:00:{name}'}]"), .badName),
            (guest("disks: [{path: ▶'/srv/{index}.img'}]"), .missingKey),
            (guest("base: ▶'{index}.xml'"), .missingKey),
            (guest("description: ▶'number {index}'"), .missingKey),
            (
                """
                guests:
                  a: {vcpus: 1, ram: 1GiB, interfaces: [{network: n, mac: '52:54:00:00:00:0A'}]}
                  b: {vcpus: 1, ram: 1GiB, count: 12, interfaces: [{network: n, mac: ▶'52:54:00:00:00:{index}'}]}
                """, .macTwice
            ),
            (
                """
                guests:
                  a: {vcpus: 1, ram: 1GiB, disks: [{path: /srv/b-2.img}]}
                  b: {vcpus: 1, ram: 1GiB, count: 2, disks: [{path: ▶'/srv/b-{index}.img'}]}
                """, .diskShared
            ),
        ] as [(String, DiagnosticCode)])
    func refused(text: String, code: DiagnosticCode) {
        let (found, mark) = readMarked(text)
        #expect(found.value == nil)
        #expect(found.diagnostics.map(\.code) == [code], "\(found.diagnostics)")
        #expect(found.diagnostics.first?.mark == mark)
    }

    @Test("keeps guests of one entry from writing to one disk")
    func disks() {
        #expect(read(guest("count: 2, disks: [{path: '/srv/{name}.img'}]")).diagnostics.isEmpty)
        #expect(read(guest("count: 2, disks: [{path: '/srv/a.img'}]")).diagnostics.map(\.code) == [.conflictingKeys])
        for second in ["read_only: true", "host: h", "state: absent", "adopt: true"] {
            let keys = second == "read_only: true" ? "disks: [{path: /a, \(second)}]" : "disks: [{path: /a}], \(second)"
            let text = """
                hosts: {h: {}, i: {}}
                guests:
                  a: {vcpus: 1, ram: 1GiB, host: i, disks: [{path: /a}]}
                  b: {vcpus: 1, ram: 1GiB, \(second == "host: h" ? "" : "host: i, ")\(keys)}
                """
            #expect(read(text).diagnostics.isEmpty, "\(second): \(read(text).diagnostics)")
        }
    }
}
