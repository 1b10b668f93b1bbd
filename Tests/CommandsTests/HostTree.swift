import Foundation

/// The kernel's files of a made-up host, as far as the program reads them.
///
/// `free_hugepages` of a pool is the same file as its `nr_hugepages`, by a hard link: no page is in use, whatever the size becomes.
struct HostTree {
    let cells: Int
    /// Of a cell.
    let cpus: Int
    /// Of a cell, in MiB.
    let memory: Int
    /// Sizes of huge pages, in KiB.
    let pages: [Int]

    static let nodes = "root/sys/devices/system/node"
    /// What is in `/etc/machine-id`.
    static let machine = "0123456789abcdef0123456789abcdef"

    /// The folder of a pool, from the folder of the host.
    static func pool(_ cell: Int, _ size: Int) -> String { "\(nodes)/node\(cell)/hugepages/hugepages-\(size)kB" }

    /// Writes the tree below a folder.
    func write(to root: URL) throws {
        for (name, text) in files {
            let file = root.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data((text + "\n").utf8).write(to: file)
        }
        for cell in 0..<cells {
            for size in pages {
                let pool = root.deletingLastPathComponent().appending(path: Self.pool(cell, size))
                try FileManager.default.createDirectory(at: pool, withIntermediateDirectories: true)
                try Self.write(pages: 0, used: 0, to: pool)
            }
        }
    }

    /// Writes the files of a pool.
    static func write(pages: Int, used: Int, to pool: URL) throws {
        let (total, free) = (pool.appending(path: "nr_hugepages"), pool.appending(path: "free_hugepages"))
        for file in [total, free] where FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.removeItem(at: file)
        }
        try Data("\(pages)\n".utf8).write(to: total)
        if used > 0 {
            try Data("\(pages - used)\n".utf8).write(to: free)
        } else {
            try FileManager.default.linkItem(at: total, to: free)
        }
        try Data("0\n".utf8).write(to: pool.appending(path: "surplus_hugepages"))
    }

    private var files: [String: String] {
        var files = [
            "proc/sys/kernel/hostname": "here", "proc/sys/kernel/osrelease": "6.1.0",
            "etc/machine-id": Self.machine, "etc/systemd/system/x": "", "run/systemd/system/x": "",
            "sys/devices/system/cpu/online": "0-\(cells * cpus - 1)",
            // Read for sites with isolation only.
            "proc/irq/default_smp_affinity": "ff", "proc/irq/24/smp_affinity_list": "0-7", "proc/irq/24/eth0/x": "",
            "proc/irq/25/smp_affinity_list": "0-1", "proc/irq/25/nvme0q1/x": "",
            "sys/devices/virtual/workqueue/cpumask": "000000ff",
            "sys/devices/system/node/online": "0-\(cells - 1)",
        ]
        for cell in 0..<cells {
            let node = "sys/devices/system/node/node\(cell)"
            files["\(node)/cpulist"] = "\(cell * cpus)-\((cell + 1) * cpus - 1)"
            files["\(node)/meminfo"] =
                "Node \(cell) MemTotal: \(memory * 1_024) kB\nNode \(cell) MemFree: \((memory - 64) * 1_024) kB"
            files["\(node)/distance"] = (0..<cells).map { $0 == cell ? "10" : "20" }.joined(separator: " ")
        }
        var mounts: [String] = []
        for (index, size) in pages.enumerated() {
            let overall = "sys/kernel/mm/hugepages/hugepages-\(size)kB"
            // Only what may be given back is read here: all of it.
            for (name, count) in [("nr", 1_000_000), ("free", 1_000_000), ("resv", 0), ("surplus", 0)] {
                files["\(overall)/\(name)_hugepages"] = "\(count)"
            }
            mounts.append(
                "\(30 + index) 1 0:\(30 + index) / /dev/hugepages\(size) rw shared:2 - hugetlbfs hugetlbfs rw,pagesize=\(size)K"
            )
        }
        files["proc/self/mountinfo"] = mounts.joined(separator: "\n")
        return files
    }
}
