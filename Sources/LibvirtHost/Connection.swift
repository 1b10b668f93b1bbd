internal import CLibvirt
internal import Glibc
public import HostModel

/// An open connection to libvirt. It is closed when the last reference to it goes.
///
/// A class, not a value with one owner: the facts, the interpreter and the command that made it hold the same connection. One thread
/// at a time: before version 10, a call of a second thread can wait for an answer that the first one gets (lost wake-up in the RPC
/// client).
public final class Connection: Sendable {
    /// Never changed, and libvirt locks what is behind it, so every thread may use it.
    nonisolated(unsafe) let handle: virConnectPtr
    /// How it was opened.
    let uri: String

    /// Opens `uri`, such as `qemu:///system`; a read-only connection can neither write nor read secrets.
    ///
    /// The library is loaded by the first connection of the process.
    /// - Throws: ``LibvirtError``, of kind `notInstalled`, `unreachable` or `notPermitted`.
    public init(uri: String, readOnly: Bool = false) throws(LibvirtError) {
        if let reason = Libvirt.missing { throw LibvirtError(missing: reason) }
        Libvirt.prepare()
        if Connection.isEmbedded(uri) { Libvirt.runEvents() }
        let handle = readOnly ? virConnectOpenReadOnly(uri) : virConnectOpen(uri)
        guard let handle else { throw .last(readOnly ? "virConnectOpenReadOnly" : "virConnectOpen") }
        self.handle = handle
        self.uri = uri
    }

    deinit { virConnectClose(handle) }

    /// Whether there is still somebody at the other end; a daemon that went away does not come back to an open connection.
    public var isAlive: Bool { virConnectIsAlive(handle) == 1 }

    /// The versions of libvirt (`9.0.0`) and of the hypervisor (`QEMU 7.2.22`); the mounts are not libvirt's to tell.
    ///
    /// The hypervisor is nil when the driver has none at hand.
    public func facts() throws(LibvirtError) -> LibvirtFacts {
        var library: UInt = 0
        guard virConnectGetLibVersion(handle, &library) == 0 else { throw .last("virConnectGetLibVersion") }
        var number: UInt = 0
        let hasVersion = virConnectGetVersion(handle, &number) == 0 && number > 0
        // The name is libvirt's own constant: it is not to be freed.
        let name = virConnectGetType(handle).map { String(cString: $0) }
        let hypervisor = hasVersion ? name.map { "\($0) \(Connection.version(number))" } : nil
        return LibvirtFacts(version: Connection.version(library), hypervisor: hypervisor)
    }

    /// libvirt's packing of versions: 1,000,000 × major + 1,000 × minor + release.
    private static func version(_ number: UInt) -> String {
        "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)"
    }

    /// Whether the driver runs inside this process: `qemu:///embed?root=…`.
    private static func isEmbedded(_ uri: String) -> Bool {
        uri.prefix { $0 != "?" }.hasSuffix(":///embed")
    }
}

/// Copies a text that libvirt allocated for the caller, and frees it.
func takeText(_ text: UnsafeMutablePointer<CChar>?, from call: String) throws(LibvirtError) -> String {
    guard let text else { throw .last(call) }
    defer { free(text) }
    return String(cString: text)
}
