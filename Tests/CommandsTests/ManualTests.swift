import Commands
import Diagnostics
import Foundation
import Testing

@Suite("The manual", .serialized)
struct ManualTests {
    private let overview: ManualPage
    private let tree: CommandTree
    private let rewrites = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Stands first in a section that nobody writes by hand.
    private let mark = ".\\\" From Sources/Commands: UPDATE_GOLDEN=1 swift test --filter CommandsTests.ManualTests\n"

    init() throws {
        overview = try ManualPage("numactl-plan.1")
        tree = try CommandTree.read()
    }

    @Test("has a page for every command, and for no other")
    func commands() throws {
        let pages = try ManualPage.names().compactMap {
            $0.wholeMatch(of: /numactl-plan-(.+)\.1/).map { String($0.output.1) }
        }
        #expect(pages.count >= 7)
        #expect(pages == tree.verbs.map(\.commandName).sorted())
        for verb in tree.verbs {
            let page = try page(of: verb)
            #expect(page.text.contains("\n.Dt NUMACTL-PLAN-\(verb.commandName.uppercased()) 1\n"), "\(page.name)")
            #expect(page.text.contains("\n.Sh NAME\n.Nm numactl-plan-\(verb.commandName)\n.Nd "), "\(page.name)")
            let wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
            #expect(page.heads.filter(wanted.contains) == wanted, "the sections of \(page.name)")
            for head in wanted { #expect(page.section(head)?.count ?? 0 > 20, "\(head) of \(page.name)") }
        }
    }

    @Test("names the arguments and options of each command as the program does; UPDATE_GOLDEN=1 writes them anew")
    func options() throws {
        for verb in tree.verbs {
            let (parts, page) = (ManualOptions(verb: verb, flags: Set(flags)), try page(of: verb))
            #expect(try follows(page, "SYNOPSIS", parts.synopsis))
            #expect(try follows(page, "OPTIONS", parts.options))
            for option in verb.options {
                #expect(option.abstract?.isEmpty == false, "\(verb.commandName) \(option.flags) has no help")
            }
        }
    }

    @Test("lists the commands with what each is for; UPDATE_GOLDEN=1 writes the list anew")
    func list() throws {
        let items = tree.verbs.map { ".It Xr numactl-plan-\($0.commandName) 1\n\($0.abstract ?? "")\n" }
        #expect(try follows(overview, "COMMANDS", ".Bl -tag -width indent\n\(items.joined()).El\n"))
    }

    @Test("explains every code; UPDATE_GOLDEN=1 writes the explanations anew")
    func codes() throws {
        let groups = [
            ("NP1", "Text of files"), ("NP2", "Keys and values"), ("NP3", "Placement"), ("NP4", "Host and kernel"),
            ("NP5", "libvirt"), ("NP6", "Ownership and policy"), ("NP7", "Journal, locks and plan files"),
        ]
        let all = DiagnosticCode.allCases.sorted { $0.rawValue < $1.rawValue }
        #expect(all.allSatisfy { code in groups.contains { code.rawValue.hasPrefix($0.0) } })
        let sections = groups.map { prefix, title in
            let items = all.filter { $0.rawValue.hasPrefix(prefix) }.map { code in
                let paragraphs = code.explanation.split(separator: "\n").map { String($0).mdocLines(Set(flags)) }
                return ".It \(code.rawValue) : \(code.title)\n" + paragraphs.joined(separator: ".Pp\n")
            }
            return ".Ss \(title)\n.Bl -tag -width indent\n\(items.joined()).El\n"
        }
        #expect(try follows(ManualPage("numactl-plan-diagnostics.7"), "CODES", sections.joined()))
    }

    @Test("describes every member of a plan, and no other")
    func plan() throws {
        let page = try ManualPage("numactl-plan-plan.5").text
        let items = page.matches(of: /\n\.(?:It Ic|Ql) ([a-z_0-9 ,]+)/).flatMap { match in
            match.output.1.split(separator: " ").map(String.init)
        }
        let tests = packageRoot.appending(path: "Tests/RenderingTests/Golden")
        let files = try FileManager.default.contentsOfDirectory(atPath: tests.path).filter { $0.hasPrefix("plan-") }
        var members: Set<String> = []
        for file in files where file.hasSuffix(".json") {
            collect(try JSONSerialization.jsonObject(with: Data(contentsOf: tests.appending(path: file))), &members)
        }
        #expect(members.count > 50)
        #expect(members.filter { Int($0) == nil }.subtracting(items) == [])
        let sources = try ["Sources/Rendering", "Sources/Commands/PlanFile"].flatMap { folder in
            let folder = packageRoot.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            return try names.filter { $0.hasSuffix(".swift") }
                .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        }.joined()
        for name in page.matches(of: /\n\.It Ic ([a-z_0-9]+)/).map(\.output.1) {
            #expect(sources.contains("\"\(name)\""), "\(name) is no member")
        }
    }

    /// The names of all members of a document.
    private func collect(_ value: Any, _ names: inout Set<String>) {
        if let object = value as? [String: Any] {
            names.formUnion(object.keys)
            for inner in object.values { collect(inner, &names) }
        }
        for inner in value as? [Any] ?? [] { collect(inner, &names) }
    }

    @Test("names no option and no command that are not there", arguments: try ManualPage.names())
    func noOther(name: String) throws {
        let text = try ManualPage(name).text
        let words = text.split(whereSeparator: \.isWhitespace)
        let named = zip(words, words.dropFirst()).filter { ["Fl", ".Fl"].contains($0.0) }.map { String($0.1) }
        #expect(Set(named).subtracting(flags + ["-"]) == [])
        let mentioned = text.matches(of: /(?:^|[#$] |Dl |Ql )numactl-plan ([a-z]+)/.anchorsMatchLineEndings())
        #expect(Set(mentioned.map { String($0.output.1) }).subtracting(verbs) == [])
        let pages = try ManualPage.names()
        for link in text.matches(of: /Xr (numactl-plan[a-z-]*) (\d)/).map({ "\($0.output.1).\($0.output.2)" }) {
            #expect(pages.contains(link), "\(link)")
        }
    }

    @Test("shows examples that use options of their command")
    func examples() throws {
        for name in try ManualPage.names() {
            let lines = try ManualPage(name).text.matches(of: /numactl-plan ([a-z]+)( [^\n]*)/)
            for line in lines {
                guard
                    let verb = tree.verbs.first(where: {
                        ([$0.commandName] + ($0.aliases ?? [])).contains(String(line.output.1))
                    })
                else { continue }
                let used = line.output.2.matches(of: /\ -(-[a-z][a-z-]+)/).map { String($0.output.1) }
                #expect(
                    Set(used).subtracting(verb.options.flatMap(\.flags) + ["-help"]) == [], "\(name): \(line.output.0)")
            }
        }
    }

    @Test("describes every exit status, and no other; pages of commands name those that are theirs")
    func statuses() throws {
        let all = ExitStatus.allCases.map(\.rawValue).sorted()
        let section = try #require(overview.section("EXIT STATUS"))
        #expect(described(section) == all)
        for verb in tree.verbs {
            let own = described(try #require(try page(of: verb).section("EXIT STATUS")))
            #expect(!own.isEmpty && own == own.sorted() && Set(own).isSubset(of: all), "\(verb.commandName)")
        }
        for item in "\n\(section)".components(separatedBy: "\n.It ").dropFirst() {
            #expect(item.split(separator: "\n").count > 1, "\(item)")
        }
    }

    @Test("and what the program says name no option and no command that are not there")
    func hints() throws {
        let (flags, verbs) = (Set(flags), Set(verbs))
        // Lines with commands of other programs, which have options of their own.
        let others = ["virsh", "systemctl", "sysctl", "grubby", "rpm-ostree"]
        let sources = packageRoot.appending(path: "Sources")
        let names = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        // A style sheet has names of its own that look like options.
        for name in names.sorted() where name.hasSuffix(".swift") && !name.hasSuffix("HTMLStyle.swift") {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n")
            where line.utf8.contains(UInt8(ascii: "-")) && !others.contains(where: { line.contains($0) }) {
                let options = line.matches(of: /[ "`(]-(-[a-z][a-z0-9-]+)/).map { String($0.output.1) }
                #expect(Set(options).subtracting(flags) == [], "\(name): \(line)")
                let commands = line.matches(of: /numactl-plan ([a-z]+)/).map { String($0.output.1) }
                #expect(Set(commands).subtracting(verbs) == [], "\(name): \(line)")
            }
        }
    }

    @Test("is well-formed", .enabled(if: FileManager.default.isExecutableFile(atPath: mandoc), "mandoc is not here"))
    func lint() throws {
        let pages = try ManualPage.names()
        #expect(pages.count >= 9)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: mandoc)
        process.currentDirectoryURL = ManualPage.folder
        process.arguments = ["-Tlint", "-Wwarning"] + pages
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "")
        #expect(process.terminationStatus == 0)
    }

    private var flags: [String] { tree.verbs.flatMap { $0.options.flatMap(\.flags) } + ["h", "-help", "-version"] }
    private var verbs: [String] { tree.verbs.flatMap { [$0.commandName] + ($0.aliases ?? []) } + ["help"] }

    private func page(of verb: CommandTree.Command) throws -> ManualPage {
        try ManualPage("numactl-plan-\(verb.commandName).1")
    }

    /// Whether a section is what follows from the program, after it was rewritten where that is asked for.
    private func follows(_ page: ManualPage, _ section: String, _ lines: String) throws -> Bool {
        if rewrites {
            var page = try ManualPage(page.name)
            try page.replace(section, with: mark + lines)
            try page.write()
        }
        let shown = try ManualPage(page.name).section(section)
        if shown != mark + lines {
            Issue.record("\(section) of \(page.name) is\n\(shown ?? "missing")\nand should be\n\(mark + lines)")
        }
        return shown == mark + lines
    }

    /// The numbers that head the items of a section.
    private func described(_ section: String) -> [Int32] {
        "\n\(section)".components(separatedBy: "\n.It ").dropFirst().flatMap {
            ($0.split(separator: "\n").first ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }
}

private let mandoc = "/usr/bin/mandoc"
