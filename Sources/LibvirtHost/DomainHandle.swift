internal import CLibvirt

/// One reference to a domain; it is given back when the object goes.
///
/// A class, since libvirt hands out whole lists of them and a value with one owner cannot be in an array. The pointer never leaves
/// it: read out of a temporary, it would outlive its reference.
final class DomainHandle {
    private let pointer: virDomainPtr

    /// Takes over a reference.
    init(owning pointer: virDomainPtr) { self.pointer = pointer }

    deinit { virDomainFree(pointer) }

    /// Calls one of libvirt's functions that give −1 on failure, under the name that errors carry.
    @discardableResult
    func call(_ name: String, _ function: (virDomainPtr) -> Int32) throws(LibvirtError) -> Int32 {
        try withExtendedLifetime(self) { () throws(LibvirtError) in
            let answer = function(pointer)
            guard answer >= 0 else { throw .last(name) }
            return answer
        }
    }

    /// Calls one of libvirt's functions that give a text to be freed, or nil on failure.
    func text(
        _ name: String, _ function: (virDomainPtr) -> UnsafeMutablePointer<CChar>?
    ) throws(LibvirtError) -> String {
        try withExtendedLifetime(self) { () throws(LibvirtError) in try takeText(function(pointer), from: name) }
    }
}

extension DomainHandle {
    func name() -> String {
        withExtendedLifetime(self) { virDomainGetName(pointer).map { String(cString: $0) } ?? "" }
    }

    /// Whether QEMU runs.
    func isActive() throws(LibvirtError) -> Bool { try call("virDomainIsActive", virDomainIsActive) == 1 }

    /// Whether the domain has a definition that outlives it.
    func isPersistent() throws(LibvirtError) -> Bool { try call("virDomainIsPersistent", virDomainIsPersistent) == 1 }

    /// Whether libvirt starts it with the host.
    func autostarts() throws(LibvirtError) -> Bool {
        var autostart: Int32 = 0
        try call("virDomainGetAutostart") { virDomainGetAutostart($0, &autostart) }
        return autostart != 0
    }

    /// Whether the next start would resume a saved image, with the definition that the image holds.
    func hasManagedSave() throws(LibvirtError) -> Bool {
        try call("virDomainHasManagedSaveImage") { virDomainHasManagedSaveImage($0, 0) } == 1
    }

    /// The definition; `flags` are libvirt's `VIR_DOMAIN_XML_…`.
    func xml(_ flags: virDomainXMLFlags...) throws(LibvirtError) -> String {
        let flags = flags.reduce(0) { $0 | $1.rawValue }
        return try text("virDomainGetXMLDesc") { virDomainGetXMLDesc($0, flags) }
    }
}

extension Connection {
    /// The domain of that name.
    ///
    /// - Throws: ``LibvirtError`` of kind `noDomain` when there is none.
    func domain(_ name: String) throws(LibvirtError) -> DomainHandle {
        guard let pointer = virDomainLookupByName(handle, name) else { throw .last("virDomainLookupByName") }
        return DomainHandle(owning: pointer)
    }

    /// What is done with the domain of that name; nil when there is none, or it goes while it is looked at.
    func unlessGone<Answer>(
        _ name: String, _ body: (DomainHandle) throws(LibvirtError) -> Answer?
    ) throws(LibvirtError) -> Answer? {
        do {
            return try body(try domain(name))
        } catch  where error.kind == .noDomain {
            return nil
        }
    }

    /// The domain of that name while it runs, or nil.
    func runningDomain(_ name: String) throws(LibvirtError) -> DomainHandle? {
        try unlessGone(name) { (domain) throws(LibvirtError) in try domain.isActive() ? domain : nil }
    }
}
