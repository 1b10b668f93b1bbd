internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering
internal import XMLTree

struct HistoryCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the changes made to this host and their outcome.",
        discussion: """
            Newest first, or one transaction in detail. Secrets are shown with --definition only.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: ArgumentHelp("Show only this transaction.", valueName: "transaction"),
        completion: .offering(\.transactions))
    var transaction: String?

    @Flag(help: "Mark the transaction as settled after checking the host by hand; nothing is changed.")
    var close = false

    @Option(help: ArgumentHelp("With --close: a note for the history.", valueName: "text"))
    var note: String?

    @Option(
        help: ArgumentHelp(
            "Print the guest's definition from before the transaction, secrets included, for virsh define.",
            valueName: "guest"))
    var definition: String?

    @Option(help: "Output format.") var format: Format = .text

    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if close, transaction == nil { throw ValidationError("--close needs the name of a transaction.") }
        if definition != nil, transaction == nil {
            throw ValidationError("--definition needs the name of a transaction.")
        }
        if note != nil, !close { throw ValidationError("--note needs --close.") }
        if close, definition != nil { throw ValidationError("--close and --definition exclude each other.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if let transaction, close { return try settle(transaction, world) }
            if let transaction, let definition { return try show(definition, of: transaction, world) }
            let entries = try transaction.map { [try state.journals.entry($0)] } ?? state.journals.entries()
            world.say(
                format == .json
                    ? try JSONText.of(HistoryJSON(entries, exit: ExitStatus.done.report))
                    : transaction == nil
                        ? HistoryText(entries).list(color: world.hasColor, width: world.width)
                        : HistoryText(entries).detail(color: world.hasColor, width: world.width))
            return .done
        }
    }

    private func settle(_ name: String, _ world: World) throws -> ExitStatus {
        let lock = try lockOption.lock(timeout: .zero)
        defer { lock.release() }
        let id = try state.journals.id(of: name)
        do {
            if let stored = try legible(id), !stored.transaction.isOpen {
                try state.journals.refuseWhileWaiting()
                world.say("Transaction \(id) is settled already.\n")
                return .done
            }
            try state.journals.close(id, as: .closed, note: note ?? "")
        } catch let error as JournalStore.JournalFailure {
            throw CommandFailure(error)
        }
        world.say("Closed transaction \(id).\n")
        return .done
    }

    /// The transaction; nil when its journal is damaged, which is no reason not to close it.
    private func legible(_ id: TransactionID) throws -> JournalStore.Stored? {
        do throws(JournalStore.JournalFailure) {
            return try state.journals.read(id)
        } catch {
            if case .damaged = error { return nil }
            throw error
        }
    }

    private func show(_ guest: String, of name: String, _ world: World) throws -> ExitStatus {
        let id = try state.journals.id(of: name)
        let transaction: Transaction
        do {
            transaction = try state.journals.read(id).transaction
        } catch {
            throw CommandFailure(error)
        }
        for entry in transaction.entries {
            guard case .define(let define)? = entry.write.inverse.first, define.guest == guest else { continue }
            world.say(XMLWriter.write(define.document))
            return .done
        }
        throw CommandFailure(
            .inputMissing,
            [Diagnostic(.unknownGuest, "transaction \(id) replaced or removed no definition of '\(guest)'")])
    }
}
