internal import Diagnostics
internal import Execution
internal import HostModel
internal import LinuxHost
internal import Planning
internal import SystemPackage
internal import XMLTree

/// Tells on a terminal which write is going on, and passes everything on.
final class ProgressObserver: StepObserver {
    private let inner: any StepObserver
    private let line: ProgressLine
    private let host: WritableHost

    /// Passes everything on to `inner`.
    init(_ inner: any StepObserver, line: ProgressLine, host: WritableHost) {
        (self.inner, self.line, self.host) = (inner, line, host)
    }

    func willRun(_ effect: Effect) throws(StepFailure) {
        try inner.willRun(effect)
        begin(effect.action, advice: "Ctrl-C rolls back")
    }

    func didRun(_ effect: Effect, found: XMLElement?) {
        line.end()
        inner.didRun(effect, found: found)
    }

    func didFail(_ effect: Effect, _ failure: StepFailure) {
        line.end()
        inner.didFail(effect, failure)
    }

    func willUndo(_ action: HostWrite) {
        inner.willUndo(action)
        // A rollback is not interrupted.
        begin(action, advice: nil)
    }

    func didUndo(_ result: UndoResult) {
        line.end()
        inner.didUndo(result)
    }

    func mayRun(_ effects: [Effect]) throws(StepFailure) { try inner.mayRun(effects) }
    func didSkip(_ step: Step) { inner.didSkip(step) }

    private func begin(_ action: HostWrite, advice: String?) {
        switch action {
        case .setPools(let write):
            let (pools, root) = (write.targets, host.root)
            line.begin("reserving huge pages", within: host.growLimit, advice: advice) {
                ProgressObserver.pages(of: pools, root: root)
            }
        case .stop(let step):
            line.begin(
                "waiting for \(displayable(step.guest)) to shut down", within: host.shutdownLimit, advice: advice)
        default: line.begin("\(action)")
        }
    }

    /// `12000 of 40960 pages`; nil where the pools cannot be read.
    private static func pages(of targets: [PoolID: PageCount], root: String) -> String? {
        let pools = SysfsPools(root: FilePath(root))
        var present = PageCount.zero
        for pool in targets.keys {
            do throws(SysfsError) { present = try present + pools.read(pool).persistent } catch { return nil }
        }
        return "\(present) of \(targets.values.reduce(.zero, +)) pages"
    }
}
