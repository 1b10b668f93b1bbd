internal import CLibvirt

/// How long calls that QEMU has to answer are waited for.
public struct MonitorPatience: Sendable {
    var limit: Duration
    var mayWait: @Sendable () -> Bool

    /// - Parameters:
    ///   - limit: More than the 30 s that libvirt itself waits for a domain that another call is at.
    ///   - mayWait: Asked again and again; false ends the waiting.
    public init(limit: Duration = .seconds(60), while mayWait: @escaping @Sendable () -> Bool = { true }) {
        self.limit = limit
        self.mayWait = mayWait
    }
}

extension Connection {
    /// A call that QEMU has to answer, under the name that errors carry.
    ///
    /// - Returns: Whether it was answered; false when the waiting ended before. It may still be carried out later.
    func askQEMU(
        of name: String, _ call: String, until end: ContinuousClock.Instant, while mayWait: () -> Bool,
        _ function: @escaping @Sendable (virDomainPtr) -> Int32
    ) throws(LibvirtError) -> Bool {
        // Each connection of the test driver may have domains of its own, which never hang.
        guard !uri.hasPrefix("test:") else {
            try domain(name).call(call, function)
            return true
        }
        let request = CallAside { [uri] () throws(LibvirtError) in
            try Connection(uri: uri).domain(name).call(call, function)
        }
        return try request.wait(until: end, while: mayWait)
    }

    /// A call that QEMU has to answer, waited for as long as the patience lasts.
    ///
    /// - Throws: ``LibvirtError``, of kind `timedOut` when the waiting ended before the answer.
    func askQEMU(
        of name: String, _ call: String, _ patience: MonitorPatience,
        _ function: @escaping @Sendable (virDomainPtr) -> Int32
    ) throws(LibvirtError) {
        let end = ContinuousClock.now + patience.limit
        guard try !askQEMU(of: name, call, until: end, while: patience.mayWait, function) else { return }
        throw LibvirtError(
            call: call, code: Int(VIR_ERR_OPERATION_TIMEOUT.rawValue), domain: Int(VIR_FROM_QEMU.rawValue),
            message: "QEMU of \(name) does not answer its monitor; it may still do this later")
    }
}
