internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering

struct ConfirmCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Confirm an apply --confirm-within, so that it is not rolled back.",
        discussion: "Without a name, confirms the one that is waiting.")

    @Argument(
        help: ArgumentHelp("The transaction; history lists them.", valueName: "transaction"),
        completion: .offering(\.transactions))
    var transaction: String?

    @Option(help: ArgumentHelp("How long to wait for another run to finish.", valueName: "seconds")) var lockTimeout =
        30

    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    @OptionGroup var output: OutputOptions

    var isText: Bool { true }

    func validate() throws {
        guard (0...86_400).contains(lockTimeout) else {
            throw ValidationError("--lock-timeout takes 0 to 86400 seconds.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let lock = try lockOption.lock(timeout: .seconds(lockTimeout))
            defer { lock.release() }
            guard let stored = try state.journals.unconfirmed(transaction) else {
                throw CommandFailure(.stalePlan, [try refusal()])
            }
            do throws(JournalStore.JournalFailure) {
                try state.journals.close(stored.id, as: .applied, note: "confirmed")
            } catch {
                throw CommandFailure(error)
            }
            world.say("Confirmed transaction \(stored.id).\n")
            return .done
        }
    }

    /// Why there is nothing to confirm.
    private func refusal() throws -> Diagnostic {
        guard let name = transaction else {
            return Diagnostic(
                .confirmNothing, "no transaction is waiting for confirmation",
                hint: "numactl-plan history shows its state")
        }
        let entry = try state.journals.entry(name)
        return Diagnostic(
            .confirmNothing, "transaction \(name) is not waiting for confirmation",
            notes: entry.note.isEmpty ? [] : [entry.note], hint: "numactl-plan history \(name)")
    }
}
