import Foundation
import TestSupport
import Testing

@Suite("The examples for pipelines")
struct CIExampleTests {
    private static let folder = examples.appending(path: "ci")

    @Test(
        "are what the schemas of the services say",
        .enabled(if: JSONSchemaCheck.isHere, "make setup installs check-jsonschema"),
        arguments: [
            ("github-actions.yml", ["--builtin-schema", "vendor.github-workflows"]),
            ("gitlab-ci.yml", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
        ])
    func schemas(name: String, options: [String]) throws {
        let file = Self.folder.appending(path: name)
        let right = try run(JSONSchemaCheck.program().path, options + [file.path])
        #expect(right.status == 0, "\(right.output)")
        let text = try String(contentsOf: file, encoding: .utf8)
        let broken = text.replacing("    steps:", with: "    stepz:").replacing("  script:", with: "  script: 3\n  x:")
        let wrong = try temporary(["wrong.yml": broken])
        let refused = try run(JSONSchemaCheck.program().path, options + [wrong.appending(path: "wrong.yml").path])
        #expect(refused.status != 0)
    }

    @Test("call the program as it wants to be called", arguments: ["github-actions.yml", "gitlab-ci.yml"])
    func options(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        let tree = try CommandTree.read()
        let known = try #require(tree.verbs.first { $0.commandName == "plan" }).options.flatMap(\.flags)
        let pattern = /\ -(-(?:all|facts|max|xml|format|detailed|host)[a-z-]*)/
        let used = text.matches(of: pattern).map { String($0.output.1) }
        #expect(used.count >= 5)
        #expect(Set(used).subtracting(known) == [])
    }

    @Test(
        "put the plan into the comment of its site, or make one",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/jq"), "jq is not here"),
        arguments: ["comment-github", "comment-gitlab"], [true, false])
    func comment(script: String, isThere: Bool) throws {
        let plan = "<!-- numactl-plan site=rack7 -->\n### numactl-plan: **no changes**\n"
        let mark = isThere ? "<!-- numactl-plan site=rack7 -->" : "<!-- numactl-plan site=rack8 -->"
        let first = #"[{"id": 7, "body": "words"}, {"id": 8, "body": "\#(mark)\nold"}]"#
        // Stands for gh and curl: writes down how it was called, and answers the first question for comments.
        let fake = """
            #!/bin/bash
            printf '%s\\n' "$*" >> "$LOG"
            case "$*" in *PATCH* | *PUT* | *POST*) ;; *page=2*) echo '[]' ;; *) cat "$ANSWER" ;; esac
            """
        let folder = try temporary(["plan.md": plan, "gh": fake, "curl": fake, "answer": first, "log": ""])
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["gh", "curl"] {
            let path = folder.appending(path: name).path
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let environment = [
            "PATH": "\(folder.path):/usr/bin:/bin", "LOG": folder.appending(path: "log").path,
            "ANSWER": folder.appending(path: "answer").path, "GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "5",
            "NUMACTL_PLAN_TOKEN": "secret", "CI_API_V4_URL": "https://git/api/v4", "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "5",
        ]
        let path = Self.folder.appending(path: script).path
        let done = try run("/bin/bash", [path, folder.appending(path: "plan.md").path], environment)
        #expect(done.status == 0, "\(done.output)")
        let calls = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        let last = try #require(calls.split(separator: "\n").last)
        #expect(last.contains("POST") == !isThere && last.contains("/8") == isThere)
        #expect(!calls.contains("secret"))
        let other = try run("/bin/bash", [path, folder.appending(path: "answer").path], environment)
        #expect(other.status == 1 && other.output.contains("is no plan as Markdown"))
    }

    private func temporary(_ files: [String: String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "numactl-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder
    }

    private func run(
        _ program: String, _ arguments: [String], _ environment: [String: String]? = nil
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
