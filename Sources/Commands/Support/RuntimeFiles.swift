internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import LinuxHost
internal import SiteFile
internal import SystemPackage

/// The files that apply keeps on a host.
struct RuntimeFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the pools' targets for the boot unit are kept.", valueName: "file"),
        completion: .file())
    var bootFile = BootFile.standardPath.string

    @Option(
        help: ArgumentHelp("The file by which only one apply runs at a time.", valueName: "file"), completion: .file())
    var lockFile = "/run/lock/numactl-plan.lock"

    /// Takes the host's lock.
    ///
    /// - Throws: ``CommandFailure`` with 75 when another holds it, with 77 when the file may not be made.
    func lock(timeout: Duration) throws -> HeldLock {
        do {
            return HeldLock(try HostLock(path: FilePath(lockFile), timeout: timeout))
        } catch {
            switch error {
            case .busy:
                throw CommandFailure(
                    .locked,
                    [Diagnostic(.lockBusy, "\(error)", hint: "try again later, or wait longer with --lock-timeout")])
            case .failed(let cause):
                throw CommandFailure(
                    cause.isNotPermitted ? .notPermitted : .unexpected,
                    [
                        Diagnostic(
                            .lockBusy, "\(cause)",
                            hint: cause.isNotPermitted
                                ? "apply is for root" : "--lock-file names a file in a folder that exists")
                    ])
            }
        }
    }

    /// Writes the boot file where what it says has changed.
    ///
    /// - Returns: Whether it was written. A host without wanted pages and without a boot file gets none.
    func compileBootFile(_ order: WorkOrder) throws -> Bool {
        let path = FilePath(bootFile)
        let targets = order.poolTargets
        let present = BootFile.read(path).value
        let file = BootFile(
            facts: order.facts, targets: targets.map { PoolTarget($0.key, pages: $0.value) }.sorted(),
            keepFree: order.keepFree)
        if present == nil, targets.isEmpty { return false }
        if let present, present.asksTheSame(as: file) { return false }
        do {
            try file.write(to: path)
            return true
        } catch {
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected,
                [
                    Diagnostic(
                        .outputUnwritable, "the host is as wanted, but the boot file was not written: \(error)",
                        hint: "make the folder of \(path), and apply again")
                ])
        }
    }
}

/// Holds the host's lock until it is released.
final class HeldLock {
    private var lock: HostLock?

    init(_ lock: consuming HostLock) { self.lock = consume lock }

    /// Gives the lock back.
    func release() { lock = nil }
}

extension BootFile {
    /// Whether two files reserve the same on the same cells. The memory of a cell is not compared: it differs a little from boot to
    /// boot, and on machines whose memory grows.
    func asksTheSame(as other: BootFile) -> Bool {
        func shape(_ file: BootFile) -> [(CellID, CPUSet, KiB)] { file.cells.map { ($0.id, $0.cpus, $0.keepFree) } }
        return host == other.host && targets == other.targets && shape(self).elementsEqual(shape(other), by: ==)
    }
}
