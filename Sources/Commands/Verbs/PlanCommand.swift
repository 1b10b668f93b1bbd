internal import ArgumentParser
internal import Diagnostics
internal import Planning
internal import SiteFile

struct PlanCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what apply would change; change nothing.",
        discussion: "In the output, - is the present value and + is the wanted one.", aliases: ["diff"])

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions
    @OptionGroup var consent: ConsentOptions

    @OptionGroup var review: ReviewOptions
    @OptionGroup var search: SearchOptions

    @Flag(help: "Shrink pools that have more pages than wanted.") var allowShrink = false

    @Flag(help: "Propose moves that improve the placement.") var rebalance = false

    @OptionGroup var room: RoomOption

    @Flag(
        name: .customLong("detailed-exitcode"),
        help: "Exit 2 if there are differences, 3 if a restart is pending.")
    var detailedExitCode = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Save the plan for apply to carry out unchanged; the file is readable by its owner only.", valueName: "file"
        ))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "How long the saved plan is valid: a number with s, m, h or d.", valueName: "time"))
    var expires = DurationText.day
    @OptionGroup var state: StateOption

    @Flag(help: "Plan every host of the site in one run, from the folder of facts files given with --facts.")
    var allHosts = false

    @OptionGroup var output: OutputOptions

    var isText: Bool { review.format == .text }

    func validate() throws {
        if allHosts, host.facts == nil || host.host != nil {
            throw ValidationError("--all-hosts needs --facts with a folder, and excludes --host.")
        }
        if allHosts, out != nil { throw ValidationError("--out saves the plan of one host: not with --all-hosts.") }
        if allHosts, room.makeRoom != nil {
            throw ValidationError("--make-room is for one host: not with --all-hosts.")
        }
        if allHosts, review.format == .svg {
            throw ValidationError("--all-hosts needs --format text, json, markdown or html.")
        }
        if review.maxFactsAge != nil, host.facts == nil { throw ValidationError("--max-facts-age needs --facts.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if allHosts { return try planAll(world) }
            var session = try PlanningSession(
                site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
                maxFactsAge: review.maxFactsAge, effort: search.effort, makesRoomFor: room.makeRoom, world: world)
            session.mentionOpenJournals(state.journals, host)
            let status = session.status(detailed: detailedExitCode)
            world.say(try session.rendered(review, status: status, world: world))
            session.warnOfFindings(beside: review.format, world)
            if let out { try save(session, status, to: out, world) }
            return status
        }
    }

    /// Saves a plan that can be carried out; of any other it says that it was not saved.
    private func save(_ session: PlanningSession, _ status: ExitStatus, to path: String, _ world: World) throws {
        guard [.changes, .noChanges].contains(session.result.plan.verdict) else {
            let diagnostic = Diagnostic(
                .planNotSaved, "\(path) was not written: this plan cannot be applied", severity: .warning)
            world.tell([diagnostic])
            return
        }
        let saved = try PlanFile.write(session, exit: status, expires: expires.duration, to: path, world: world)
        world.note("saved \(displayable(path)), valid until \(saved.expires), sha256 \(saved.sha256)\n")
    }

    private func planAll(_ world: World) throws -> ExitStatus {
        let input = try SiteInput(site.site, world: world)
        let settings = PlanSettings(
            allowsShrink: allowShrink, rebalances: rebalance, consent: try consent.consent(for: input.site.guests),
            maxFactsAge: review.maxFactsAge, effort: search.effort)
        return try FleetRun(
            input: input, folder: host.facts ?? "", settings: settings, review: review, isDetailed: detailedExitCode
        ).run(in: world)
    }
}
