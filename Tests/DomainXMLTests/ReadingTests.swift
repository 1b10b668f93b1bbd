import DomainXML
import HostModel
import TestSupport
import Testing
import XMLTree

@Suite("Managed parts of a definition")
struct ReadingTests {
    @Test(
        "gives one value for a definition and for what libvirt makes of it",
        arguments: Corpus.names.filter { $0.hasSuffix(".normalized.xml") })
    func normalised(name: String) throws {
        let given = try FoundSettings(reading: Corpus.domain(name.replacing(".normalized", with: "")))
        #expect(try given == FoundSettings(reading: Corpus.domain(name)))
    }

    @Test("sees no difference between two times of a guest whose NUMA settings did not change")
    func merged() throws {
        guard !Corpus.names.isEmpty else { return }
        let before = try FoundSettings(reading: Corpus.domain("vdsm-running-before-merge.xml"))
        let after = try FoundSettings(reading: Corpus.domain("vdsm-running-after-merge.xml"))
        #expect(before == after)
        #expect(after.isEquivalent(to: before, defaultHugePage: nil))
    }

    @Test("reads every captured definition", arguments: Corpus.names)
    func captured(name: String) throws {
        let parts = try FoundSettings(reading: Corpus.domain(name))
        #expect(!parts.settings.isEmpty && parts.vcpus >= 1 && parts.memory > .zero)
        #expect(WantedSettings(keeping: parts).differences(from: parts).isEmpty)
    }

    @Test(
        "makes memory KiB, rounded up, in each of libvirt's units",
        arguments: [
            ("unit='bytes'>1000001", 977), ("unit='b'>1024", 1), ("unit='KB'>1000", 977), (">4096", 4_096),
            ("unit='K'>7", 7), ("unit='kib'>7", 7), ("unit='MB'>512", 500_000), ("unit='M'>2", 2_048),
            ("unit='MiB'>2", 2_048), ("unit='GB'>1", 976_563), ("unit='g'>2", 2_097_152), ("unit='GiB'> 2 ", 2_097_152),
            ("unit='T'>1", 1_073_741_824), ("unit='TiB'>1", 1_073_741_824), ("unit='P'>1", 1_099_511_627_776),
        ] as [(String, UInt64)])
    func units(memory: String, kib: UInt64) throws {
        #expect(try FoundSettings(reading: domain("<memory \(memory)</memory>")).memory == KiB(kib))
    }

    @Test(
        "makes the rest canonical",
        arguments: [
            ("<vcpu>2</vcpu>", ["vcpu = 2"]),
            (
                "<vcpu placement='static' cpuset='0-3,^2,9' current='1'>2</vcpu>",
                [
                    "vcpu = 2", "vcpu.cpuset = 0-1,3,9", "vcpu.current = 1",
                ]
            ),
            ("<vcpu cpuset='^1,0-3'>2</vcpu>", ["vcpu = 2", "vcpu.cpuset = 0-3"]),
            (
                "<vcpu current='1'>3</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='yes'/></vcpus>",
                [
                    "vcpu = 3", "vcpu.current = 2",
                ]
            ),
            (
                "<vcpu placement='auto' cpuset='0-1'>2</vcpu>",
                [
                    "vcpu = 2", "vcpu.placement = auto", "numatune.memory = strict auto",
                ]
            ),
            (
                "<vcpu>2</vcpu><numatune><memory placement='auto'/></numatune>",
                [
                    "vcpu = 2", "vcpu.placement = auto", "numatune.memory = strict auto",
                ]
            ),
            (
                "<vcpu placement='static'>2</vcpu><numatune><memory mode='interleave' placement='auto'/></numatune>",
                [
                    "vcpu = 2", "numatune.memory = interleave auto",
                ]
            ),
            ("<vcpu>2</vcpu><iothreadids><iothread id='5'/></iothreadids>", ["vcpu = 2", "iothreads = 1"]),
            (
                "<vcpu>2</vcpu><iothreads>3</iothreads><iothreadids><iothread id='5'/></iothreadids>",
                [
                    "vcpu = 2", "iothreads = 3",
                ]
            ),
            (
                "<vcpu>3</vcpu><cputune><vcpupin vcpu='7' cpuset='0'/><vcpupin vcpu='1' cpuset='0,1'/></cputune>",
                [
                    "vcpu = 3", "cputune.vcpupin[1] = 0-1",
                ]
            ),
            (
                "<vcpu>4</vcpu><cputune><vcpusched vcpus='2-3' scheduler='fifo' priority='1'/></cputune>",
                [
                    "vcpu = 4", "cputune.vcpusched[2] = fifo:1", "cputune.vcpusched[3] = fifo:1",
                ]
            ),
            (
                "<vcpu>4</vcpu><cputune><vcpusched vcpus='1,9' scheduler='batch' priority='7'/></cputune>",
                [
                    "vcpu = 4", "cputune.vcpusched[1] = batch",
                ]
            ),
            (
                "<vcpu>2</vcpu><memoryBacking><access mode='shared'/></memoryBacking>",
                [
                    "memoryBacking.access = shared", "vcpu = 2",
                ]
            ),
            (
                "<vcpu>2</vcpu><numatune><memory nodeset='1,0'/></numatune>",
                [
                    "vcpu = 2", "numatune.memory = strict 0-1",
                ]
            ),
            (
                "<vcpu>2</vcpu><features><acpi/></features><cpu mode='host-model'/>",
                [
                    "vcpu = 2", "features.acpi = on", "cpu.mode = host-model",
                ]
            ),
            (
                "<vcpu>2</vcpu><cpu><topology sockets='2' cores='1' threads='1'/></cpu>",
                [
                    "vcpu = 2", "cpu.topology = 2/1/1",
                ]
            ),
            (
                "<vcpu>8</vcpu><cpu><topology sockets='2' dies='2' cores='2' threads='1'/></cpu>",
                [
                    "vcpu = 8", "cpu.topology = 2/2/1/2/1",
                ]
            ),
            (
                "<vcpu>2</vcpu><cpu><maxphysaddr mode='emulate' bits='40'/></cpu>",
                [
                    "vcpu = 2", "cpu.maxphysaddr = emulate 40",
                ]
            ),
        ] as [(String, [String])])
    func canonical(body: String, expected: [String]) throws {
        let found = try settings(domain(body)).filter { $0 != "memory.kib = 1048576" && $0 != "cpu.mode = custom" }
        #expect(found == expected)
    }

    @Test("numbers cells by their place, sorts them, and gives the first one the vCPUs that no cell has")
    func cells() throws {
        let found = try settings(
            domain(
                """
                <vcpu>6</vcpu><cpu><numa><cell memory='512' unit='MB' cpus='2'/><cell id='2' memory='1' unit='GiB'/>\
                <cell id='1' cpus='4-5' memory='7' memAccess='shared'/></numa></cpu>
                """))
        #expect(
            found == [
                "memory.kib = 1548583", "vcpu = 6", "cpu.mode = custom", "cpu.numa.cell[0].cpus = 0-3",
                "cpu.numa.cell[0].memory_kib = 500000", "cpu.numa.cell[1].cpus = 4-5",
                "cpu.numa.cell[1].memory_kib = 7", "cpu.numa.cell[1].memAccess = shared",
                "cpu.numa.cell[2].cpus = ", "cpu.numa.cell[2].memory_kib = 1048576",
            ])
    }

    @Test("fills the matrix of distances as libvirt and QEMU do")
    func distances() throws {
        let parts = try FoundSettings(
            reading: domain(
                """
                <cpu><numa><cell cpus='0' memory='1'><distances><sibling id='1' value='17'/></distances></cell>\
                <cell cpus='1' memory='1'/><cell memory='1'><distances><sibling id='0' value='40'/></distances></cell>\
                </numa></cpu>
                """))
        #expect(
            parts.guestCells.map(\.distances) == [
                [0: 10, 1: 17, 2: 40], [0: 17, 1: 10, 2: 20], [0: 40, 1: 20, 2: 10],
            ])
    }

    @Test(
        "reads huge pages against the guest's cells",
        arguments: [
            ("", 2, nil), ("<hugepages/>", 2, .defaultSize),
            ("<hugepages><page size='2048'/></hugepages>", 0, .all(twoMiB)),
            ("<hugepages><page size='2' unit='M' nodeset='0'/></hugepages>", 0, .all(twoMiB)),
            ("<hugepages><page size='2' unit='M'/></hugepages>", 2, .all(twoMiB)),
            ("<hugepages><page size='2' unit='M' nodeset='0-1'/></hugepages>", 2, .all(twoMiB)),
            ("<hugepages><page size='2' unit='M' nodeset='0'/></hugepages>", 2, .perCell([0: twoMiB])),
            (
                "<hugepages><page size='1' unit='G' nodeset='1'/><page size='2048'/></hugepages>", 2,
                .perCell([0: twoMiB, 1: oneGiB])
            ),
            ("<hugepages><page size='1' unit='G' nodeset='5'/></hugepages>", 2, nil),
        ] as [(String, Int, HugePages?)])
    func hugePages(body: String, cells: Int, pages: HugePages?) throws {
        let numa = (0..<cells).map { "<cell cpus='\($0)' memory='2097152'/>" }.joined()
        let cpu = cells == 0 ? "" : "<cpu><numa>\(numa)</numa></cpu>"
        let parts = try FoundSettings(reading: domain("<memoryBacking>\(body)</memoryBacking>\(cpu)"))
        #expect(parts.hugePages == pages)
    }

    @Test("takes memory devices out of the memory, and knows a balloon when it sees one")
    func memoryDevices() throws {
        let devices =
            "<devices><memory model='dimm'><target><size unit='MiB'>512</size></target></memory>"
            + "<memory model='sgx-epc'><target><size unit='MiB'>64</size></target></memory></devices>"
        let parts = try FoundSettings(
            reading: domain("<maxMemory slots='4' unit='GiB'>8</maxMemory><memory unit='MiB'>1536</memory>" + devices))
        #expect(parts.memory == KiB(1_048_576) && parts.currentMemory == nil && parts.hasMemoryHotplug)
        for (current, expected) in [(0, nil), (1_048_576, nil), (2_000_000, nil), (65_536, 65_536)] as [(Int, UInt64?)]
        {
            let parts = try FoundSettings(reading: domain("<currentMemory>\(current)</currentMemory>"))
            #expect(parts.currentMemory?.count == expected)
        }
    }

    @Test(
        "says where and why a definition cannot be understood",
        arguments: [
            ("<vcpu>many</vcpu>", "vcpu", .notANumber("many")), ("<vcpu>0</vcpu>", "vcpu", .outOfRange("0")),
            ("<vcpu>-1</vcpu>", "vcpu", .notANumber("-1")),
            ("<vcpu>99999999999999999999</vcpu>", "vcpu", .outOfRange("99999999999999999999")),
            ("<vcpu cpuset='0-'>1</vcpu>", "vcpu.cpuset", .malformedList("0-", .malformed(part: "0-"))),
            ("<vcpu cpuset='0-7:2/4'>1</vcpu>", "vcpu.cpuset", .malformedList("0-7:2/4", .malformed(part: "0-7:2/4"))),
            ("<vcpu cpuset='0,^0'>1</vcpu>", "vcpu.cpuset", .emptyList("0,^0")),
            ("<vcpu cpuset=''>1</vcpu>", "vcpu.cpuset", .malformedList("", .emptyPart)),
            ("<memory unit='XB'>1</memory>", "memory.kib", .unknownUnit("XB")),
            ("<memory unit='E'>16</memory>", "memory.kib", .outOfRange("16 E")),
            ("<memory unit='P'>5</memory>", "memory.kib", .outOfRange("5 P")),
            ("<memory>1.5</memory>", "memory.kib", .notANumber("1.5")),
            ("<cputune><vcpupin cpuset='0'/></cputune>", "cputune.vcpupin", .missing),
            ("<cputune><vcpupin vcpu='0'/></cputune>", "cputune.vcpupin", .missing),
            (
                "<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='0' cpuset='2'/></cputune>", "cputune.vcpupin",
                .duplicate("0")
            ),
            (
                "<cputune><vcpusched vcpus='0' scheduler='deadline'/></cputune>", "cputune.vcpusched",
                .unknownWord("deadline")
            ),
            ("<cputune><iothreadpin iothread='0' cpuset='0'/></cputune>", "cputune.iothreadpin", .outOfRange("0")),
            ("<numatune><memory mode='near' nodeset='0'/></numatune>", "numatune.memory", .unknownWord("near")),
            ("<numatune><memnode cellid='0' mode='strict'/></numatune>", "numatune.memnode", .missing),
            ("<cpu><numa><cell cpus='0'/></numa></cpu>", "cpu.numa.cell[0].memory_kib", .missing),
            ("<cpu><numa><cell id='1' memory='1'/><cell memory='1'/></numa></cpu>", "cpu.numa.cell", .duplicate("1")),
            (
                "<cpu><topology sockets='65535' cores='65535' threads='65535'/></cpu>", "cpu.topology",
                .outOfRange("4294836225")
            ),
            ("<cpu><topology sockets='0' cores='1' threads='1'/></cpu>", "cpu.topology", .outOfRange("0")),
            ("<cpu><maxphysaddr mode='guess'/></cpu>", "cpu.maxphysaddr", .unknownWord("guess")),
            (
                "<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>", "memoryBacking.page",
                .outOfRange("0")
            ),
            ("<memoryBacking><hugepages><page/></hugepages></memoryBacking>", "memoryBacking.page", .missing),
            ("<memoryBacking><access mode='some'/></memoryBacking>", "memoryBacking.access", .unknownWord("some")),
            ("<memoryBacking><access/></memoryBacking>", "memoryBacking.access", .missing),
        ] as [(String, String, DomainXMLError.Flaw)])
    func refusing(body: String, path: String, reason: DomainXMLError.Flaw) throws {
        let domain = try domain(body)
        #expect(throws: DomainXMLError(path, line: 1, reason)) { try FoundSettings(reading: domain) }
    }

    @Test("refuses other documents, and a guest without memory")
    func other() throws {
        #expect(throws: DomainXMLError("domain", .notADomain("network"))) {
            try FoundSettings(reading: XMLElement("network"))
        }
        #expect(throws: DomainXMLError("memory.kib", .missing)) { try FoundSettings(reading: XMLElement("domain")) }
        let cells = (0...256).map { "<cell id='\($0)' memory='1'/>" }.joined()
        let many = try domain("<cpu><numa>\(cells)</numa></cpu>")
        #expect(throws: DomainXMLError("cpu.numa.cell", line: 1, .outOfRange("257 cells"))) {
            try FoundSettings(reading: many)
        }
    }
}
