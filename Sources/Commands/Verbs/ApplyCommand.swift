internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

struct ApplyCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Reserve huge pages and bring libvirt's domains to what the site says.",
        discussion: """
            Only differences are written; a second run writes nothing. What stops a guest, removes or takes over a domain, or \
            shrinks a pool is asked for first.
            """)

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var files: RuntimeFiles

    @Flag(
        name: [.customShort("n"), .customLong("dry-run")],
        help: "Show the plan and change nothing, like the plan command.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Agree to what would be asked for.") var yes = false

    @Flag(help: "Let pools shrink to what is wanted.") var allowShrink = false

    @Flag(help: "Propose better places for guests that are placed badly.") var rebalance = false

    @Option(help: "The output's form.") var format: PlanFormat = .text

    @Flag(name: .customLong("detailed-exitcode"), help: "With --dry-run: end with 2 when there are differences.")
    var detailedExitCode = false

    @Option(help: ArgumentHelp("How long a guest may take to shut down.", valueName: "seconds")) var shutdownTimeout =
        120

    @Option(help: ArgumentHelp("How long growing pools may take.", valueName: "seconds")) var growTimeout = 120

    @Option(help: ArgumentHelp("How long to wait for another apply to finish.", valueName: "seconds")) var lockTimeout =
        30

    func validate() throws {
        if host.facts != nil, !dryRun {
            throw ValidationError("--facts goes with --dry-run: a file cannot be changed.")
        }
        if format == .svg, !dryRun { throw ValidationError("--format svg goes with --dry-run: it draws a plan.") }
        for (name, value) in [("shutdown", shutdownTimeout), ("grow", growTimeout), ("lock", lockTimeout)]
        where !(0...86_400).contains(value) {
            throw ValidationError("--\(name)-timeout takes 0 to 86400 seconds.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if dryRun { return try show(world) }
            let lock = try files.lock(timeout: .seconds(lockTimeout))
            defer { lock.release() }
            return try apply(world)
        }
    }

    private func show(_ world: World) throws -> ExitStatus {
        let session = try PlanningSession(
            site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
            world: world)
        let status = session.status(detailed: detailedExitCode)
        if format == .svg { session.warnOfFindings(world) }
        world.say(try session.rendered(as: format, status: status, color: world.hasColor))
        return status
    }

    private func apply(_ world: World) throws -> ExitStatus {
        let session = try PlanningSession(
            site: site.site, host: host, allowsShrink: allowShrink, rebalances: rebalance, consent: consent,
            world: world)
        let plan = session.result.plan
        let planned = session.status(detailed: false)
        guard [.changes, .noChanges].contains(plan.verdict) else {
            world.say(try session.rendered(as: format, status: planned, color: world.hasColor))
            return planned
        }
        // With JSON the one document on standard output is the result; the plan is for people then.
        let shown = try session.rendered(as: format == .json ? .text : format, status: planned, color: world.hasColor)
        if plan.verdict == .changes { if format == .json { world.warn(shown) } else { world.say(shown + "\n") } }
        if plan.verdict == .noChanges {
            world.warn(DiagnosticText(sources: session.sources).render(plan.diagnostics))
        }
        guard try consents(to: plan, world) else { return .needsConsent }
        let outcome = try ApplyRun(
            session: session, root: FilePath(host.root ?? "/"), shutdownLimit: .seconds(shutdownTimeout),
            growLimit: .seconds(growTimeout)
        ).run()
        var summary = ApplySummary(outcome, plan: plan, targets: session.result.poolTargets)
        if case .applied = outcome, try files.compileBootFile(session) {
            summary.steps.append("wrote \(files.bootFile)")
        }
        let status = ExitStatus(outcome)
        world.say(
            format == .json
                ? try JSONText.of(ApplyJSON(summary, exit: status.report))
                : ApplyReport(summary, sources: session.sources).text(color: world.hasColor))
        return status
    }

    /// Whether the operator agrees to what needs it: by `--yes`, or by an answer.
    private func consents(to plan: Plan, _ world: World) throws -> Bool {
        let risky = plan.changes.filter { $0.consent != nil }
        guard !risky.isEmpty, !yes else { return true }
        let list = risky.map { "\($0.address): \($0.consent ?? "")" }
        let question = list.map { "  \($0)\n" }.joined() + "Go on? Type yes: "
        if world.ask(question) == "yes" { return true }
        let diagnostic = Diagnostic(
            .needsConsent, "nothing was changed: \(risky.count) of the changes must be agreed to", notes: list,
            hint: "numactl-plan apply --yes agrees to all of them")
        world.warn(DiagnosticText().render(diagnostic))
        return false
    }
}
