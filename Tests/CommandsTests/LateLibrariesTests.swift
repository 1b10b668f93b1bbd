import Foundation
import TestSupport
import Testing

/// The program as a process of its own, where libvirt's and libnuma's files are no libraries.
@Suite("Without libvirt and libnuma")
struct LateLibrariesTests {
    @Test(
        "what asks no host works",
        arguments: [
            "--version", "plan reference.yaml --facts numa-host.json", "validate reference.yaml", "schema site",
            "render reference.yaml --facts numa-host.json", "explain NP101",
            "explain reference.yaml --facts numa-host.json", "capacity capacity.yaml --facts numa-host.json",
            "facts --no-libvirt",
            "facts",
        ])
    func works(command: String) throws {
        let (status, output) = try run(command)
        #expect(status == 0, "\(output)")
    }

    @Test("what asks libvirt says which package to install", arguments: ["plan", "apply", "status", "import"])
    func refuses(verb: String) throws {
        let site = verb == "import" ? "" : " reference.yaml"
        let kept =
            verb == "apply" ? " --host numa-host --yes --lock-file lock --state-dir state --boot-file boot.json" : ""
        let (status, output) = try run(verb + site + kept)
        #expect(status == 69, "\(output)")
        #expect(output.contains("error NP542: libvirt's client library is not installed"))
        #expect(output.contains("apt-get install libvirt0"))
    }

    /// The program beside the tests, in a folder with the examples.
    private func run(_ command: String) throws -> (status: Int32, output: String) {
        let examples = packageRoot.appending(path: "examples")
        let scratch = FileManager.default.temporaryDirectory.appending(path: "np-late-\(UUID().uuidString)")
        let late = scratch.appending(path: "late")
        try FileManager.default.createDirectory(at: late, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        for name in ["libvirt.so.0", "libnuma.so.1"] { try Data().write(to: late.appending(path: name)) }
        for name in ["reference.yaml", "capacity.yaml", "numa-host.json"] {
            try FileManager.default.copyItem(at: examples.appending(path: name), to: scratch.appending(path: name))
        }
        let process = Process()
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "numactl-plan")
        process.arguments = command.split(separator: " ").map(String.init)
        process.currentDirectoryURL = scratch
        process.environment = ["LD_LIBRARY_PATH": late.path, "LC_ALL": "C.UTF-8"]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
