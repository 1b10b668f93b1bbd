internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering
internal import SystemPackage

struct RollbackCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Bring the host back to what it was before an apply.",
        discussion: """
            Without a name it is the newest transaction that broke off, else the last one. Everything that it wrote \
            must be as it was before or as it was left; otherwise nothing is done. May be called again when it was killed.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: ArgumentHelp("The transaction, as history names it.", valueName: "transaction"),
        completion: .offering(\.transactions))
    var transaction: String?

    @Option(help: ArgumentHelp("Connect to libvirt there (default: as the transaction did).", valueName: "uri"))
    var connect: String?

    @Flag(help: "Undo also what somebody changed since.") var force = false

    @Flag(help: "First shut down the guests that the transaction started or made.") var stopStarted = false

    @Flag(help: "With --stop-started: switch off guests that do not shut down in time.") var forceOff = false

    @Flag(
        help: "Do nothing unless the transaction waits to be confirmed; what the timer of apply --confirm-within runs.")
    var ifUnconfirmed = false

    @Option(help: ArgumentHelp("With --if-unconfirmed: wait that long first.", valueName: "time")) var after:
        DurationText?

    @Flag(name: .shortAndLong, help: "Roll a finished transaction back without asking.") var yes = false

    @Option(help: "The output's form.") var format: Format = .text

    @Option(
        help: ArgumentHelp("The boot file: the one file that is put back.", valueName: "file"), completion: .file())
    var bootFile = BootFile.standardPath.string

    @OptionGroup var limits: WriteLimits
    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    func validate() throws {
        if ifUnconfirmed, transaction == nil {
            throw ValidationError("--if-unconfirmed needs the name of a transaction.")
        }
        if after != nil, !ifUnconfirmed { throw ValidationError("--after goes with --if-unconfirmed.") }
        if forceOff, !stopStarted { throw ValidationError("--force-off goes with --stop-started.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if let after { Waiting.wait(after.duration) }
            if ifUnconfirmed, let transaction {
                return try Reversion(journals: state.journals, lockOption: lockOption, transaction: transaction)
                    .run(world) { stored in
                        try finish(
                            try rolledBack(stored, mustBeTold: false, reason: "nobody confirmed it in time"), world)
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
            guard try consents(to: stored, world) else { return .needsConsent }
            return try finish(try rolledBack(stored, reason: "numactl-plan rollback"), world)
        }
    }

    private func rolledBack(
        _ stored: JournalStore.Stored, mustBeTold: Bool = true, reason: String
    ) throws -> RollbackSummary {
        let header = stored.transaction.header
        return try RollbackRun(
            stored: stored, journals: state.journals,
            host: WritableHost(uri: connect ?? header.uri, root: header.root).waiting(limits),
            bootFile: absolutePath(bootFile), force: force, stopsGuests: stopStarted, switchesOff: forceOff,
            mustBeTold: mustBeTold,
            reason: reason
        ).run()
    }

    private func finish(_ summary: RollbackSummary, _ world: World) throws -> ExitStatus {
        var status: ExitStatus = summary.outcome == .incomplete ? .rollbackIncomplete : .done
        // A journal that stays open is nothing that ends well, whatever became of the host.
        if status == .done, summary.diagnostics.contains(where: { $0.severity == .error }) { status = .unexpected }
        world.say(
            format == .json
                ? try JSONText.of(RollbackJSON(summary, exit: status.report))
                : RollbackReport(summary).text(color: world.hasColor))
        return status
    }

    /// What broke off is put back without a question; what came to its end only when somebody agrees.
    private func consents(to stored: JournalStore.Stored, _ world: World) throws -> Bool {
        guard !stored.transaction.isOpen, !yes else { return true }
        let writes = stored.transaction.entries.map { "  \($0.write.action)\n" }.joined()
        let site = stored.transaction.header.site
        let question = "Transaction \(stored.id) of site \(site) wrote:\n\(writes)Put it back? Type yes: "
        if world.ask(question) == "yes" { return true }
        let diagnostic = Diagnostic(
            .needsConsent, "nothing was put back: transaction \(stored.id) came to its end",
            hint: "numactl-plan rollback \(stored.id) --yes puts it back without asking")
        world.warn(DiagnosticText().render(diagnostic))
        return false
    }
}
