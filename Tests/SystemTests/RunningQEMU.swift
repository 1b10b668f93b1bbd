import Foundation

/// The process of a running guest, as the kernel sees it.
struct RunningQEMU {
    let process: Int

    /// Finds a domain's process.
    init(_ domain: String) throws {
        let path = "/run/libvirt/qemu/\(domain).pid"
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let number = Int(text) else { throw Broken(description: "\(path) holds '\(text)'") }
        process = number
    }

    /// Where each vCPU's thread may run, by vCPU. QEMU calls the threads `CPU N/TCG` or `CPU N/KVM`.
    func vcpuAffinity() throws -> [Int: String] {
        var affinity: [Int: String] = [:]
        for (name, cpus) in try threads() where name.hasPrefix("CPU ") {
            if let vcpu = Int(name.dropFirst(4).prefix { $0 != "/" }) { affinity[vcpu] = cpus }
        }
        return affinity
    }

    /// Where the main thread, the emulator, may run.
    func emulatorAffinity() throws -> String { try affinity(ofThread: "\(process)") }

    /// The guest's memory in huge pages of a size: the number of pages by host cell, all mappings together.
    func hugePages(ofKiB size: Int) throws -> [Int: Int] {
        let maps = try String(contentsOfFile: "/proc/\(process)/numa_maps", encoding: .utf8)
        var pages: [Int: Int] = [:]
        for line in maps.split(separator: "\n") where line.hasSuffix("kernelpagesize_kB=\(size)") {
            for word in line.split(separator: " ") where word.hasPrefix("N") {
                let parts = word.dropFirst().split(separator: "=")
                guard parts.count == 2, let cell = Int(parts[0]), let count = Int(parts[1]) else { continue }
                pages[cell, default: 0] += count
            }
        }
        return pages
    }

    private func threads() throws -> [(name: String, cpus: String)] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task").map { thread in
            let name = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/comm", encoding: .utf8)
            return (name.trimmingCharacters(in: .newlines), try affinity(ofThread: thread))
        }
    }

    private func affinity(ofThread thread: String) throws -> String {
        let status = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
        let key = "Cpus_allowed_list:\t"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
            throw Broken(description: "thread \(thread) has no list of CPUs")
        }
        return String(line.dropFirst(key.count))
    }
}
