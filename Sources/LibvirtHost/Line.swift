internal import Glibc
internal import Synchronization

/// A connection that is opened anew after its daemon has gone and come back, as when it is restarted.
final class Line: Sendable {
    private let current: Mutex<Connection>
    private let reopen: (@Sendable () throws(LibvirtError) -> Connection)?
    private let patience: Duration

    /// Holds a connection. Without `reopen` it is the only one there will be.
    init(
        _ connection: Connection, patience: Duration, reopen: (@Sendable () throws(LibvirtError) -> Connection)?
    ) {
        current = Mutex(connection)
        self.reopen = reopen
        self.patience = patience
    }

    /// Whether there is somebody at the other end, as far as the last call tells.
    var isAlive: Bool { current.withLock { $0 }.isAlive }

    /// The connection; where it has broken, a new one, as soon as somebody answers within the patience.
    ///
    /// A call in the middle of which it breaks fails: nobody knows whether the daemon has done it.
    func connection() throws(LibvirtError) -> Connection {
        let present = current.withLock { $0 }
        guard let reopen, !present.isAlive else { return present }
        let end = ContinuousClock.now + patience
        while true {
            do {
                let fresh = try reopen()
                current.withLock { $0 = fresh }
                return fresh
            } catch {
                guard ContinuousClock.now < end else { throw error }
                usleep(250_000)
            }
        }
    }
}
