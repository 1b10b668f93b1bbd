import Execution
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

/// These start a QEMU without an operating system in it, as libvirt would name it.
@Suite("Threads of a real emulator", .enabled(if: QEMUProcess.isThere))
struct GuestThreadsTests {
    @Test("are seen without those of vCPUs and iothreads, and set one by one")
    func set() throws {
        let qemu = try QEMUProcess("web01")
        let online = try #require(try qemu.threads().first).allowed
        let (first, last) = (try #require(online.first), try #require(online.last))
        for cpus in [[first], [last], online] as [CPUSet] {
            for thread in try qemu.threads() { try qemu.host.confine(thread.id, to: cpus) }
            let threads = try qemu.threads()
            #expect(threads.first?.id == Int(qemu.id) && threads.count > 1)
            #expect(threads.allSatisfy { $0.allowed == cpus }, "\(threads)")
            #expect(!threads.contains { $0.name.hasPrefix("CPU ") || $0.name.hasPrefix("IO ") }, "\(threads)")
        }
    }

    @Test("that are gone, or may have no such CPUs, are a refusal with the kernel's words")
    func refused() throws {
        let qemu = try QEMUProcess("web01")
        let thread = try #require(try qemu.threads().first)
        let failure = try #require(throws: StepFailure.self) { try qemu.host.confine(thread.id, to: [65_000]) }
        #expect("\(failure)".hasPrefix("sched_setaffinity: thread \(thread.id): "))
        qemu.end()
        #expect(throws: StepFailure.self) { try qemu.host.confine(thread.id, to: thread.allowed) }
        guard case .unseen(let reason) = qemu.host.emulatorThreads(of: "web01") else {
            Issue.record("a process that has ended is seen")
            return
        }
        #expect(reason.contains("there is no"))
    }
}

@Suite("Threads that cannot be seen")
struct UnseenThreadsTests {
    @Test(
        "are said so, with the reason",
        arguments: [
            ("test:///default", "/", "test:///default runs no QEMU on this machine"),
            ("qemu+ssh://hv02/system", "/", "qemu+ssh://hv02/system runs no QEMU on this machine"),
            ("qemu:///system", "/usr", "/usr is not the running machine"),
        ])
    func reasons(uri: String, root: String, reason: String) {
        let host = GuestThreads(uri: uri, root: FilePath(root), runtimeFolder: nil)
        #expect(host.emulatorThreads(of: "web01") == .unseen(reason))
    }
}

/// A QEMU whose number is kept where the driver for tests keeps it.
private final class QEMUProcess {
    private static let program = "/usr/bin/qemu-system-x86_64"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let host: GuestThreads
    private let process = Process()
    private let tree: TemporaryTree
    private let name: String

    var id: Int32 { process.processIdentifier }

    init(_ name: String) throws {
        self.name = name
        tree = try TemporaryTree()
        host = GuestThreads(uri: "qemu:///embed?root=\(tree.path)", runtimeFolder: nil)
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "-name", "guest=\(name),debug-threads=on", "-machine", "pc", "-accel", "tcg,thread=multi", "-smp", "2",
            "-m", "16", "-nodefaults", "-display", "none", "-S", "-object", "iothread,id=iothread1",
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try tree.write("\(process.processIdentifier)\n", to: "run/qemu/\(name).pid")
        for _ in 0..<100 {
            if case .seen = host.emulatorThreads(of: name) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    deinit { end() }

    func threads() throws -> [EmulatorThread] {
        guard case .seen(let threads) = host.emulatorThreads(of: name) else {
            throw CocoaError(.fileReadUnknown)
        }
        return threads
    }

    func end() {
        guard process.isRunning else { return }
        // The signals that it would listen to are blocked where the tests are.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
