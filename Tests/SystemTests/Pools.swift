import Foundation

/// The kernel's pools, read and written behind the program's back.
enum Pools {
    /// The number of pages of every pool, by its folder in sysfs.
    static func sizes() throws -> [String: Int] {
        let root = "/sys/devices/system/node/"
        var sizes: [String: Int] = [:]
        for cell in try FileManager.default.contentsOfDirectory(atPath: root) where cell.hasPrefix("node") {
            let folder = root + cell + "/hugepages/"
            for pool in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                sizes[folder + pool] = try number(folder + pool + "/nr_hugepages")
            }
        }
        return sizes
    }

    /// Gives every pool as many pages as given.
    static func restore(_ sizes: [String: Int]) throws {
        for (folder, pages) in sizes where try number(folder + "/nr_hugepages") != pages {
            try set(pages, folder)
        }
    }

    /// Takes from all pools the pages that nobody uses, so that what a test needs must be grown.
    static func empty() throws {
        for (folder, pages) in try sizes() {
            let free = try number(folder + "/free_hugepages")
            if free > 0 { try set(pages - free, folder) }
        }
    }

    /// The folder of one pool.
    static func folder(cell: Int, pageKiB: Int) -> String {
        "/sys/devices/system/node/node\(cell)/hugepages/hugepages-\(pageKiB)kB"
    }

    /// The pages of one pool.
    static func size(cell: Int, pageKiB: Int) throws -> Int {
        try number(folder(cell: cell, pageKiB: pageKiB) + "/nr_hugepages")
    }

    /// Asks the kernel for that many pages.
    static func set(_ pages: Int, _ folder: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: folder + "/nr_hugepages"))
        try file.write(contentsOf: Data("\(pages)\n".utf8))
        try file.close()
    }

    private static func number(_ path: String) throws -> Int {
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let number = Int(text) else { throw Broken(description: "\(path) holds '\(text)'") }
        return number
    }
}
