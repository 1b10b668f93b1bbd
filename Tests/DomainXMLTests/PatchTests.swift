import DomainXML
import HostModel
import TestSupport
import Testing
import XMLTree

@Suite("Patching a definition")
struct PatchTests {
    @Test("brings every captured definition to every wanted state, and changes nothing else", arguments: Corpus.names)
    func captured(name: String) throws {
        let present = try Corpus.domain(name)
        for (label, wanted) in Wanted.all {
            let patched = DomainPatch.apply(wanted, mark: Wanted.mark, to: present)
            let read = try FoundSettings(reading: patched)
            #expect(text(wanted.differences(from: read)) == [], "\(label)")
            #expect(OwnershipMark(reading: patched) == Wanted.mark, "\(label)")
            #expect(
                XMLEquality.areEqual(unmanaged(of: patched), unmanaged(of: present)), "\(label)")
            #expect(DomainPatch.apply(wanted, mark: Wanted.mark, to: patched) == patched, "\(label)")
            let written = try XMLReader.read(XMLWriter.write(patched))
            #expect(try FoundSettings(reading: written) == read, "\(label)")
            let again = DomainPatch.apply(wanted, mark: Wanted.mark, to: written)
            #expect(XMLEquality.withoutBlanks(again) == XMLEquality.withoutBlanks(written), "\(label)")
        }
    }

    @Test("with what is there already changes nothing in meaning", arguments: Corpus.names)
    func identity(name: String) throws {
        let present = try Corpus.domain(name)
        let parts = try FoundSettings(reading: present)
        let patched = DomainPatch.apply(WantedSettings(keeping: parts), mark: nil, to: present)
        #expect(try FoundSettings(reading: patched).isEquivalent(to: parts, defaultHugePage: nil))
        #expect(XMLEquality.areEqual(unmanaged(of: patched), unmanaged(of: present)))
    }

    @Test("goes from every wanted state to every other one", arguments: Wanted.all.indices, Wanted.all.indices)
    func betweenStates(from: Int, to: Int) throws {
        let (first, second) = (Wanted.all[from].parts, Wanted.all[to].parts)
        let present = DomainPatch.apply(first, mark: nil, to: try domain("<os><type>hvm</type></os>"))
        let patched = DomainPatch.apply(second, mark: nil, to: present)
        let read = try FoundSettings(reading: patched)
        #expect(text(second.differences(from: read)) == [])
        // What was only left as it is must be left as it is, or nobody could tell what a patch does.
        #expect(second.settled(over: try FoundSettings(reading: present)).isEquivalent(to: read, defaultHugePage: nil))
    }

    @Test("gives cells memory that can be plugged, changes it in place, and takes it away")
    func growing() throws {
        let plugged = DomainPatch.apply(
            Wanted.growing, mark: nil, to: try domain("<os><type>hvm</type></os><devices/>"))
        func amounts(_ domain: XMLElement) -> [String?] {
            ["maxMemory", "memory"].map { domain.element(named: $0)?.text }
        }
        #expect(amounts(plugged) == ["12582912", "12582912"])
        #expect(plugged.element(named: "maxMemory")?[attribute: "slots"] == "2")
        let text = XMLWriter.write(plugged).replacing(
            "</target>", with: "</target><alias name='x'/>")
        var more = Wanted.growing
        more.pluggableMemory[0]?.requested = KiB(2_097_152)
        let changed = DomainPatch.apply(more, mark: nil, to: try XMLReader.read(text))
        #expect(MemoryPlugDevice.all(in: changed)[0]?.plug.requested == KiB(2_097_152))
        let devices = changed.element(named: "devices")?.elements(named: "memory") ?? []
        #expect(devices.count == 2 && devices.allSatisfy { $0.element(named: "alias") != nil })
        let gone = DomainPatch.apply(Wanted.pinned, mark: nil, to: changed)
        #expect(amounts(gone) == ["12582912", "4194304"])
        #expect(gone.element(named: "devices")?.elements(named: "memory") == [])
    }

    @Test("leaves memory devices with pages or host cells of their own, and DIMMs, as they are")
    func foreignDevices() throws {
        let body = """
            <maxMemory slots='4' unit='KiB'>16777216</maxMemory><devices>
            <memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>
            <memory model='virtio-mem'><source><nodemask>1</nodemask></source><target><size unit='KiB'>524288</size>
            <node>0</node><block unit='KiB'>2048</block><requested unit='KiB'>0</requested></target></memory></devices>
            """
        let patched = DomainPatch.apply(Wanted.growing, mark: nil, to: try domain(body))
        let devices = patched.element(named: "devices")?.elements(named: "memory") ?? []
        #expect(devices.count == 4)
        #expect(patched.element(named: "maxMemory")?[attribute: "slots"] == "4")
        #expect(patched.element(named: "memory")?.text == "13631488")
        let gone = DomainPatch.apply(Wanted.pinned, mark: nil, to: patched)
        #expect(gone.element(named: "devices")?.elements(named: "memory").count == 2)
        #expect(gone.element(named: "maxMemory")?.text == "16777216")
    }

    @Test(
        "writes where things stand, keeps what is not ours, and removes what it has emptied",
        arguments: [
            (
                "comments, unmanaged children and attributes",
                """
                <domain type='kvm'>
                  <name>a</name>
                  <!-- bought in 2019 -->
                  <memory dumpCore='off' unit='MiB'>512</memory>
                  <memoryBacking>
                    <hugepages/>
                    <source type='memfd'/>
                  </memoryBacking>
                  <cputune>
                    <shares>2048</shares>
                    <!-- pins -->
                    <vcpupin vcpu='1' cpuset='7'/>
                    <vcpupin vcpu='0' cpuset='6'/>
                    <cachetune vcpus='0'/>
                  </cputune>
                  <vcpu current='1' cpuset='0-3'>2</vcpu>
                  <cpu mode='host-passthrough' migratable='off'>
                    <feature policy='disable' name='x2apic'/>
                  </cpu>
                </domain>

                """,
                .with(vcpus: 2, memory: 524_288) {
                    $0.vcpuPins = [0: [1], 1: [2]]
                    $0.emulatorPin = [1, 2]
                    $0.topology = Topology(sockets: 2, cores: 1, threads: 1)
                },
                """
                <domain type='kvm'>
                  <name>a</name>
                  <!-- bought in 2019 -->
                  <memory dumpCore='off' unit='KiB'>524288</memory>
                  <currentMemory unit='KiB'>524288</currentMemory>
                  <memoryBacking>
                    <source type='memfd'/>
                  </memoryBacking>
                  <cputune>
                    <shares>2048</shares>
                    <!-- pins -->
                    <vcpupin vcpu='0' cpuset='1'/>
                    <vcpupin vcpu='1' cpuset='2'/>
                    <emulatorpin cpuset='1-2'/>
                    <cachetune vcpus='0'/>
                  </cputune>
                  <vcpu placement='static'>2</vcpu>
                  <cpu mode='host-passthrough' migratable='off'>
                    <topology sockets='2' cores='1' threads='1'/>
                    <feature policy='disable' name='x2apic'/>
                  </cpu>
                </domain>

                """
            ),
            (
                "a new mode, and containers that end up empty",
                """
                <domain type='kvm'>
                  <name>a</name>
                  <memory>524288</memory>
                  <currentMemory>1024</currentMemory>
                  <memoryBacking>
                    <locked/>
                  </memoryBacking>
                  <vcpu>2</vcpu>
                  <vcpus>
                    <vcpu id='0' enabled='yes'/>
                    <vcpu id='1' enabled='no'/>
                  </vcpus>
                  <iothreads>2</iothreads>
                  <iothreadids>
                    <iothread id='1'/>
                    <iothread id='7'/>
                  </iothreadids>
                  <cputune>
                    <emulatorpin cpuset='0'/>
                  </cputune>
                  <numatune>
                    <memory nodeset='0'/>
                  </numatune>
                  <features/>
                  <cpu mode='custom' match='exact' check='full'>
                    <model>EPYC</model>
                    <vendor>AMD</vendor>
                    <topology sockets='1' dies='1' cores='2' threads='1'/>
                    <feature policy='require' name='svm'/>
                    <numa>
                      <cell cpus='0-1' memory='524288' discard='yes'>
                        <cache level='3' associativity='full' policy='writeback'/>
                      </cell>
                    </numa>
                  </cpu>
                </domain>

                """,
                .with(vcpus: 4, memory: 524_288) {
                    $0.ioThreads = 1
                    $0.cpuMode = "host-passthrough"
                    $0.guestCells = [GuestCell(id: 0, vcpus: [0, 1, 2, 3], memory: KiB(524_288), isShared: true)]
                    $0.hasACPI = true
                },
                """
                <domain type='kvm'>
                  <name>a</name>
                  <memory unit='KiB'>524288</memory>
                  <currentMemory unit='KiB'>524288</currentMemory>
                  <vcpu placement='static'>4</vcpu>
                  <iothreads>1</iothreads>
                  <iothreadids>
                    <iothread id='1'/>
                  </iothreadids>
                  <features>
                    <acpi/>
                  </features>
                  <cpu mode='host-passthrough'>
                    <feature policy='require' name='svm'/>
                    <numa>
                      <cell id='0' cpus='0-3' memory='524288' unit='KiB' memAccess='shared' discard='yes'>
                        <cache level='3' associativity='full' policy='writeback'/>
                      </cell>
                    </numa>
                  </cpu>
                </domain>

                """
            ),
            (
                "distances and interconnects of cells that are gone, memory that can be plugged",
                """
                <domain type='kvm'>
                  <name>a</name>
                  <maxMemory slots='2' unit='KiB'>2048</maxMemory>
                  <memory>2560</memory>
                  <vcpu>2</vcpu>
                  <cpu>
                    <numa>
                      <cell id='0' cpus='0' memory='1024'>
                        <distances>
                          <sibling id='1' value='21'/>
                        </distances>
                      </cell>
                      <cell id='1' cpus='1' memory='1024'/>
                      <interconnects>
                        <latency initiator='0' target='0' type='access' value='5'/>
                        <latency initiator='0' target='1' type='access' value='9'/>
                      </interconnects>
                    </numa>
                  </cpu>
                  <devices>
                    <memory model='dimm'>
                      <target>
                        <size unit='KiB'>512</size>
                      </target>
                    </memory>
                  </devices>
                </domain>

                """,
                WantedSettings(vcpus: 2, memory: KiB(2_048)),
                """
                <domain type='kvm'>
                  <name>a</name>
                  <maxMemory slots='2' unit='KiB'>2560</maxMemory>
                  <memory unit='KiB'>2560</memory>
                  <currentMemory unit='KiB'>2560</currentMemory>
                  <vcpu placement='static'>2</vcpu>
                  <cpu>
                    <numa>
                      <cell id='0' cpus='0-1' memory='2048' unit='KiB'/>
                      <interconnects>
                        <latency initiator='0' target='0' type='access' value='5'/>
                      </interconnects>
                    </numa>
                  </cpu>
                  <devices>
                    <memory model='dimm'>
                      <target>
                        <size unit='KiB'>512</size>
                      </target>
                    </memory>
                  </devices>
                </domain>

                """
            ),
        ] as [(String, String, WantedSettings, String)])
    func exactly(what: String, present: String, wanted: WantedSettings, expected: String) throws {
        let patched = DomainPatch.apply(wanted, mark: nil, to: try XMLReader.read(present))
        #expect(XMLWriter.write(patched) == expected)
    }

    @Test("puts everything where libvirt writes it", arguments: ["plain", "oneCell", "pinned", "realtime"])
    func wholeDefinitions(name: String) throws {
        let parts = try #require(Wanted.all.first { $0.name == name }).parts
        let machine = MachineDescription(name: "web01", machine: "q35", disks: [.init(path: "/var/lib/a.qcow2")])
        let domain = DomainTemplate.domain(for: machine, wanted: parts, mark: Wanted.mark)
        try expectGolden(XMLWriter.write(domain), "domain-\(name).xml")
    }

    @Test("keeps single vCPUs that all are there, drops a list that says otherwise")
    func singleVCPUs() throws {
        func list(_ states: [String]) -> String {
            let entries = states.enumerated().map {
                "<vcpu id='\($0.offset)' enabled='\($0.element)' hotpluggable='no'/>"
            }
            return "<vcpu>2</vcpu><vcpus>\(entries.joined())</vcpus>"
        }
        func keeps(_ states: [String], _ vcpus: Int) throws -> Bool {
            let parts = WantedSettings(vcpus: vcpus, memory: KiB(1))
            return DomainPatch.apply(parts, mark: nil, to: try domain(list(states))).element(named: "vcpus") != nil
        }
        #expect(try keeps(["yes", "yes"], 2))
        #expect(try !keeps(["yes", "no"], 2))
        #expect(try !keeps(["yes", "yes"], 1))
        #expect(try !keeps(["yes", "yes"], 3))
    }

    @Test("schedulers of iothreads that are gone go, those of others stay")
    func iothreadSchedulers() throws {
        let present = try domain(
            """
            <iothreads>4</iothreads><cputune><shares>7</shares><iothreadsched iothreads='1-3,^2' scheduler='batch'/>\
            <iothreadsched iothreads='2' scheduler='idle'/><iothreadsched iothreads='4' scheduler='idle'/></cputune>
            """)
        for (count, kept) in [(4, ["1-3,^2", "2", "4"]), (2, ["1", "2"]), (1, ["1"]), (0, [])] {
            var wanted = Wanted.plain
            wanted.ioThreads = count
            let tune = DomainPatch.apply(wanted, mark: nil, to: present).element(named: "cputune")
            #expect(tune?.elements(named: "iothreadsched").map { $0[attribute: "iothreads"] } == kept)
            #expect(tune?.element(named: "shares")?.text == "7")
        }
    }

    @Test("who may map the memory is changed where somebody wants it, and else stays")
    func memoryAccess() throws {
        for (body, wanted, expected) in [
            ("", nil, nil), ("<access mode='private'/>", nil, "private"), ("<access mode='private'/>", true, "shared"),
            ("<hugepages/>", true, "shared"), ("", false, "private"),
        ] as [(String, Bool?, String?)] {
            let present = try domain("<memoryBacking>\(body)</memoryBacking>")
            let patched = DomainPatch.apply(
                .with(vcpus: 4, memory: 1_048_576) { $0.isMemoryShared = wanted }, mark: nil, to: present)
            let access = patched.element(named: "memoryBacking")?.element(named: "access")
            #expect(access?[attribute: "mode"] == expected, "\(body)")
        }
    }

    @Test("releasing removes the mark and nothing else")
    func releasing() throws {
        let present = try domain("<metadata><x:x xmlns:x='urn:x'/></metadata>")
        let marked = DomainPatch.apply(Wanted.oneCell, mark: Wanted.mark, to: present)
        let released = DomainPatch.release(marked)
        #expect(released == DomainPatch.apply(Wanted.oneCell, mark: nil, to: present))
        let bare = DomainPatch.apply(Wanted.oneCell, mark: nil, to: try domain(""))
        #expect(DomainPatch.release(DomainPatch.apply(Wanted.oneCell, mark: Wanted.mark, to: bare)) == bare)
    }

    /// The definition without what a patch may change, written independently of the patch.
    private func unmanaged(of domain: XMLElement) -> XMLElement {
        var rest = domain
        rest.remove(["memory", "currentMemory", "maxMemory", "vcpu", "vcpus", "iothreads", "iothreadids", "numatune"])
        // A device without pages and host cells of its own is a cell's.
        rest.change("devices") { devices in
            devices.children.removeAll { node in
                guard case .element(let device) = node, device.name == "memory" else { return false }
                return device[attribute: "model"] == "virtio-mem" && device.element(named: "source") == nil
            }
        }
        rest.change("memoryBacking") { $0.remove(["hugepages", "nosharepages", "locked"]) }
        rest.change("cputune") { $0.remove(["vcpupin", "emulatorpin", "iothreadpin", "vcpusched", "iothreadsched"]) }
        rest.change("features") { $0.remove(["acpi"]) }
        rest.change("metadata") { metadata in
            metadata.children.removeAll { node in
                guard case .element(let element) = node else { return false }
                return element.attributes.contains { $0.value == OwnershipMark.namespace }
            }
        }
        rest.change("cpu") { cpu in
            // With another mode, the model goes.
            cpu.remove(["numa", "topology", "maxphysaddr", "model", "vendor"])
            cpu.attributes.removeAll { ["mode", "match", "check", "migratable"].contains($0.name) }
        }
        return rest
    }
}

extension XMLElement {
    fileprivate mutating func remove(_ names: Set<String>) {
        children.removeAll { if case .element(let element) = $0 { names.contains(element.name) } else { false } }
    }

    /// Changes the child and removes it when nothing is left of it.
    fileprivate mutating func change(_ name: String, _ body: (inout XMLElement) -> Void) {
        for (index, node) in children.enumerated() {
            guard case .element(var child) = node, child.name == name else { continue }
            body(&child)
            let isEmpty = XMLEquality.withoutBlanks(child).children.isEmpty && child.attributes.isEmpty
            if isEmpty { children.remove(at: index) } else { children[index] = .element(child) }
            return
        }
    }
}
