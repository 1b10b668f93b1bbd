internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering
internal import SystemPackage

struct RollbackCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Undo an apply.",
        discussion: """
            Without a name, undoes the newest unfinished transaction, else the last one. If others have changed \
            the same things since, nothing is undone unless --force is given. May be run again after it was killed.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: ArgumentHelp("The transaction; history lists them.", valueName: "transaction"),
        completion: .offering(\.transactions))
    var transaction: String?

    @Option(help: ArgumentHelp("Connect to this libvirt (default: the transaction's).", valueName: "uri"))
    var connect: String?

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Show what would be restored; change nothing.")
    var dryRun = false

    @Flag(help: "Also undo changes that others made since.") var force = false

    @Flag(help: "First shut down the guests that the transaction started or created.") var stopStarted = false

    @Flag(help: "With --stop-started: power off guests that do not shut down in time.") var forceOff = false

    @Flag(
        help: "Do nothing unless the transaction is still unconfirmed; for the timer of apply --confirm-within.")
    var ifUnconfirmed = false

    @Option(help: ArgumentHelp("With --if-unconfirmed: wait this long first.", valueName: "time")) var after:
        DurationText?

    @Flag(name: .shortAndLong, help: "Undo a completed transaction without asking.") var yes = false

    @Option(help: "Output format.") var format: Format = .text

    @Option(
        help: ArgumentHelp("The boot file, the only file that is restored.", valueName: "file"), completion: .file())
    var bootFile = BootFile.standardPath.string

    @OptionGroup var limits: WriteLimits
    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if ifUnconfirmed, transaction == nil {
            throw ValidationError("--if-unconfirmed needs the name of a transaction.")
        }
        if after != nil, !ifUnconfirmed { throw ValidationError("--after needs --if-unconfirmed.") }
        if dryRun, ifUnconfirmed { throw ValidationError("--dry-run cannot be combined with --if-unconfirmed.") }
        if forceOff, !stopStarted { throw ValidationError("--force-off needs --stop-started.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if let after { Waiting.wait(after.duration) }
            if ifUnconfirmed, let transaction {
                return try Reversion(journals: state.journals, lockOption: lockOption, transaction: transaction)
                    .run(world) { stored in
                        try finish(
                            try rolledBack(stored, mustBeTold: false, reason: "not confirmed in time", world),
                            world)
                    }
            }
            let lock = try lockOption.lock(timeout: .seconds(limits.lockTimeout))
            defer { lock.release() }
            let chosen = try state.journals.chosen(transaction)
            guard let stored = chosen, stored.transaction.isStanding else {
                return try finish(
                    RollbackSummary(
                        host: world.hostName, transaction: (chosen?.id).map { "\($0)" }, outcome: .nothingToDo), world)
            }
            try state.journals.refuseWhileWaiting(besides: stored.id)
            if dryRun { return try finish(try run(of: stored, mustBeTold: true, reason: "", world).plan(), world) }
            guard try consents(to: stored, world) else { return .needsConsent }
            return try finish(try rolledBack(stored, reason: "numactl-plan rollback", world), world)
        }
    }

    private func rolledBack(
        _ stored: JournalStore.Stored, mustBeTold: Bool = true, reason: String, _ world: World
    ) throws -> RollbackSummary {
        try run(of: stored, mustBeTold: mustBeTold, reason: reason, world).run()
    }

    private func run(of stored: JournalStore.Stored, mustBeTold: Bool, reason: String, _ world: World) -> RollbackRun {
        let header = stored.transaction.header
        return RollbackRun(
            stored: stored, journals: state.journals,
            host: WritableHost(uri: connect ?? header.uri, root: header.root).waiting(limits).showing(world.progress),
            bootFile: absolutePath(bootFile), force: force, stopsGuests: stopStarted, switchesOff: forceOff,
            mustBeTold: mustBeTold,
            reason: reason)
    }

    private func finish(_ summary: RollbackSummary, _ world: World) throws -> ExitStatus {
        var status: ExitStatus = summary.outcome == .incomplete ? .rollbackIncomplete : .done
        // A journal that stays open is nothing that ends well, whatever became of the host.
        if status == .done, summary.diagnostics.contains(where: { $0.severity == .error }) { status = .unexpected }
        world.say(
            format == .json
                ? try JSONText.of(RollbackJSON(summary, exit: status.report))
                : RollbackReport(summary).text(color: world.hasColor, width: world.width))
        if format == .text { world.tell(summary.diagnostics) }
        return status
    }

    /// What broke off is put back without a question; what came to its end only when somebody agrees.
    private func consents(to stored: JournalStore.Stored, _ world: World) throws -> Bool {
        guard !stored.transaction.isOpen, !yes else { return true }
        let writes = stored.transaction.entries.map { "  \($0.write.action)\n" }.joined()
        let site = stored.transaction.header.site
        let question = "Transaction \(stored.id) of site \(site) wrote:\n\(writes)Roll it back? Type yes: "
        if let answer = world.ask(question) {
            if answer == "yes" { return true }
            world.warn("Cancelled; nothing was changed.\n")
            return false
        }
        let diagnostic = Diagnostic(
            .needsConsent, "not rolled back: \(stored.id) completed; undoing it needs --yes",
            hint: "numactl-plan rollback \(stored.id) --yes; --dry-run shows what it would restore")
        world.tell([diagnostic])
        return false
    }
}
