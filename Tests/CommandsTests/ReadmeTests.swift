import Commands
import Foundation
import Testing

@Suite("The README")
struct ReadmeTests {
    private let file = packageRoot.appending(path: "README.md")
    private let text: String

    init() throws { text = try String(contentsOf: file, encoding: .utf8) }

    @Test("shows what the commands print; UPDATE_GOLDEN=1 writes it anew")
    func transcript() throws {
        let transcript = Transcript(text)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try transcript.played().write(to: file, atomically: true, encoding: .utf8)
        }
        let blocks = Transcript(try String(contentsOf: file, encoding: .utf8)).blocks
        #expect(blocks.count >= 8)
        for block in blocks {
            for (shown, real) in zip(block, try Transcript.play(block)) {
                #expect(!shown.output.isEmpty || shown.command.contains(" > "), "\(shown.command) shows nothing")
                #expect(shown.output == real.output, "\(shown.command)")
            }
        }
    }

    @Test("shows what the lab's machine printed, in its order")
    func lab() throws {
        let folder = packageRoot.appending(path: "Tests/lab/scenarios/1-page")
        let tutorial = try String(contentsOf: folder.appending(path: "tutorial.txt"), encoding: .utf8)
        let commands = tutorial.matches(of: /^# (?:numactl-plan|cat|grep) .*\n/.anchorsMatchLineEndings()).map(
            \.range.lowerBound)
        #expect(commands.count >= 5)
        var rest = text[...]
        for (start, end) in zip(commands, commands.dropFirst() + [tutorial.endIndex]) {
            let step = tutorial[start..<end]
            let place = rest.range(of: step)
            #expect(place != nil, "the README does not show this, or not here:\n\(step)")
            rest = rest[(place?.upperBound ?? rest.startIndex)...]
        }
        let site = try String(contentsOf: folder.appending(path: "page.yaml"), encoding: .utf8)
        #expect(text.contains("# cat page.yaml\n\(site)"))
    }

    @Test("names every exit status")
    func statuses() throws {
        let rows = text.matches(of: /^\| ([0-9, ]+) \|/.anchorsMatchLineEndings()).flatMap { match in
            match.output.1.split(separator: ",").compactMap { Int32($0.trimmingCharacters(in: .whitespaces)) }
        }
        #expect(rows.sorted() == ExitStatus.allCases.map(\.rawValue).sorted())
    }

    @Test("and the page for contributors link to files that are there", arguments: ["README.md", "CONTRIBUTING.md"])
    func links(page: String) throws {
        let text = try String(contentsOf: packageRoot.appending(path: page), encoding: .utf8)
        let links = text.matches(of: /\]\(([^)#]+)\)/).map { String($0.output.1) }.filter { !$0.hasPrefix("https:") }
        for link in links {
            #expect(FileManager.default.fileExists(atPath: packageRoot.appending(path: link).path), "\(link)")
        }
    }

    @Test(
        "and the page for contributors name targets of make that are there",
        arguments: ["README.md", "CONTRIBUTING.md"])
    func make(page: String) throws {
        let makefile = try String(contentsOf: packageRoot.appending(path: "Makefile"), encoding: .utf8)
        let text = try String(contentsOf: packageRoot.appending(path: page), encoding: .utf8)
        let targets = Set(text.matches(of: /(?:[`$#] ?|&& )make ([a-z-]+)/).map { String($0.output.1) })
        #expect(!targets.isEmpty)
        for target in targets { #expect(makefile.contains("\n\(target):"), "make \(target)") }
    }
}
