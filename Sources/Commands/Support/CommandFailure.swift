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

extension ParsableCommand {
    /// Runs a command's body and turns what it comes to into an exit status: the one place where that happens.
    func report(in world: World, _ body: () throws -> ExitStatus) throws {
        let status: ExitStatus
        do {
            status = try body()
        } catch let failure as CommandFailure {
            world.warn(DiagnosticText(sources: failure.sources).render(failure.diagnostics))
            status = failure.status
        }
        guard status == .done else { throw ExitCode(status.rawValue) }
    }
}
