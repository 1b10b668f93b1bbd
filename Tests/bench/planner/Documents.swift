import Foundation
import Diagnostics
import HostModel
import SiteFile

extension Workload {
    /// Writes the site file and the facts into a folder.
    ///
    /// - Returns: The arguments that plan them.
    func write(to folder: URL) throws -> [String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let site = folder.appending(path: "site.yaml")
        let facts = folder.appending(path: "facts.json")
        try Data(yaml.utf8).write(to: site)
        try JSONEncoder().encode(host).write(to: facts)
        return ["plan", site.path, "--facts", facts.path]
    }

    private var yaml: String {
        let lines = guests.map { guest in
            let demand = guest.demand
            let cells = demand.cells.map { "{cpus: \"\($0.vcpus)\", ram: \($0.memory.count)KiB}" }
            var keys = ["vcpus: \(demand.vcpus)", "ram: \(demand.memory.count)KiB"]
            keys.append("numa_cells: [\(cells.joined(separator: ", "))]")
            if demand.cpuPolicy == .dedicated { keys += ["cpu_policy: dedicated", "mem_page_size: 2MiB"] }
            return "  \(guest.name.value): {\(keys.joined(separator: ", "))}\n"
        }
        return "site: bench\nhosts: {bench: {reserved: {memory: 0KiB}}}\nguests:\n" + lines.joined()
    }
}
