/// A call to libvirt that failed, in libvirt's own words.
public struct LibvirtError: Error, Hashable, Sendable {
    /// What a failure means to the caller. It follows from libvirt's number, never from its words.
    public enum ErrorKind: Hashable, Sendable, CaseIterable {
        /// libvirt's library is not on this machine.
        case notInstalled
        /// There is nobody to talk to: no daemon, no host, or the connection broke.
        case unreachable
        /// The user may not do that, or the connection is read-only.
        case notPermitted
        /// There is no domain of that name.
        case noDomain
        /// The document does not follow libvirt's schema.
        case schema
        /// The document is not well formed or not a domain.
        case malformed
        /// The driver or the hypervisor cannot do that.
        case unsupported
        /// An argument or a flag is not known to the driver.
        case invalidArgument
        /// Not in the domain's present state: it runs, it does not run, it has a managed save image.
        case wrongState
        /// Somebody else holds what is needed.
        case busy
        /// libvirt gave up waiting.
        case timedOut
        /// Anything else.
        case other
    }

    /// The function that failed: `virConnectOpen`.
    public let call: String
    /// libvirt's number of the error (`virErrorNumber`).
    public let code: Int
    /// libvirt's number of the part that raised it (`virErrorDomain`).
    public let domain: Int
    /// What libvirt said. Where it said several lines, such as a refusal of its schema, they are joined by `; `.
    public let message: String
    /// What it means to the caller.
    public let kind: ErrorKind

    /// `systemCode` is the kernel's number where libvirt passes one on.
    init(call: String, code: Int, domain: Int, message: String, systemCode: Int32? = nil) {
        self.call = call
        self.code = code
        self.domain = domain
        self.message = message
        kind = ErrorKind(code: code, systemCode: systemCode, isOpening: call.hasPrefix("virConnectOpen"))
    }

    /// The library cannot be loaded, for a reason in the loader's words.
    init(missing reason: String) {
        (call, code, domain, message, kind) = ("dlopen", 0, 0, reason, .notInstalled)
    }
}

extension LibvirtError: CustomStringConvertible {
    /// The call, the message and the number: `virDomainDefineXMLFlags: XML error: … (27)`.
    public var description: String { "\(call): \(message) (\(code))" }
}
