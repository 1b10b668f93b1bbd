import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("Load of a foreign domain")
struct LoadTests {
    @Test(
        "counts the vCPUs that are there and where they may run",
        arguments: [
            ("<vcpu>2</vcpu>", [(0, nil), (1, nil)], nil),
            ("<vcpu cpuset='4-5'>2</vcpu>", [(0, "4-5"), (1, "4-5")], "4-5"),
            ("<vcpu cpuset='4-5' placement='auto'>2</vcpu>", [(0, nil), (1, nil)], nil),
            (
                "<vcpu current='1'>2</vcpu><cputune><vcpupin vcpu='0' cpuset='3'/><vcpupin vcpu='1' cpuset='4'/></cputune>",
                [(0, "3")], nil
            ),
            (
                "<vcpu cpuset='0-1'>2</vcpu><cputune><vcpupin vcpu='1' cpuset='7'/><emulatorpin cpuset='6'/></cputune>",
                [(0, "0-1"), (1, "7")], "6"
            ),
            (
                "<vcpu>3</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='2' enabled='yes'/><vcpu id='9' enabled='yes'/></vcpus>",
                [(0, nil), (2, nil)], nil
            ),
        ] as [(String, [(Int, String?)], String?)])
    func cpus(body: String, vcpus: [(Int, String?)], emulator: String?) throws {
        let load = try DomainLoad(reading: domain(body))
        #expect(load.vcpus.map(\.vcpu.rawValue) == vcpus.map(\.0))
        #expect(load.vcpus.map { $0.cpus?.description } == vcpus.map(\.1))
        #expect(load.emulatorCPUs?.description == emulator)
    }

    @Test(
        "says which memory is backed by what and bound to where",
        arguments: [
            ("", [.init(guestCell: nil, memory: 1_048_576, pages: .ordinary)]),
            (
                "<memoryBacking><hugepages/></memoryBacking><numatune><memory nodeset='1'/></numatune>",
                [.init(guestCell: nil, memory: 1_048_576, pages: .defaultHuge, mode: .strict, hostCells: [1])]
            ),
            (
                "<currentMemory>1024</currentMemory><vcpu placement='auto'>1</vcpu>",
                [.init(guestCell: nil, memory: 1_048_576, pages: .ordinary)]
            ),
            (
                """
                <memoryBacking><hugepages><page size='2048' nodeset='1'/></hugepages></memoryBacking>\
                <numatune><memory mode='preferred' nodeset='0-1'/><memnode cellid='1' mode='strict' nodeset='1'/></numatune>\
                <cpu><numa><cell cpus='0' memory='4096'/><cell cpus='1' memory='8192'/></numa></cpu>
                """,
                [
                    .init(guestCell: 0, memory: 4_096, pages: .ordinary, mode: .preferred, hostCells: [0, 1]),
                    .init(guestCell: 1, memory: 8_192, pages: .size(twoMiB), mode: .strict, hostCells: [1]),
                ]
            ),
            (
                """
                <maxMemory>99999</maxMemory><memoryBacking><hugepages><page size='2048'/></hugepages></memoryBacking>\
                <numatune><memnode cellid='0' mode='strict' nodeset='2'/></numatune>\
                <cpu><numa><cell cpus='0-3' memory='4096'/></numa></cpu><devices>\
                <memory model='dimm'><target><size>2048</size><node>0</node></target></memory>\
                <memory model='virtio-mem'><source><nodemask>1-3</nodemask><pagesize unit='GiB'>1</pagesize></source>\
                <target><size>1024</size><node>0</node></target></memory>\
                <memory model='nvdimm'><source><path>/x</path></source><target><size>512</size></target></memory></devices>
                """,
                [
                    .init(guestCell: 0, memory: 4_096, pages: .size(twoMiB), mode: .strict, hostCells: [2]),
                    .init(
                        guestCell: 0, memory: 2_048, pages: .size(twoMiB), mode: .strict, hostCells: [2], isDevice: true
                    ),
                    .init(
                        guestCell: 0, memory: 1_024, pages: .size(oneGiB), mode: .strict, hostCells: [1, 2, 3],
                        isDevice: true),
                ]
            ),
        ] as [(String, [DomainLoad.MemoryDemand])])
    func memory(body: String, expected: [DomainLoad.MemoryDemand]) throws {
        let load = try DomainLoad(reading: domain(body))
        #expect(load.memory == expected)
        #expect(load.withoutDevices.memory + (load.devices?.memory ?? []) == expected)
        #expect(load.totalMemory == expected.reduce(.zero) { $0 + $1.memory })
    }

    @Test("is known of every captured definition", arguments: Corpus.names)
    func captured(name: String) throws {
        let load = try DomainLoad(reading: Corpus.domain(name))
        #expect(!load.vcpus.isEmpty && load.totalMemory > .zero)
    }
}
