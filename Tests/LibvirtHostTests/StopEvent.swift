import CLibvirt
import Dispatch
import Foundation

/// Waits until libvirt tells that a domain has stopped. The driver's connection must be open already, and with it the event loop.
final class StopEvent {
    struct Failure: Error { let call: String }

    /// What the callback, in the thread of libvirt's event loop, gets to see.
    private final class Watch: Sendable {
        let name: String
        let hasCome = DispatchSemaphore(value: 0)
        init(_ name: String) { self.name = name }
    }

    private let watch: Watch
    private let connection: virConnectPtr
    private let callback: Int32

    /// Begins to listen.
    init(of name: String, at uri: String) throws {
        guard let connection = virConnectOpen(uri) else { throw Failure(call: "virConnectOpen") }
        let watch = Watch(name)
        let lifecycle: virConnectDomainEventCallback = { _, domain, event, _, opaque in
            guard let domain, let opaque, event == Int32(VIR_DOMAIN_EVENT_STOPPED.rawValue) else { return 0 }
            let watch = Unmanaged<Watch>.fromOpaque(opaque).takeUnretainedValue()
            if virDomainGetName(domain).map({ String(cString: $0) }) == watch.name { watch.hasCome.signal() }
            return 0
        }
        callback = virConnectDomainEventRegisterAny(
            connection, nil, Int32(VIR_DOMAIN_EVENT_ID_LIFECYCLE.rawValue),
            unsafeBitCast(lifecycle, to: virConnectDomainEventGenericCallback.self),
            Unmanaged.passRetained(watch).toOpaque(),
            { opaque in opaque.map { Unmanaged<Watch>.fromOpaque($0).release() } })
        (self.connection, self.watch) = (connection, watch)
        guard callback >= 0 else { throw Failure(call: "virConnectDomainEventRegisterAny") }
    }

    deinit {
        virConnectDomainEventDeregisterAny(connection, callback)
        virConnectClose(connection)
    }

    /// Returns when the domain has stopped.
    ///
    /// - Throws: ``Failure`` after two minutes, which no machine takes.
    func wait() throws {
        guard watch.hasCome.wait(timeout: .now() + 120) == .success else {
            throw Failure(call: "VIR_DOMAIN_EVENT_STOPPED")
        }
    }
}
