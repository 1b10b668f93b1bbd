import Foundation

/// What a program printed and ended with.
struct Ended {
    var status: Int32
    var output: String
    var errors: String

    /// Both streams, for a test that does not care which.
    var all: String { output + errors }
}

/// Runs a program to its end, with nobody to answer questions.
func run(_ program: String, _ arguments: [String], in folder: URL? = nil) throws -> Ended {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "np-sys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    // Files instead of pipes: no reader has to keep up, and a daemon that inherits one holds nobody up.
    let (output, errors) = (scratch.appending(path: "output"), scratch.appending(path: "errors"))
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Ended(
        status: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
        errors: unwrapped(String(decoding: try Data(contentsOf: errors), as: UTF8.self)))
}

/// Findings as if the terminal were wide enough for them.
private func unwrapped(_ text: String) -> String { text.replacing(/\n {4,}(?=[^ ])/, with: " ") }

/// Why a test could not go on.
struct Broken: Error, CustomStringConvertible {
    var description: String
}

/// What `virsh` prints; it must succeed.
@discardableResult
func virsh(_ arguments: String...) throws -> String {
    let ended = try run("virsh", ["-q"] + arguments)
    guard ended.status == 0 else {
        throw Broken(description: "virsh \(arguments.joined(separator: " ")): \(ended.errors)")
    }
    return ended.output
}
