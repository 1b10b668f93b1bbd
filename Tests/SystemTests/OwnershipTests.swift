import Foundation
import TestSupport
import Testing
import XMLTree

extension SystemTests {
    @Suite("Domains of others")
    struct Ownership {
        /// A domain as somebody else may have made it.
        static func foreign(metadata: String = "", extra: String = "") -> String {
            """
            <domain type='qemu'>
              <name>NAME</name><title>An old friend</title><description>kept &amp; loved</description>
              <metadata>\(metadata)</metadata>
              <memory unit='MiB'>64</memory><vcpu>1</vcpu>\(extra)
              <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='network'/><boot dev='hd'/></os>
              <features><acpi/><apic/></features>
              <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>
              <on_crash>preserve</on_crash>
              <devices>
                <serial type='null'/><input type='tablet' bus='usb'/>
                <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
                <watchdog model='i6300esb' action='none'/>
              </devices>
            </domain>
            """
        }

        static let note = "<x:note xmlns:x='urn:somebody:else' x:k='v'>do not lose</x:note>"
        static let nova =
            "<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'><nova:name>vm</nova:name></nova:instance>"

        @Test("are adopted only when the site says so and the operator agrees, and then keep everything else")
        func adoption() throws {
            let lab = try Lab("adopt")
            defer { lab.end() }
            try define(Self.foreign(metadata: Self.note), lab)
            let before = try lab.definition(lab.name)
            let keys = "vcpus: 1, ram: 64MiB, numa_nodes: 1"

            try lab.write(guests: "  NAME: {\(keys)}")
            let refused = try lab.apply("--yes")
            #expect(refused.status == 15)
            #expect(refused.all.contains("NP601"))
            try lab.write(guests: "  NAME: {\(keys), adopt: true}")
            #expect(try lab.apply().status == 15)
            #expect(try lab.definition(lab.name) == before)

            let adopted = try lab.apply("--yes")
            #expect(adopted.status == 0, "\(adopted.all)")
            let definition = try XMLReader.read(try lab.definition(lab.name))
            #expect(marks(in: definition) == 1)
            #expect(definition.first("numatune") != nil)
            #expect(XMLEquality.areEqual(unmanaged(definition), unmanaged(try XMLReader.read(before))))
            #expect(try lab.plan().status == 0)

            try lab.write(guests: "  NAME: {state: absent, adopt: true}")
            let released = try lab.apply("--yes")
            #expect(released.status == 0, "\(released.all)")
            #expect(try lab.domains() == [lab.name])
            let after = try XMLReader.read(try lab.definition(lab.name))
            #expect(marks(in: after) == 0)
            #expect(XMLEquality.areEqual(unmanaged(after), unmanaged(try XMLReader.read(before))))
            #expect(try lab.plan().status == 0)
        }

        @Test("are left alone when another manager owns them")
        func managed() throws {
            let lab = try Lab("nova")
            defer { lab.end() }
            try define(Self.foreign(metadata: Self.nova), lab)
            let before = try lab.definition(lab.name)
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, adopt: true}")
            let refused = try lab.apply("--yes")
            #expect(refused.status == 15)
            #expect(refused.all.contains("OpenStack"))
            #expect(try lab.definition(lab.name) == before)
        }

        @Test("keep the CPU that they are pinned to")
        func pinned() throws {
            let lab = try Lab("foreign")
            defer { lab.end() }
            try define(Self.foreign(extra: "<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>"), lab)
            try virsh("start", lab.name)
            try lab.write(guests: "  NAME-own: {vcpus: 1, ram: 64MiB, cpu_policy: dedicated, accelerator: qemu}")
            let (status, plan) = try lab.plan()
            #expect(status == 2)
            let pins = try #require(try plan.guest("\(lab.name)-own").cells.first?.pins)
            #expect(pins.count == 1)
            #expect(pins["0"] != "0")
        }

        @Test("that may run anywhere take no CPU from guests, and plan says that they may run there too")
        func floating() throws {
            let lab = try Lab("float")
            defer { lab.end() }
            try define(Self.foreign(), lab)
            try virsh("start", lab.name)
            try lab.write(guests: "  NAME-own: {vcpus: 1, ram: 64MiB, cpu_policy: dedicated, accelerator: qemu}")
            let (status, plan) = try lab.plan()
            #expect(status == 2)
            #expect(plan.unplaced.isEmpty)
            let warning = try #require(plan.diagnostics.first { $0.code == "NP322" })
            #expect(warning.message.contains(lab.name))
        }

        private func define(_ text: String, _ lab: Lab) throws {
            try lab.write(text, to: "foreign.xml")
            try virsh("define", lab.folder.appending(path: "foreign.xml").path)
        }

        private func marks(in domain: XMLElement) -> Int {
            domain.first("metadata")?.elements.count { $0.name.hasSuffix(":guest") } ?? 0
        }

        /// A definition without what becomes ours when it is adopted.
        private func unmanaged(_ domain: XMLElement) -> XMLElement {
            var rest = domain
            rest.keep { !["cputune", "numatune", "memory", "currentMemory", "vcpu"].contains($0.name) }
            rest.edit("cpu") { $0.keep { !["topology", "numa"].contains($0.name) } }
            rest.edit("metadata") { $0.keep { !$0.name.hasSuffix(":guest") } }
            return rest
        }
    }
}

extension XMLElement {
    fileprivate func first(_ name: String) -> XMLElement? { elements.first { $0.name == name } }

    fileprivate mutating func keep(_ isKept: (XMLElement) -> Bool) {
        children = children.filter { if case .element(let element) = $0 { isKept(element) } else { true } }
    }

    fileprivate mutating func edit(_ name: String, _ change: (inout XMLElement) -> Void) {
        children = children.map { child in
            guard case .element(var element) = child, element.name == name else { return child }
            change(&element)
            return .element(element)
        }
    }
}
