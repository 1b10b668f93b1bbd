import Foundation
import Glibc

/// Everything that libvirtd tells about its domains while the log is open: also a definition that is replaced by its equal.
final class EventLog {
    private let process = Process()
    private let file: URL
    private let probe: String

    /// Begins to listen. `probe` is a shut-off domain that is defined anew, unchanged, to see that events arrive.
    init(probe: String) throws {
        self.probe = probe
        file = FileManager.default.temporaryDirectory.appending(path: "np-sys-events-\(UUID().uuidString)")
        try Data().write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["stdbuf", "-oL", "virsh", "-q", "event", "--all", "--loop", "--timeout", "120"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        try process.run()
        for _ in 0..<20 {
            try signal()
            if try !lines().isEmpty { return }
        }
        throw Broken(description: "libvirtd tells of no events")
    }

    /// The events of other domains than the probe that happen during `body`. The probe is defined once more at the end: when that
    /// arrives, everything before it has arrived.
    func events(during body: () throws -> Void) throws -> [String] {
        let before = try lines()
        try body()
        try signal()
        for _ in 0..<50 {
            let now = try lines().dropFirst(before.count)
            if now.contains(where: { $0.contains(probe) }) { return now.filter { !$0.contains(probe) } }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw Broken(description: "the probe's event did not arrive")
    }

    /// Stops listening.
    func end() {
        // virsh takes its time over a polite signal.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: file)
    }

    private func signal() throws {
        let copy = file.path + ".xml"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try virsh("dumpxml", "--inactive", probe).write(toFile: copy, atomically: false, encoding: .utf8)
        try virsh("define", copy)
        Thread.sleep(forTimeInterval: 0.1)
    }

    private func lines() throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
