public import Foundation

/// What check-jsonschema, a program of others that `make setup` installs, says of files.
public struct JSONSchemaCheck {
    /// The places that each file's values are wrong at, such as `$.guests.a.ram`, by the file's name; a file that cannot be read is
    /// wrong at `$`. Files without a mistake are not named.
    public let wrong: [String: Set<String>]

    /// The program.
    public static func program(testFile: String = #filePath) -> URL {
        URL(filePath: testFile).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".build/tools/bin/check-jsonschema")
    }

    /// Whether the program is here.
    public static var isHere: Bool { FileManager.default.isExecutableFile(atPath: program().path) }

    /// Checks files by name and text against a schema.
    public init(_ files: [String: String], schema: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "numactl-plan-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(schema.utf8).write(to: folder.appending(path: "schema.json"))
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.program()
        process.currentDirectoryURL = folder
        process.arguments = ["--schemafile", "schema.json", "--output-format", "json"] + files.keys.sorted()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let answer = try JSONDecoder().decode(Answer.self, from: data)
        var wrong: [String: Set<String>] = [:]
        for error in answer.errors { wrong[error.filename, default: []].insert(error.path) }
        for error in answer.parse_errors ?? [] { wrong[error.filename, default: []].insert("$") }
        self.wrong = wrong
    }

    private struct Answer: Decodable {
        struct Failure: Decodable { var filename, path: String }
        struct ParseFailure: Decodable { var filename: String }
        var errors: [Failure]
        var parse_errors: [ParseFailure]?
    }
}
