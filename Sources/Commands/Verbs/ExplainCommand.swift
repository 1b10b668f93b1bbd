internal import ArgumentParser
internal import Diagnostics
internal import Planning
internal import Rendering
internal import SiteFile

struct ExplainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a code, or why guests are placed where they are or do not fit.",
        discussion: """
            Explains codes such as NP304 with their usual causes and remedies. Any other argument names the site file if it ends in \
            .yaml or .yml or is -, and a guest otherwise. Without guests, explains those that do not fit; if all fit, all.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: ArgumentHelp("Codes; or the site file, and guests.", valueName: "code-or-site-or-guest"),
        completion: .offering { $0.guests + $0.sites + $0.codes })
    var names: [String] = []

    @OptionGroup var host: HostOptions
    @OptionGroup var state: StateOption

    @Option(help: "Output format; json is that of plan.") var format: Format = .text

    private var sites: [String] { names.filter { $0 == "-" || $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") } }
    private var others: [String] { names.filter { !sites.contains($0) } }

    /// Whether the arguments are codes: each begins like one, and no site file is named beside them.
    private var areCodes: Bool { sites.isEmpty && !names.isEmpty && names.allSatisfy(ExplainCommand.isLikeCode) }

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if sites.count > 1 { throw ValidationError("Name one site file at most.") }
        guard areCodes else { return }
        if format == .json { throw ValidationError("--format json needs a site file.") }
        for name in names where DiagnosticCode(rawValue: name.uppercased()) == nil {
            throw ValidationError(ExplainCommand.unknownCode(name))
        }
    }

    func run(in world: World) throws {
        guard areCodes else { return try report(in: world) { try explainGuests(world) } }
        let codes = names.compactMap { DiagnosticCode(rawValue: $0.uppercased()) }
        world.say(codes.map { CodeText($0, width: world.width).text }.joined(separator: "\n"))
    }

    private func explainGuests(_ world: World) throws -> ExitStatus {
        var session = try PlanningSession(site: sites.first, host: host, explains: true, world: world)
        session.datePending(state.journals, host)
        let known = session.guests.map(\.name.value)
        for name in others where !known.contains(name) {
            let meant = suggestion(for: name, among: known).map { "did you mean \($0)?" }
            throw CommandFailure(
                .usage, [Diagnostic(.unknownGuest, "the site has no guest '\(name)' on this host", hint: meant)])
        }
        let planned = session.status(detailed: false)
        let status = planned == .needsConsent ? .done : planned
        if format == .json {
            world.say(try session.json(status))
            return status
        }
        let text = ExplainText(
            session.result.plan, host: session.facts, policy: session.policy, guests: session.guests, named: others)
        world.say(text.text(color: world.hasColor, width: world.width))
        world.tell(text.otherFindings, sources: session.sources)
        return status
    }

    /// `NP` and digits, or digits alone.
    private static func isLikeCode(_ word: String) -> Bool {
        let digits = word.uppercased().hasPrefix("NP") ? word.dropFirst(2) : word[...]
        return !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    }

    private static func unknownCode(_ word: String) -> String {
        let wanted = word.uppercased()
        // Of codes that are equally near, one of the same group was more likely meant.
        let all = DiagnosticCode.allCases.map(\.rawValue)
        let codes = all.filter { $0.prefix(3) == wanted.prefix(3) } + all
        let near = codes.first { $0 == "NP" + wanted } ?? suggestion(for: wanted, among: codes)
        return "Unknown code '\(displayable(word))'. "
            + (near.map { "Did you mean \($0)?" } ?? "Codes look like NP304.")
    }
}
