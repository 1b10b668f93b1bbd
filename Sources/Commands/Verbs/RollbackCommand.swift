internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering

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
            let lock = try lockOption.lock(timeout: .seconds(limits.lockTimeout))
            defer { lock.release() }
            if ifUnconfirmed { return try revert(world) }
            let chosen = try state.journals.chosen(transaction)
            guard let stored = chosen, stored.transaction.isStanding else {
                return try finish(
                    RollbackSummary(
                        host: world.hostName, transaction: (chosen?.id).map { "\($0)" }, outcome: .nothingToDo), world)
            }
            guard try consents(to: stored, world) else { return .needsConsent }
            return try finish(try rolledBack(stored, reason: "numactl-plan rollback"), world)
        }
    }

    /// Rolls back what nobody has confirmed. There is nobody to ask and nobody to tell: why it could not be done is left in the
    /// journal, which is open then, so that every command says so.
    private func revert(_ world: World) throws -> ExitStatus {
        guard let stored = try state.journals.unconfirmed(transaction) else {
            world.say("There is nothing to roll back: the transaction does not wait to be confirmed.\n")
            return .done
        }
        do {
            return try finish(try rolledBack(stored, reason: "nobody confirmed it in time"), world)
        } catch let failure as CommandFailure {
            let reason = failure.diagnostics.flatMap { [$0.message] + $0.notes }.joined(separator: "; ")
            try? state.journals.close(
                stored.id, as: .incomplete, note: "nobody confirmed it in time, and it could not be put back: \(reason)"
            )
            throw failure
        }
    }

    private func rolledBack(_ stored: JournalStore.Stored, reason: String) throws -> RollbackSummary {
        let header = stored.transaction.header
        return try RollbackRun(
            stored: stored, journals: state.journals,
            host: WritableHost(uri: connect ?? header.uri, root: header.root).waiting(limits),
            force: force, stopsGuests: stopStarted, switchesOff: forceOff, reason: reason
        ).run()
    }

    private func finish(_ summary: RollbackSummary, _ world: World) throws -> ExitStatus {
        let status: ExitStatus = summary.outcome == .incomplete ? .rollbackIncomplete : .done
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
