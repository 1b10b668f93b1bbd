import HostModel
import SiteFile
import Testing

@Suite("Guest over its flavor")
struct OverrideTests {
    @Test(
        "counts key by key, in any spelling",
        arguments: [
            ("numa_nodes: 2", "numa_nodes: 4", 4, "shared"),
            ("properties: {'hw:numa_nodes': 2}", "numa_nodes: 4", 4, "shared"),
            ("numa_nodes: 2", "properties: {'hw:numa_nodes': 4}", 4, "shared"),
            ("numa_nodes: 2", "cpu_policy: dedicated", 2, "dedicated"),
            ("numa_cells: [{cpus: 0-7, ram: 8GiB}]", "numa_nodes: 2", 2, "shared"),
            ("numa_nodes: 4", "numa_cells: [{cpus: 0-7, ram: 8GiB}]", 1, "shared"),
            ("properties: {'resources:PCPU': 8}", "cpu_policy: shared", 0, "shared"),
            ("cpu_policy: shared", "properties: {'resources:PCPU': 8}", 1, "dedicated"),
            ("properties: {'hw:numa_nodes': 2}", "properties: {'hw:cpu_policy': dedicated}", 2, "dedicated"),
            ("image_properties: {hw_numa_nodes: 2}", "image_properties: {hw_numa_nodes: 4}", 4, "shared"),
        ] as [(String, String, Int, String)])
    func overriding(flavor: String, guest: String, cells: Int, policy: String) throws {
        let text = "flavors: {f: {vcpus: 8, ram: 8GiB, \(flavor)}}\nguests: {g: {flavor: f, \(guest)}}\n"
        let demand = try #require(demanded(text))
        #expect(demand.cells.count == cells && demand.cpuPolicy.rawValue == policy)
    }

    @Test(
        "says who may map the memory",
        arguments: [
            ("", "", nil), ("mem_access: shared", "", "shared"), ("", "mem_access: private", "private"),
            ("mem_access: shared", "mem_access: private", "private"),
        ] as [(String, String, String?)])
    func memoryAccess(flavor: String, guest: String, access: String?) throws {
        let text =
            "flavors: {f: {vcpus: 8, ram: 8GiB, numa_nodes: 1\(flavor.isEmpty ? "" : ", " + flavor)}}\n"
            + "guests: {g: {flavor: f\(guest.isEmpty ? "" : ", " + guest)}}\n"
        #expect(try #require(demanded(text)).memoryAccess?.rawValue == access)
    }

    @Test("gives vCPUs and memory that a flavor leaves out")
    func completing() throws {
        let demand = try #require(
            demanded("flavors: {f: {numa_nodes: 2}}\nguests: {g: {flavor: f, vcpus: 4, ram: 2GiB}}\n"))
        #expect(demand.vcpus == 4 && demand.cells.map(\.memory) == [KiB(1 << 20), KiB(1 << 20)])
    }
}
