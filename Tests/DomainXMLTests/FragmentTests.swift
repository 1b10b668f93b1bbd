import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("The managed parts alone")
struct FragmentTests {
    /// No definition of its own, but what is read of it means the same.
    private func expectSame(_ parts: FoundSettings) throws {
        let fragment = try XMLReader.read(XMLWriter.write(parts.fragment()))
        #expect(try FoundSettings(fragment: fragment).isEquivalent(to: parts, defaultHugePage: nil))
        #expect(try WantedSettings(fragment: fragment).differences(from: parts).isEmpty)
        // Of the devices only those that are memory of cells.
        let devices = fragment.element(named: "devices")?.elements ?? []
        #expect(devices.count == parts.pluggableMemory.count && devices.allSatisfy { $0.name == "memory" })
        #expect(fragment.elements.allSatisfy { $0.name != "os" })
    }

    @Test("of captured definitions mean the same", arguments: Corpus.names)
    func corpus(name: String) throws { try expectSame(try FoundSettings(reading: try Corpus.domain(name))) }

    @Test(
        "of definitions with everything that can be in them mean the same",
        arguments: [
            "<maxMemory slots='4' unit='GiB'>8</maxMemory><cpu><numa><cell id='0' cpus='0-3' memory='1' unit='GiB'/></numa></cpu>",
            "<maxMemory slots='4' unit='GiB'>8</maxMemory>",
            "<iothreads>2</iothreads><cputune><iothreadpin iothread='2' cpuset='1'/><vcpusched vcpus='0-1' scheduler='fifo' priority='3'/></cputune>",
            "<memoryBacking><hugepages/><nosharepages/><locked/></memoryBacking>",
            "<vcpu placement='auto' current='2'>4</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
            "<vcpu cpuset='1-3'>4</vcpu><currentMemory unit='MiB'>512</currentMemory>",
            "<cpu mode='host-passthrough'><topology sockets='1' dies='2' cores='2' threads='1'/><maxphysaddr mode='emulate' bits='42'/></cpu>",
            "<cpu><numa><cell id='0' cpus='0-1' memory='524288' memAccess='shared'><distances><sibling id='1' value='21'/></distances></cell><cell id='1' cpus='2-3' memory='524288'/></numa></cpu><memoryBacking><hugepages><page size='2' unit='MiB' nodeset='1'/></hugepages></memoryBacking><numatune><memnode cellid='1' mode='preferred' nodeset='0-1'/></numatune>",
        ])
    func everything(body: String) throws { try expectSame(try FoundSettings(reading: try domain(body))) }

    @Test("leave open what was left open")
    func open() throws {
        let wanted = WantedSettings(vcpus: 2, memory: 65_536)
        #expect(try WantedSettings(fragment: wanted.fragment()) == wanted)
        var custom = wanted
        custom.cpuMode = "custom"
        custom.ioThreads = 0
        #expect(try WantedSettings(fragment: custom.fragment()) == custom)
    }

    @Test("carry the mark")
    func mark() {
        let mark = OwnershipMark(
            site: "lab", guest: "a", flavor: "f", origin: .adopted, managedPaths: ["vcpu"],
            placement: [.init(guestCell: 0, hostCell: 1, pageSize: PageSize(4))], ownCPUs: [0: 3], emulatorCPU: 2,
            host: "h", spec: "x")
        let fragment = WantedSettings(vcpus: 1, memory: 1_024).fragment(mark: mark)
        #expect(OwnershipMark(reading: fragment) == mark)
    }
}

@Suite("A definition without its secrets")
struct DomainSecretsTests {
    @Test("has no password of a display, and all else")
    func removed() throws {
        let whole = try domain(
            "<devices><graphics type='vnc' port='5900' passwd='geheim' passwdValidTo='2030-01-01T00:00:00'/><disk/></devices>"
        )
        let shown = XMLWriter.write(DomainSecrets.removed(from: whole))
        #expect(!shown.contains("geheim"))
        #expect(shown == XMLWriter.write(whole).replacing(" passwd='geheim'", with: ""))
        #expect(DomainSecrets.removed(from: DomainSecrets.removed(from: whole)) == DomainSecrets.removed(from: whole))
    }
}
