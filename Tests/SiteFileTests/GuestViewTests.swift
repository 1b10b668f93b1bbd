import Diagnostics
import SiteFile
import Testing

@Suite("What a guest sees")
struct GuestViewTests {
    @Test(
        "is as the keys say",
        arguments: [
            ("", .auto, nil, false), ("numa_nodes: 2, guest_distances: host", .host, nil, false),
            ("guest_distances: none, guest_devices: on_root", GuestView.Distances.none, .onRoot, false),
            ("numa_nodes: 1, guest_devices: on_cells", .auto, .onCells, false),
            ("cpu_policy: dedicated, cpu_topology: mirror", .auto, nil, true),
            ("cpu_topology: {threads: 2}", .auto, nil, false),
        ] as [(String, GuestView.Distances, GuestView.Devices?, Bool)])
    func keys(keys: String, distances: GuestView.Distances, devices: GuestView.Devices?, mirrors: Bool) throws {
        let view = try #require(demanded(guest(keys))).view
        #expect(view.distances == distances && view.devices == devices && view.mirrorsCPUs == mirrors)
    }

    @Test("of its CPUs is no wish for a topology, but for one of another flavor")
    func mirror() throws {
        let mirror = try #require(demanded(guest("cpu_policy: dedicated, cpu_topology: mirror")))
        #expect(!mirror.asksForTopology)
        let flavor = "flavors: {f: {vcpus: 8, ram: 8GiB, cpu_policy: dedicated, cpu_topology: mirror}}\n"
        let own = try #require(demanded(flavor + "guests: {g: {flavor: f, cpu_threads: 2}}"))
        #expect(!own.view.mirrorsCPUs && own.asksForTopology && own.cpuTopology?.threads == 2)
    }

    @Test("of its CPUs is a matter of its place where a domain is taken over")
    func adopted() throws {
        let site = read("guests: {a: {adopt: true, cpu_topology: mirror}, b: {adopt: true, guest_devices: on_root}}")
        let guests = try #require(site.value, "\(site.diagnostics)").guests
        #expect(guests.map { $0.adoption?.placesGuest } == [true, false])
    }
}
