import Commands
import Foundation
import Testing

/// The manual of the program, cut up.
private struct Manual: CustomTestStringConvertible {
    let text: String
    /// Without the text, which is long.
    var testDescription: String { "numactl-plan.1" }

    init() throws { text = try String(contentsOf: manuals.appending(path: "numactl-plan.1"), encoding: .utf8) }

    /// The lines of a section: what stands between its head and the next head of that kind.
    func section(_ macro: String, _ name: String) -> String? {
        let start = "\n.\(macro) \(name)\n"
        guard let range = text.range(of: start) else { return nil }
        var rest = text[range.upperBound...]
        for end in macro == "Ss" ? ["\n.Ss ", "\n.Sh "] : ["\n.Sh "] {
            if let next = rest.range(of: end) { rest = rest[..<next.lowerBound] }
        }
        return String(rest)
    }

    /// The lines of the synopsis that are about one command.
    func synopsis(of verb: String) -> String? {
        section("Sh", "SYNOPSIS").map { "\n\($0)" }?.components(separatedBy: "\n.Nm\n").first { block in
            block.split(whereSeparator: \.isWhitespace).starts(with: [".Cm", Substring(verb)])
        }
    }
}

private let manuals = packageRoot.appending(path: "manpages")

@Suite("The manual")
struct ManualTests {
    private let manual: Manual
    private let tree: CommandTree

    init() throws {
        manual = try Manual()
        tree = try CommandTree.read()
    }

    @Test("describes every command, and no other")
    func commands() throws {
        let names = tree.verbs.map(\.commandName)
        #expect(names.count >= 7)
        let commands = try #require(manual.section("Sh", "COMMANDS"))
        let described = "\n\(commands)".components(separatedBy: "\n.Ss ").dropFirst().compactMap {
            $0.split(separator: "\n").first.map(String.init)
        }
        #expect(described == names)
        for verb in tree.verbs {
            let synopsis = try #require(manual.synopsis(of: verb.commandName), "\(verb.commandName) in the synopsis")
            for alias in verb.aliases ?? [] { #expect(synopsis.contains(".Cm \(verb.commandName) | \(alias)\n")) }
        }
    }

    @Test("describes every option of every command, in the synopsis and in words")
    func options() throws {
        let shared = try #require(manual.section("Sh", "OPTIONS"))
        for verb in tree.verbs {
            let synopsis = try #require(manual.synopsis(of: verb.commandName))
            let own = manual.section("Ss", verb.commandName) ?? ""
            for option in verb.options {
                for flag in option.flags {
                    let name = "\(verb.commandName) \(flag)"
                    #expect(
                        synopsis.contains("Fl \(flag)") || synopsis.contains("| \(flag)"), "\(name) in the synopsis")
                    #expect(item(flag, in: own) != nil || item(flag, in: shared) != nil, "\(name) in words")
                }
            }
        }
    }

    @Test("names every word that an option takes, and its default")
    func values() throws {
        for verb in tree.verbs {
            let own = manual.section("Ss", verb.commandName) ?? ""
            for option in verb.options {
                guard let item = option.flags.lazy.compactMap({ item($0, in: own) }).first else { continue }
                for value in option.allValues ?? [] {
                    #expect(item.contains(value), "\(verb.commandName) \(option.flags): \(value)")
                }
                if let standard = option.defaultValue, standard != "false" {
                    #expect(item.contains(standard), "the default of \(verb.commandName) \(option.flags)")
                }
            }
        }
    }

    @Test("describes no option that is not there")
    func noOther() throws {
        let flags = Set(tree.verbs.flatMap { $0.options.flatMap(\.flags) } + ["h", "-help", "-version", "-"])
        let words = manual.text.split(whereSeparator: \.isWhitespace)
        var named: Set<String> = []
        for (word, next) in zip(words, words.dropFirst()) where ["Fl", ".Fl"].contains(word) {
            named.insert(String(next))
        }
        #expect(named.count > 10)
        #expect(named.subtracting(flags) == [])
    }

    @Test("describes every exit status, and no other")
    func statuses() throws {
        let section = "\n" + (try #require(manual.section("Sh", "EXIT STATUS")))
        let items = section.components(separatedBy: "\n.It ").dropFirst()
        let described = items.compactMap { $0.split(separator: "\n").first.flatMap { Int32($0) } }
        #expect(described == ExitStatus.allCases.map(\.rawValue).sorted())
        for item in items { #expect(item.split(separator: "\n").count > 1, "\(item)") }
    }

    @Test("of every kind speaks only of commands that are there", arguments: ["numactl-plan.1", "numactl-plan-site.5"])
    func mentions(page: String) throws {
        let text = try String(contentsOf: manuals.appending(path: page), encoding: .utf8)
        let known = Set(tree.verbs.flatMap { [$0.commandName] + ($0.aliases ?? []) })
        let mentioned = text.matches(of: /(?:^|[#$] |Dl |Ql )numactl-plan ([a-z]+)/.anchorsMatchLineEndings())
            .map { String($0.output.1) }
        #expect(!mentioned.isEmpty)
        #expect(Set(mentioned).subtracting(known) == [])
    }

    @Test("and what the program says name no option and no command that are not there")
    func hints() throws {
        let flags = Set(tree.verbs.flatMap { $0.options.flatMap(\.flags) } + ["-help", "-version"])
        let verbs = Set(tree.verbs.flatMap { [$0.commandName] + ($0.aliases ?? []) })
        let sources = packageRoot.appending(path: "Sources")
        let names = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        for name in names.sorted() where name.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.contains("virsh") {
                let options = line.matches(of: /[ "`(]-(-[a-z][a-z-]+)/).map { String($0.output.1) }
                #expect(Set(options).subtracting(flags) == [], "\(name): \(line)")
                let commands = line.matches(of: /numactl-plan ([a-z]+)/).map { String($0.output.1) }
                #expect(Set(commands).subtracting(verbs) == [], "\(name): \(line)")
            }
        }
    }

    @Test("is well-formed", .enabled(if: FileManager.default.isExecutableFile(atPath: mandoc), "mandoc is not here"))
    func lint() throws {
        let pages = try FileManager.default.contentsOfDirectory(atPath: manuals.path).sorted()
        #expect(pages.count >= 2)
        for page in pages {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: mandoc)
            process.arguments = ["-Tlint", "-Wwarning", manuals.appending(path: page).path]
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text == "")
            #expect(process.terminationStatus == 0)
        }
    }

    /// The item of a list that is about an option: its head and its words.
    private func item(_ flag: String, in section: String) -> String? {
        "\n\(section)".components(separatedBy: "\n.It ").dropFirst().first { item in
            let head = item.prefix { $0 != "\n" }.split(separator: " ").map { $0.trimmingCharacters(in: [","]) }
            return head.contains(flag) && head.first == "Fl"
        }
    }
}

private let mandoc = "/usr/bin/mandoc"
