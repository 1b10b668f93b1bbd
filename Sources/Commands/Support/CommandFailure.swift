internal import ArgumentParser
internal import Diagnostics

/// Why a command ends without its result.
struct CommandFailure: Error {
    let status: ExitStatus
    let diagnostics: [Diagnostic]
    let sources: [SourceText]

    init(_ status: ExitStatus, _ diagnostics: [Diagnostic], sources: [SourceText] = []) {
        self.status = status
        self.diagnostics = diagnostics
        self.sources = sources
    }
}

/// A command that sees the process only through a ``World``, so that tests run the command itself.
protocol WorldCommand: ParsableCommand {
    func run(in world: World) throws
    /// The world as the command's own options have it shown.
    func shown(in world: World) -> World
}

extension WorldCommand {
    func run() throws { try run(in: .live) }

    func shown(in world: World) -> World { world }

    /// Runs a command's body and turns what it comes to into an exit status: the one place where that happens.
    func report(in world: World, _ body: () throws -> ExitStatus) throws {
        let status: ExitStatus
        do {
            status = try body()
        } catch let failure as CommandFailure {
            world.tell(failure.diagnostics, sources: failure.sources)
            status = failure.status
        }
        guard status == .done else { throw ExitCode(status.rawValue) }
    }
}

extension CommandFailure {
    /// Refuses a name of a guest that an option names and nobody bears.
    ///
    /// - Parameter option: As it was written: `--restart`.
    /// - Throws: ``CommandFailure`` with 64.
    static func demandKnown(_ names: Set<String>, _ known: [String], option: String) throws {
        guard let unknown = names.subtracting(known).min() else { return }
        let meant = suggestion(for: unknown, among: known).map { "did you mean \($0)?" }
        throw CommandFailure(
            .usage,
            [Diagnostic(.unknownGuest, "\(option) names '\(unknown)', which is not a guest of this host", hint: meant)])
    }
}
