import Foundation
import TestSupport
import Testing

/// The folders of the cases; none where they are not there.
private let fieldCases: [String] = {
    guard let folder = sharedFolder()?.appending(path: "cases") else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/check.py").path) }
        .sorted()
}()

/// Hosts and sites from the field, each with a check of its own that asks the program.
@Suite("Cases from the field", .enabled(if: !fieldCases.isEmpty))
struct FieldCasesTests {
    @Test("are answered right", arguments: fieldCases)
    func check(name: String) throws {
        let script = try #require(sharedFolder()).appending(path: "cases/\(name)/check.py")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["NP": builtProgram]) { _, own in own }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}
