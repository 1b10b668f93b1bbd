internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import Rendering

struct ApplyCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Reserve huge pages and bring libvirt's domains in line with the site file.",
        discussion: """
            Writes differences only; a second run writes nothing. Asks before it stops a guest, removes or takes over a domain, \
            or shrinks a pool.
            """)

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var files: RuntimeFiles

    @Flag(
        name: [.customShort("n"), .customLong("dry-run")],
        help: "Show the plan and change nothing, like the plan command.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Answer yes to every confirmation.") var yes = false

    @Flag(help: "Shrink pools that have more pages than wanted.") var allowShrink = false

    @Flag(help: "Propose moves that improve the placement.") var rebalance = false

    @OptionGroup var room: RoomOption

    @OptionGroup var review: ReviewOptions
    @OptionGroup var search: SearchOptions

    @Flag(name: .customLong("detailed-exitcode"), help: "With --dry-run: exit 2 if there are differences.")
    var detailedExitCode = false

    @Option(
        name: .customLong("plan-sha256"),
        help: ArgumentHelp("Apply the saved plan only if it has this SHA-256 checksum.", valueName: "hex"))
    var planSHA256: String?

    @Option(
        help: ArgumentHelp(
            """
            Refuse a plan that disturbs running guests more than this. Default: daemon for a saved plan; no limit for a site file, \
            whose disruptive steps are confirmed instead.
            """))
    var maxDisruption: DisruptionLimit?

    @Option(
        help: ArgumentHelp(
            """
            Roll back automatically after this time (a number with s, m, h or d) unless numactl-plan confirm is run first.
            """, valueName: "time"))
    var confirmWithin: DurationText?

    @Flag(
        name: .customLong("continue"),
        help: "Resume an interrupted apply; close its journal when all is done.")
    var goesOn = false

    @OptionGroup var limits: WriteLimits

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if host.facts != nil, !dryRun {
            throw ValidationError("--facts needs --dry-run: a file cannot be changed.")
        }
        if let planSHA256, SHA256(parsing: planSHA256) == nil {
            throw ValidationError("--plan-sha256 takes 64 hexadecimal digits.")
        }
        if review.format.isPicture, !dryRun {
            throw ValidationError("--format \(review.format.rawValue) needs --dry-run: it shows a plan.")
        }
        if review.maxFactsAge != nil, host.facts == nil { throw ValidationError("--max-facts-age needs --facts.") }
        if confirmWithin != nil, dryRun { throw ValidationError("--confirm-within cannot be combined with --dry-run.") }
        if confirmWithin != nil, goesOn {
            throw ValidationError("--confirm-within cannot be combined with --continue.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let input = try ApplyInput(site.site, world: dryRun ? world : world.writing)
            let world = input.world
            if let bytes = input.planFile { return try applyFile(bytes, world) }
            if planSHA256 != nil { throw ValidationError("--plan-sha256 needs a saved plan.") }
            if dryRun { return try show(world) }
            let lock = try files.lockOption.lock(timeout: .seconds(limits.lockTimeout))
            defer { lock.release() }
            try files.demandTrustedBootFile()
            try demandQuiet()
            return try apply(world)
        }
    }

    private func show(_ world: World) throws -> ExitStatus {
        var session = try PlanningSession(
            site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
            maxFactsAge: review.maxFactsAge, effort: search.effort, makesRoomFor: room.makeRoom, world: world)
        try demandLiveMoves(session)
        session.mentionOpenJournals(files.state.journals, host)
        let status = session.status(detailed: detailedExitCode)
        world.say(try session.rendered(review, status: status, world: world))
        session.warnOfFindings(beside: review.format, world)
        return status
    }

    private var format: PlanFormat { review.format }

    /// Room is made while guests run, or not at all.
    private func demandLiveMoves(_ session: PlanningSession) throws {
        guard room.makeRoom != nil, !session.movesLive else { return }
        throw ValidationError("--make-room moves guests while they run: it needs --live, or 'moves: live' of the host.")
    }

    private func apply(_ world: World) throws -> ExitStatus {
        let session = try PlanningSession(
            site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
            effort: search.effort, makesRoomFor: room.makeRoom, world: world)
        try demandLiveMoves(session)
        let plan = session.result.plan
        let planned = session.status(detailed: false)
        guard [.changes, .noChanges].contains(plan.verdict) else {
            world.say(try session.rendered(review, status: planned, world: world))
            session.warnOfFindings(beside: format, world)
            return planned
        }
        // With JSON the one document on standard output is the result; the plan is for people then.
        let shown = try session.rendered(
            review, as: format == .json ? .text : format, status: planned, world: world)
        if plan.verdict == .changes { if format == .json { world.warn(shown) } else { world.say(shown + "\n") } }
        // With JSON the plan is shown as text, so its findings are beside it; Markdown without changes is not shown.
        let isInside = format == .markdown && plan.verdict == .changes
        session.warnOfFindings(beside: isInside ? format : .text, world)
        if let maxDisruption { try PlanApproval.demand(plan, atMost: maxDisruption.disruption) }
        try confirmation(world)?.demandReversible(session.result.steps)
        guard try consents(to: plan, world) else { return .needsConsent }
        return try carryOut(WorkOrder(session), world)
    }

    /// Carries out a saved plan, or with --dry-run says whether that could be done.
    private func applyFile(_ bytes: [UInt8], _ world: World) throws -> ExitStatus {
        if consent.isGiven || allowShrink || rebalance || room.makeRoom != nil {
            throw ValidationError(
                "A saved plan is applied unchanged: give --adopt, --prune, --restart, --allow-shrink and the like to plan."
            )
        }
        if search.effort != 1 {
            throw ValidationError("--effort cannot be combined with a saved plan, whose placement is fixed.")
        }
        if host.facts != nil {
            throw ValidationError(
                "--facts cannot be combined with a saved plan, which is checked against the host itself.")
        }
        if review.format.isPicture || review.xml {
            throw ValidationError("A saved plan is shown with --format text, json or markdown, and without --xml.")
        }
        let file = try PlanFile(bytes: bytes, path: site.site ?? "-")
        let approval = PlanApproval(
            file: file, sha256: planSHA256, maximum: maxDisruption?.disruption ?? .daemon, host: host)
        if dryRun { return try approval.check(world, review) }
        let lock = try files.lockOption.lock(timeout: .seconds(limits.lockTimeout))
        defer { lock.release() }
        try files.demandTrustedBootFile()
        try demandQuiet()
        let order = try approval.order(world)
        try confirmation(world)?.demandReversible(order.steps)
        if !order.steps.isEmpty {
            let shown = try order.plan.text(review, world)
            if format == .json { world.warn(shown) } else { world.say(shown + "\n") }
        }
        return try carryOut(order, world)
    }

    /// Carries out the steps and reports the result.
    private func carryOut(_ order: WorkOrder, _ world: World) throws -> ExitStatus {
        try files.demandPagesOfOtherSites(order)
        guard world.outputFailure() == nil else {
            throw CommandFailure(
                .unexpected, [Diagnostic(.outputUnwritable, "nothing was changed: the plan could not be shown")])
        }
        var result = try run(order, world).run()
        let outcome = result.outcome
        var summary = ApplySummary(outcome, plan: order.plan, targets: order.poolTargets)
        if result.wroteBootFile { summary.steps.append("wrote \(files.bootFile)") }
        if case .applied = outcome, goesOn {
            result.diagnostics += files.state.closeOpen(overtakenBy: result.transaction)
        }
        summary.diagnostics += result.diagnostics
        if let until = result.confirmUntil, let id = result.transaction {
            summary.diagnostics.append(
                Diagnostic(
                    .confirmAwaited, "rolls back at \(UTCTime(until)) unless confirmed",
                    severity: .warning, hint: "numactl-plan confirm \(id)"))
        }
        var status = ExitStatus(outcome)
        // An open journal is a failure, whatever the state of the host.
        if status == .done, result.diagnostics.contains(where: { $0.severity == .error }) { status = .unexpected }
        world.say(
            format == .json
                ? try JSONText.of(ApplyJSON(summary, exit: status.report))
                : ApplyReport(summary).text(color: world.hasColor, width: world.width))
        if format != .json { world.tell(summary.diagnostics, sources: order.sources) }
        return status
    }

    /// Refuses to write while a transaction is unfinished, unless this run continues it, or waits for confirmation.
    private func demandQuiet() throws {
        if goesOn { try files.state.journals.refuseWhileWaiting() } else { try files.state.refuseWhenOpen() }
    }

    private func run(_ order: WorkOrder, _ world: World) -> ApplyRun {
        ApplyRun(
            order: order,
            host: WritableHost(
                uri: order.uri, root: host.root ?? "/", defaultHugePage: order.facts.defaultHugePage
            ).waiting(limits).showing(world.progress),
            journals: files.state.journals, bootFile: files.wantedBootFile(order).map { (files.bootFilePath, $0) },
            bootFilePath: files.bootFilePath, confirmation: confirmation(world))
    }

    private func confirmation(_ world: World) -> Confirmation? {
        confirmWithin.map { Confirmation(time: $0, files: files, startLater: world.startLater) }
    }

    /// Whether the operator agrees to what needs it: by `--yes`, or by an answer.
    private func consents(to plan: Plan, _ world: World) throws -> Bool {
        let list = plan.consentLines { displayable($0) }
        guard !list.isEmpty, !yes else { return true }
        let lines = list.flatMap { line in
            wrapped(line, to: world.width - 4).enumerated().map { ($0 == 0 ? "  " : "    ") + $1 }
        }
        let question = lines.map { $0 + "\n" }.joined() + "Apply? Type yes: "
        if let answer = world.ask(question) {
            if answer == "yes" { return true }
            world.warn("Cancelled; nothing was changed.\n")
            return false
        }
        let risky = plan.changes.count { !$0.consents.isEmpty }
        let diagnostic = Diagnostic(
            .needsConsent, "nothing was changed: \(risky) of the changes need consent", notes: list,
            hint: "numactl-plan apply --yes answers yes to all of them")
        world.tell([diagnostic])
        return false
    }
}
