import HostModel
import SiteFile
import Testing

@Suite("CPU topology of a guest")
struct TopologyTests {
    @Test(
        "is the first of Nova's order that meets most wishes",
        arguments: [
            (8, "numa_nodes: 1", "8/1/1"), (1, "numa_nodes: 1", "1/1/1"), (6, "cpu_sockets: 4", "6/1/1"),
            (6, "cpu_sockets: 3", "3/2/1"), (6, "cpu_cores: 6", "1/6/1"), (8, "cpu_threads: 2", "4/1/2"),
            (8, "cpu_sockets: 2, cpu_threads: 2", "2/2/2"), (8, "cpu_max_sockets: 2", "2/4/1"),
            (8, "cpu_max_sockets: 1, cpu_max_cores: 4", "1/4/2"), (8, "cpu_max_threads: 1, cpu_max_cores: 2", "8/1/1"),
            (8, "cpu_sockets: 1, cpu_cores: 3", "1/8/1"), (12, "cpu_cores: 2, cpu_threads: 2", "3/2/2"),
            (8, "cpu_topology: {sockets: 2, cores: 2, threads: 2}", "2/2/2"),
            (8, "cpu_topology: {threads: 2}", "4/1/2"),
            (8, "cpu_topology: {cores: 8}", "1/8/1"), (7, "cpu_threads: 7", "1/1/7"),
            (8, "cpu_sockets: 2, image_properties: {hw_cpu_threads: 2}", "4/1/2"),
            (8, "cpu_max_sockets: 4, image_properties: {hw_cpu_max_sockets: 2}", "2/4/1"),
            (8, "properties: {'hw:cpu_sockets': 2, 'hw:cpu_cores': '4'}", "2/4/1"),
            (4_096, "cpu_max_sockets: 16", "16/256/1"),
        ] as [(Int, String, String)])
    func resolved(vcpus: Int, keys: String, topology: String) throws {
        let demand = try #require(demanded("guests: {g: {vcpus: \(vcpus), ram: 8GiB, \(keys)}}"))
        let found = try #require(demand.cpuTopology)
        #expect("\(found.sockets)/\(found.cores)/\(found.threads)" == topology)
    }

    @Test("is always a product that makes the number of vCPUs", arguments: 1..<65)
    func product(vcpus: Int) throws {
        for wish in [
            "cpu_sockets: 3", "cpu_cores: 2", "cpu_threads: 4", "cpu_sockets: 2, cpu_cores: 2, cpu_threads: 2",
        ] {
            let found = try #require(demanded("guests: {g: {vcpus: \(vcpus), ram: 8GiB, \(wish)}}")?.cpuTopology)
            #expect(found.sockets * found.cores * found.threads == vcpus)
        }
    }
}
