public import ArgumentParser
internal import Diagnostics

/// The root command.
public struct NumactlPlan: ParsableCommand {
    /// How the command presents itself.
    public static let configuration = CommandConfiguration(
        commandName: "numactl-plan",
        abstract: "Place KVM guests on NUMA cells, reserve their huge pages and update libvirt's domains.",
        discussion: """
            A site file describes flavors and guests. The planner places all guests of a host together, and only differences are \
            written: huge pages through sysfs, definitions through libvirt. See numactl-plan(1) and numactl-plan-site(5).
            """,
        version: NumactlPlan.version,
        subcommands: [
            PlanCommand.self, ApplyCommand.self, RollbackCommand.self, ConfirmCommand.self, HistoryCommand.self,
            StatusCommand.self, CapacityCommand.self, VerifyCommand.self, DoctorCommand.self, MetricsCommand.self,
            ExplainCommand.self, FactsCommand.self, ValidateCommand.self, RenderCommand.self,
            BootCommand.self, InitCommand.self, SchemaCommand.self, ImportCommand.self,
        ])

    /// The version of the program. CHANGELOG.md, the manual's footers and the packages name it as well, and
    /// .ci/check-version compares them.
    public static let version = "0.2.0"

    /// Makes the command; called by the parser.
    public init() {}

    /// Runs the command of a whole command line, the program's own name first.
    ///
    /// The standard library reads it from /proc; without that there is nothing, and whatever was asked for is not done.
    public static func run(commandLine: [String], in world: World) -> Int32 {
        guard !commandLine.isEmpty else {
            let message = "the command line cannot be read from /proc/self/cmdline"
            world.tell([Diagnostic(.sysfsUnreadable, message, hint: "mount -t proc proc /proc")])
            return ExitStatus.inputMissing.rawValue
        }
        return run(Array(commandLine.dropFirst()), in: world)
    }

    /// Runs the command that the arguments name, the program's own name left out.
    ///
    /// - Returns: What the process should end with: 1 where all was well but the result could not be written.
    private static func run(_ arguments: [String], in world: World) -> Int32 {
        let status = outcome(arguments, in: world)
        guard let failure = world.outputFailure() else { return status }
        if case .failed(let reason) = failure {
            let finding = Diagnostic(.outputUnwritable, "cannot write to standard output: \(reason)")
            world.tell([finding])
        }
        let isLost = [ExitStatus.done, .differences, .restartPending].map(\.rawValue).contains(status)
        return isLost ? ExitStatus.unexpected.rawValue : status
    }

    private static func outcome(_ arguments: [String], in world: World) -> Int32 {
        do {
            var command = try parseAsRoot(DetailsOption.completed(arguments))
            if let command = command as? any WorldCommand {
                try command.run(in: command.shown(in: world))
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty { code.isSuccess ? world.say(message + "\n") : world.warn(message + "\n") }
            return code.rawValue
        }
    }
}
