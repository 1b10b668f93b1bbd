internal import ArgumentParser
internal import Diagnostics
internal import Planning
internal import Rendering

struct PlanCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what apply would change, and change nothing.",
        discussion: "In the output - is what there is now and + is what is wanted.", aliases: ["diff"])

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions
    @OptionGroup var consent: ConsentOptions

    @Option(help: "The output's form.") var format: PlanFormat = .text

    @Flag(help: "Let pools shrink to what is wanted.") var allowShrink = false

    @Flag(help: "Propose better places for guests that are placed badly.") var rebalance = false

    @Flag(
        name: .customLong("detailed-exitcode"),
        help: "End with 2 when there are differences, with 3 when a restart is pending.")
    var detailedExitCode = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Save the plan, to be carried out as it is by apply; nobody else may read the file.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "How long the saved plan may be carried out: a number with s, m, h or d.", valueName: "time"))
    var expires = DurationText.day
    @OptionGroup var state: StateOption

    func run(in world: World) throws {
        try report(in: world) {
            var session = try PlanningSession(
                site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
                world: world)
            session.mentionOpenJournals(state.journals, host)
            let status = session.status(detailed: detailedExitCode)
            if format == .svg { session.warnOfFindings(world) }
            world.say(try session.rendered(as: format, status: status, color: world.hasColor))
            if let out { try save(session, status, to: out, world) }
            return status
        }
    }

    /// Saves a plan that can be carried out; of any other it says that it was not saved.
    private func save(_ session: PlanningSession, _ status: ExitStatus, to path: String, _ world: World) throws {
        guard [.changes, .noChanges].contains(session.result.plan.verdict) else {
            let diagnostic = Diagnostic(
                .planNotSaved, "\(path) was not written: this plan cannot be carried out", severity: .warning)
            world.warn(DiagnosticText().render([diagnostic]))
            return
        }
        let saved = try PlanFile.write(session, exit: status, expires: expires.duration, to: path, world: world)
        world.warn("saved \(displayable(path)), good until \(saved.expires), sha256 \(saved.sha256)\n")
    }
}

extension PlanningSession {
    /// The plan as text, JSON, Markdown or a drawing.
    func rendered(as format: PlanFormat, status: ExitStatus, color: Bool) throws -> String {
        switch format {
        case .text: PlanText(result.plan, sources: sources).text(color: color)
        case .json: try JSONText.of(PlanJSON(result.plan, exit: status.report))
        case .markdown: PlanMarkdown(result.plan).text
        case .svg: HostSVG(picture).text
        }
    }

    /// Shows the findings beside a picture, which has no room for them.
    func warnOfFindings(_ world: World) {
        world.warn(DiagnosticText(sources: sources).render(result.plan.diagnostics))
    }

    /// The host with its guests where the plan has them.
    var picture: HostPicture { HostPicture(facts, plan: result.plan, policy: policy, specs: guests) }
}
