import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile
import TestSupport
import Testing
import XMLTree

/// Domains with something that the keys cannot say, beside what they can.
@Suite("Import of domains that the keys say in part")
struct ImportWordsTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let what: String
        let domain: String
        /// Parts of the entry.
        let says: [String]
        /// What the entry does not say, all of it.
        var lacks: [String] = []
        var testDescription: String { what }
    }

    private static func cells(_ first: String = "", _ second: String = "") -> String {
        """
        <cpu><numa><cell id='0' cpus='0-1' memory='524288' \(first)/><cell id='1' cpus='2-3' memory='524288' \(second)/>
        </numa></cpu>
        """
    }

    private static let examples = [
        Example(
            what: "memory of one cell preferred elsewhere, of the other bound to several, nothing pinned",
            domain: """
                <memory unit='KiB'>1048576</memory><vcpu>4</vcpu><numatune><memory mode='strict' nodeset='0-2'/>
                <memnode cellid='0' mode='preferred' nodeset='2'/></numatune>\(cells())
                """,
            says: ["numa_policy: preferred", "memory_cells: [0, 1, 2]", "numa_placement: {0: 2}", "vcpu_cpuset: none"]),
        Example(
            what: "a memory device",
            domain: """
                <maxMemory slots='4' unit='KiB'>4194304</maxMemory><memory unit='KiB'>1179648</memory>
                <vcpu>2</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>
                <cpu><numa><cell id='0' cpus='0-1' memory='1048576'/></numa></cpu><devices><memory model='dimm'><target>
                <size unit='KiB'>131072</size><node>0</node></target></memory></devices>
                """, says: ["ram: 1GiB", "numa_nodes: 1", "vcpu_cpuset: none"], lacks: ["devices.memory"]),
        Example(
            what: "sharing that differs by cell",
            domain: """
                <memory unit='KiB'>1048576</memory><memoryBacking><access mode='private'/></memoryBacking><vcpu>4</vcpu>
                <cputune><vcpupin vcpu='1' cpuset='0-3'/></cputune>\(cells("memAccess='shared'"))
                """, says: ["vcpus: 4", "ram: 1GiB", "vcpu_pins: {1: 0-3}"],
            lacks: [
                "cpu.numa.cell[0].cpus 0-1", "cpu.numa.cell[0].memory_kib 512MiB", "cpu.numa.cell[0].memAccess shared",
                "cpu.numa.cell[1].cpus 2-3", "cpu.numa.cell[1].memory_kib 512MiB",
            ]),
        Example(
            what: "a topology of more CPUs than there are",
            domain: """
                <memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>524288</currentMemory>
                <vcpu cpuset='0-3'>4</vcpu><cpu><topology sockets='4' cores='2' threads='2'/></cpu>
                """, says: ["ram: 1GiB", "current_ram: 512MiB", "vcpu_cpuset: 0-3"], lacks: ["vcpu 4"]),
    ]

    @Test("says what they can, and what stays as it is", arguments: examples)
    func partly(_ example: Example) throws {
        var host = referenceHost
        host.domains = [
            DomainFacts(
                name: "a", state: .shutoff,
                xml: "<domain type='kvm'><name>a</name>\(example.domain)<os><type>hvm</type></os></domain>")
        ]
        let imported = SiteImport.write(ImportRequest(host: host))
        for word in example.says { #expect(imported.text.contains(word), "\(word) in \(imported.text)") }
        #expect(imported.diagnostics.flatMap(\.notes) == example.lacks, "\(imported.text)")
        let read = SiteReader.read(SourceText(name: "imported", text: imported.text))
        let site = try #require(read.value, "\(read.diagnostics)")
        let plan = Planner.plan(
            PlanRequest(
                host: host, site: site.name.value, policy: try #require(site.hosts.first), guests: site.guests)
        ).plan
        #expect(plan.changes.flatMap(\.parts).map(\.path) == ["metadata"], "\(imported.text)")
    }
}
