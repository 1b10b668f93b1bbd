import Foundation

/// The process of a running guest, as the kernel sees it.
struct RunningQEMU {
    let process: Int
    private let domain: String

    /// Finds a domain's process.
    init(_ domain: String) throws {
        let path = "/run/libvirt/qemu/\(domain).pid"
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let number = Int(text) else { throw Broken(description: "\(path) holds '\(text)'") }
        process = number
        self.domain = domain
    }

    /// When the process began, in clock ticks since the kernel did: the 22nd field of `stat`.
    func start() throws -> String {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = text[text.index(after: text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 19 else { throw Broken(description: "/proc/\(process)/stat holds '\(text)'") }
        return String(fields[19])
    }

    /// Where each vCPU's thread may run, by vCPU. QEMU calls the threads `CPU N/TCG` or `CPU N/KVM`.
    func vcpuAffinity() throws -> [Int: String] {
        var affinity: [Int: String] = [:]
        for (name, cpus) in try threads() where name.hasPrefix("CPU ") {
            if let vcpu = Int(name.dropFirst(4).prefix { $0 != "/" }) { affinity[vcpu] = cpus }
        }
        return affinity
    }

    /// Where each iothread may run, by its number. QEMU calls the threads `IO iothreadN`.
    func ioThreadAffinity() throws -> [Int: String] {
        var affinity: [Int: String] = [:]
        for (name, cpus) in try threads() where name.hasPrefix("IO iothread") {
            if let number = Int(name.dropFirst("IO iothread".count)) { affinity[number] = cpus }
        }
        return affinity
    }

    /// The processes that serve the guest's shared folders, with the files that name them, ascending.
    func folderDaemons() throws -> [String] {
        let folder = "/run/libvirt/qemu"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.contains("-\(domain)-") && $0.hasSuffix("-fs.pid") }
            .map { "\($0) \(try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))" }
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
