import Diagnostics
import Foundation
import HostModel
import Planning
import Rendering
import SiteFile
import Testing
import XMLTree

/// Pictures of the package's examples, made the way the commands make them.
enum PictureSample: String, CaseIterable {
    case reference, pinned, infeasible, facts

    func picture() throws -> HostPicture {
        switch self {
        case .reference: try PictureSample.picture("reference.yaml", "numa-host.json")
        case .pinned: try PictureSample.picture("pinned.yaml", "hv01.json")
        case .infeasible: try PictureSample.picture("pinned.yaml", "hv01.json", more: PictureSample.misfits)
        case .facts: HostPicture(try PictureSample.facts("hv01.json"))
        }
    }

    /// Guests that fit no host of the examples.
    private static let misfits = """
          huge: {vcpus: 24, ram: 80GiB, cpu_policy: dedicated, cpu_thread_policy: isolate, numa_nodes: 2, disks: [{path: /a}]}
          wide: {vcpus: 4, ram: 4GiB, numa_nodes: 4, disks: [{path: /b}]}

        """

    private static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples")

    static func facts(_ name: String) throws -> HostFacts {
        try JSONDecoder().decode(HostFacts.self, from: Data(contentsOf: examples.appending(path: name)))
    }

    static func picture(_ site: String, _ host: String, more: String = "") throws -> HostPicture {
        let text = try String(contentsOf: examples.appending(path: site), encoding: .utf8) + more
        return try picture(text, facts(host))
    }

    /// The picture of a site's text on a host.
    static func picture(_ text: String, _ facts: HostFacts) throws -> HostPicture {
        let site = try #require(SiteReader.read(SourceText(name: "site.yaml", text: text)).value)
        let policy = try #require(site.hosts.first)
        var bases: [String: XMLElement] = [:]
        for guest in site.guests {
            guard let base = guest.machine.base?.value else { continue }
            let text = try String(contentsOf: examples.appending(path: base), encoding: .utf8)
            bases[guest.name.value] = try XMLReader.read(text)
        }
        let request = PlanRequest(
            host: facts, site: site.name.value, policy: policy, guests: site.guests, bases: bases)
        return HostPicture(facts, plan: Planner.plan(request).plan, policy: policy, specs: site.guests)
    }
}

/// Hosts that are large or odd.
enum PictureHosts {
    /// Cells of `cores` cores with two threads each; threads of a core are as far apart as on real machines.
    static func large(cells: Int, cores: Int, memory: KiB = 131_072_000) -> HostFacts {
        let all = cells * cores
        return HostFacts(
            host: HostIdentity(name: "large"), onlineCPUs: Samples.range(0...(2 * all - 1)),
            cells: (0..<cells).map { cell in
                let siblings = (0..<cores).map { core in
                    CPUSet([CPU(cell * cores + core), CPU(all + cell * cores + core)])
                }
                let distances = (0..<cells).map { (CellID($0), $0 == cell ? 10 : $0 / 4 == cell / 4 ? 12 : 32) }
                return Cell(
                    id: CellID(cell), cpus: siblings.reduce(into: CPUSet()) { $0.formUnion($1) }, memory: memory,
                    siblings: siblings, distances: Dictionary(uniqueKeysWithValues: distances),
                    pools: [Samples.pool(2_048, 0), Samples.pool(1_048_576, 2)])
            })
    }

    /// 608 CPUs in 16 cells, and 16 cells of memory alone.
    static let manyCells = HostFacts(
        host: HostIdentity(name: "many"), onlineCPUs: Samples.range(0...607),
        cells: (0..<32).map { cell in
            Cell(
                id: CellID(cell), cpus: cell < 16 ? Samples.range((38 * cell)...(38 * cell + 37)) : [],
                memory: 33_554_432,
                distances: Dictionary(uniqueKeysWithValues: (0..<32).map { (CellID($0), $0 == cell ? 10 : 40) }))
        })

    /// A site that fills a part of the large host with all kinds of guests.
    static let busySite = """
        site: rack7
        hosts: {large: {cpus: {dedicated: "4-511,516-1023", shared: "0-1,512-513"}, pools: {2MiB: {cells: {0: 512}}}}}
        guests:
          db: {vcpus: 16, ram: 48GiB, cpu_policy: dedicated, mem_page_size: 1GiB, count: 14, disks: [{path: /a}]}
          rt: {vcpus: 6, ram: 20GiB, cpu_policy: dedicated, cpu_thread_policy: isolate,
               emulator_threads_policy: isolate, mem_page_size: 2MiB, count: 14, disks: [{path: /b}]}
          a-guest-with-a-name-that-is-longer-than-what-fits-any-column-of-the-legend:
            {vcpus: 12, ram: 24GiB, cpu_policy: dedicated, numa_nodes: 2, disks: [{path: /c}]}
          web: {vcpus: 1, ram: 1GiB, count: 10, disks: [{path: /d}]}

        """
}
