internal import CLibvirt
internal import Glibc

extension Connection {
    /// Sets whether libvirt starts the domain with the host.
    public func setAutostart(_ name: String, _ autostart: Bool) throws(LibvirtError) {
        try domain(name).call("virDomainSetAutostart") { virDomainSetAutostart($0, autostart ? 1 : 0) }
    }

    /// Starts a domain from its definition, or from its managed save image where there is one: look at ``status(of:)`` first.
    public func start(_ name: String) throws(LibvirtError) {
        try domain(name).call("virDomainCreateWithFlags") { virDomainCreateWithFlags($0, 0) }
    }

    /// Asks a running domain to shut down and waits until it has; a domain that does not run is left alone. A guest is never
    /// switched off by this.
    ///
    /// - Parameter mayWait: Asked again and again; false ends the waiting, also for a QEMU that hangs and does not take the request.
    /// - Returns: Whether it is down; false when the waiting ended. It may still go down later.
    public func shutDown(
        _ name: String, within limit: Duration, while mayWait: () -> Bool = { true }
    ) throws(LibvirtError) -> Bool {
        guard let domain = try runningDomain(name) else { return true }
        let end = ContinuousClock.now + limit
        do {
            guard try askQEMU(of: name, "virDomainShutdown", until: end, while: mayWait, virDomainShutdown) else {
                return false
            }
        } catch  where error.kind == .wrongState || error.kind == .noDomain || error.kind == .other {
            // It may have gone down by itself in the meantime; libvirt takes a while to see that when a monitor breaks off.
            guard try domain.isGone(by: .now + .seconds(5)) else { throw error }
        }
        return try domain.isGone(by: end, while: mayWait)
    }

    /// Switches a running domain off, as by pulling the plug; a domain that does not run is left alone.
    public func switchOff(_ name: String) throws(LibvirtError) {
        guard let domain = try runningDomain(name) else { return }
        do {
            try domain.call("virDomainDestroyFlags") { virDomainDestroyFlags($0, 0) }
        } catch  where error.kind == .wrongState || error.kind == .noDomain {
            // It went down by itself in the meantime.
            guard try domain.isGone(by: .now + .seconds(5)) else { throw error }
        }
    }
}

extension DomainHandle {
    /// Waits until QEMU no longer runs; false when the waiting ended.
    fileprivate func isGone(
        by end: ContinuousClock.Instant, while mayWait: () -> Bool = { true }
    ) throws(LibvirtError) -> Bool {
        while try !isGone() {
            guard ContinuousClock.now < end, mayWait() else { return false }
            usleep(200_000)
        }
        return true
    }

    /// Whether QEMU no longer runs; a transient domain disappears altogether.
    private func isGone() throws(LibvirtError) -> Bool {
        do {
            return try !isActive()
        } catch  where error.kind == .noDomain {
            return true
        }
    }
}
