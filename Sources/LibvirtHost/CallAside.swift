internal import Glibc
internal import Synchronization

/// A call of libvirt on a thread of its own. A QEMU that hangs never answers; libvirt sets no limit to that, and has no way to end the
/// wait. What does not answer is left waiting until the process ends.
final class CallAside: Sendable {
    private let call: @Sendable () throws(LibvirtError) -> Void
    /// What came of it; nil until then.
    private let outcome = Mutex<Result<Void, LibvirtError>?>(nil)

    /// Begins the call.
    init(_ call: @escaping @Sendable () throws(LibvirtError) -> Void) {
        self.call = call
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                pointer.map { Unmanaged<CallAside>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard status == 0 else {
            // Without a thread the caller waits as long as libvirt does.
            Unmanaged.passUnretained(self).release()
            run()
            return
        }
        pthread_detach(thread)
    }

    private func run() {
        let result = Result { () throws(LibvirtError) in try call() }
        outcome.withLock { $0 = result }
    }

    /// Waits for the answer.
    ///
    /// - Parameter mayWait: Asked again and again; false ends the waiting.
    /// - Returns: Whether it came.
    /// - Throws: What the call threw.
    func wait(until end: ContinuousClock.Instant, while mayWait: () -> Bool) throws(LibvirtError) -> Bool {
        while true {
            if let result = outcome.withLock(\.self) {
                try result.get()
                return true
            }
            guard ContinuousClock.now < end, mayWait() else { return false }
            usleep(20_000)
        }
    }
}
