internal import Diagnostics
internal import Execution
internal import FoundationEssentials
internal import HostModel
internal import LinuxHost
internal import Planning
internal import SystemPackage

/// A run that is put back unless somebody confirms it in time.
struct Confirmation {
    /// How long there is.
    let time: DurationText
    let files: RuntimeFiles
    /// What starts the program later.
    let startLater: World.StartLater

    /// Lets only a run go on that can be put back without anybody to ask.
    ///
    /// - Throws: ``CommandFailure`` with 15 and the steps that lead one way.
    func demandReversible(_ steps: [Step]) throws {
        let oneWay = steps.filter(\.isOneWay)
        guard !oneWay.isEmpty else { return }
        throw CommandFailure(
            .needsConsent,
            [
                Diagnostic(
                    .confirmOneWay, "nothing was changed: not all of the plan can be undone automatically",
                    notes: oneWay.map { displayable($0.order) },
                    hint:
                        "apply the plan without --confirm-within, or leave these out of the site until the rest is applied"
                )
            ])
    }

    /// Sees to it that the transaction is rolled back when the time is over.
    ///
    /// - Throws: ``Unarmed`` when it cannot be had.
    func arm(_ id: TransactionID) throws(Unarmed) {
        let order = [
            "rollback", "\(id)", "--if-unconfirmed", "--yes", "--state-dir", absolutePath(files.state.stateDir),
            "--lock-file",
            absolutePath(files.lockOption.lockFile), "--boot-file", files.bootFilePath,
        ]
        do {
            try startLater(order, "\(id)", time.duration)
        } catch let error as Unarmed {
            throw error
        } catch {
            throw Unarmed(reason: "\(error)")
        }
    }

    /// Nobody would put the transaction back.
    struct Unarmed: Error {
        /// Why the timer could not be set.
        let reason: String
    }
}

extension World {
    /// Starts this program later: a transient timer of systemd where that runs, a process of its own that waits elsewhere.
    public static func startThisProgram(_ arguments: [String], transaction: String, after delay: Duration) throws {
        guard let program = DetachedProgram.path else {
            throw Confirmation.Unarmed(reason: "the path of this program is unknown")
        }
        let seconds = delay.components.seconds
        guard FileManager.default.fileExists(atPath: "/run/systemd/system"), let id = TransactionID(transaction) else {
            _ = try DetachedProgram.start(program, arguments + ["--after", "\(seconds)s"])
            return
        }
        let command = SystemdTimer(id, seconds: seconds).command([program.string] + arguments)
        let systemd = FilePath(command[0])
        let process = try DetachedProgram.start(systemd, Array(command.dropFirst()))
        guard DetachedProgram.status(of: process) == 0 else {
            throw SysfsError.failed(.start, path: systemd, .ioError)
        }
    }
}
