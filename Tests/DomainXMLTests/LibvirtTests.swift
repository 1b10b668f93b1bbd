import DomainXML
import HostModel
import TestSupport
import Testing
import XMLTree

@Suite("libvirt itself", .serialized)
struct LibvirtTests {
    @Test("accepts what we write, and gives back what was wanted", arguments: Virsh.drivers)
    func ours(driver: Virsh.Driver) throws {
        var cases = newDomains
        let captured = try Corpus.names.map { ($0, try prepared(Corpus.domain($0))) }
        cases += captured.map { Case(label: $0.0, wanted: nil, domain: $0.1) }
        for (name, domain) in captured {
            for (label, wanted) in Wanted.all where hasCells(of: domain, wanted) {
                let patched = DomainPatch.apply(wanted, mark: Wanted.mark, to: domain)
                cases.append(Case(label: name + " " + label, wanted: wanted, origin: name, domain: patched))
            }
        }
        let dumped = try Virsh.define(cases.map(\.domain), driver, validate: true)
        // What libvirt did not take before, it need not take after.
        let taken = Set(zip(cases, dumped).filter { $0.wanted == nil && $1 != nil }.map(\.0.label))
        var checked = 0
        for (item, domain) in zip(cases, dumped) {
            guard let wanted = item.wanted, item.origin.map(taken.contains) ?? true else { continue }
            checked += 1
            guard let domain else {
                Issue.record("\(driver) refuses \(item.label)")
                continue
            }
            let differences = try text(wanted.differences(from: FoundSettings(reading: domain)))
            #expect(differences == [], "\(item.label)")
            #expect(OwnershipMark(reading: domain) == Wanted.mark, "\(item.label)")
        }
        #expect(checked >= (Corpus.names.isEmpty ? 15 : 15 + 5 * 10))
    }

    @Test("writes back what gives the same parts", arguments: Virsh.drivers)
    func projection(driver: Virsh.Driver) throws {
        let bodies = commonBodies + (driver == .qemu ? qemuBodies : [])
        let given = try bodies.map { try domain($0 + "<os><type arch='x86_64'>hvm</type></os>") }
        let dumped = try Virsh.define(given, driver, validate: false)
        for (body, (given, domain)) in zip(bodies, zip(given, dumped)) {
            let domain = try #require(domain, "\(driver) refuses \(body)")
            #expect(try FoundSettings(reading: domain) == FoundSettings(reading: given), "\(body)")
        }
    }

    /// Whether the wanted guest has the cells that the domain's memory devices are for.
    private func hasCells(of domain: XMLElement, _ wanted: WantedSettings) -> Bool {
        let devices = domain.element(named: "devices")?.elements(named: "memory") ?? []
        let nodes = devices.compactMap { $0.element(named: "target")?.element(named: "node").flatMap { Int($0.text) } }
        return nodes.allSatisfy { $0 < max(1, wanted.guestCells.count) }
    }

    private struct Case {
        var label: String
        var wanted: WantedSettings?
        var origin: String?
        var domain: XMLElement
    }

    private var newDomains: [Case] {
        let machines = [
            MachineDescription(name: "t"),
            MachineDescription(
                name: "t", machine: "q35",
                disks: [
                    .init(path: "/a.qcow2", format: .qcow2), .init(path: "/dev/b", bus: .scsi),
                    .init(path: "/c.iso", bus: .sata, isReadOnly: true),
                ],
                interfaces: [
                    .init(source: .network("default")), .init(source: .bridge("br0"), mac: "52:54:00:00:00:01"),
                ]),
            MachineDescription(name: "t", kernel: "/k", initrd: "/i", commandLine: "a='<&' \"b\""),
        ]
        return machines.flatMap { machine in
            Wanted.all.map { label, wanted in
                let domain = DomainTemplate.domain(for: machine, wanted: wanted, mark: Wanted.mark)
                return Case(label: "new \(label)", wanted: wanted, domain: domain)
            }
        }
    }

    /// The definition under a name of ours, without what only the host that it is from has.
    private func prepared(_ domain: XMLElement) throws -> XMLElement {
        var domain = DomainTemplate.domain(from: domain, name: "t", isShared: true)
        // libvirt takes a domain's UUID from here too.
        domain.children.removeAll { if case .element(let element) = $0 { element.name == "sysinfo" } else { false } }
        for index in domain.children.indices {
            guard case .element(var element) = domain.children[index], element.name == "devices" else { continue }
            element.children.removeAll { node in
                if case .element(let device) = node { device.name == "emulator" } else { false }
            }
            domain.children[index] = .element(element)
        }
        return domain
    }

    private var commonBodies: [String] {
        [
            "<memory unit='MB'>512</memory><currentMemory>1024</currentMemory>",
            "<vcpu cpuset='^1,0-3,^2' current='2'>4</vcpu>", "<vcpu placement='auto' cpuset='0'>4</vcpu>",
            "<vcpu current='1'>3</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='2' enabled='yes'/></vcpus>",
            "<numatune><memory placement='auto'/></numatune>", "<numatune><memory nodeset='0'/></numatune>",
            "<iothreads>3</iothreads><iothreadids><iothread id='7'/></iothreadids>",
            "<cputune><vcpupin vcpu='9' cpuset='0'/><vcpupin vcpu='1' cpuset='0,1'/></cputune>",
            "<cputune><vcpusched vcpus='1-2' scheduler='rr' priority='9'/><vcpusched vcpus='0' scheduler='idle'/></cputune>",
            "<memoryBacking><hugepages/></memoryBacking>",
            "<memoryBacking><hugepages><page size='2' unit='M' nodeset='0'/></hugepages><locked/></memoryBacking>",
            """
            <maxMemory slots='4' unit='GiB'>8</maxMemory><cpu><numa><cell cpus='0-3' memory='1' unit='GiB'/></numa></cpu>\
            <devices><memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory></devices>
            """,
            """
            <memory>4122292</memory><numatune><memnode cellid='1' mode='preferred' nodeset='2-4,^3'/></numatune>\
            <memoryBacking><hugepages><page size='2' unit='M' nodeset='1'/><page size='1' unit='G'/></hugepages></memoryBacking>\
            <cpu><topology sockets='2' cores='2' threads='1'/><numa>\
            <cell id='1' cpus='0' memory='1' unit='GB' memAccess='private'/><cell id='0' cpus='1,3' memory='3' unit='GiB'/>\
            <cell cpus='2' memory='1'><distances><sibling id='0' value='33'/></distances></cell></numa></cpu>
            """,
        ]
    }

    /// What only the QEMU driver fills in.
    private var qemuBodies: [String] {
        [
            "<cpu><numa><cell cpus='3' memory='1' unit='GiB'/><cell cpus='1' memory='1' unit='GiB'/></numa></cpu>",
            "<cpu/>",
        ]
    }
}
