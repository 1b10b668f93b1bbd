internal import CLibvirt
internal import Synchronization

/// How libvirt took a definition.
public enum Validation: Hashable, Sendable {
    /// The document follows libvirt's schema.
    case passed
    /// It does not, but neither does the definition that libvirt held before: what is wrong there is not what was changed.
    case skipped(LibvirtError)
}

extension Connection {
    /// The inactive definition with its secrets, or nil when there is no domain of that name. Keep it out of logs and plans.
    public func definition(of name: String) throws(LibvirtError) -> String? {
        try unlessGone(name) { (domain) throws(LibvirtError) in
            try domain.xml(VIR_DOMAIN_XML_INACTIVE, VIR_DOMAIN_XML_SECURE)
        }
    }

    /// What a running domain runs with, without secrets; nil when it does not run or does not exist.
    public func liveDefinition(of name: String) throws(LibvirtError) -> String? {
        try unlessGone(name) { (domain) throws(LibvirtError) in try domain.isActive() ? try domain.xml() : nil }
    }

    /// Defines a domain, or changes the inactive definition of the one with this name and UUID.
    ///
    /// The document is held against libvirt's schema. Now and then libvirt's own dump fails that, so when `present`, the definition
    /// that libvirt wrote itself, fails as well, the document is taken without.
    /// - Throws: ``LibvirtError``, of kind `schema` when the document is at fault. The old definition then stands.
    public func define(_ document: String, replacing present: String? = nil) throws(LibvirtError) -> Validation {
        do {
            try define(document, VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
            return .passed
        } catch  where error.kind == .schema {
            guard let present, !follows(present) else { throw error }
            try define(document, 0)
            return .skipped(error)
        }
    }

    /// Removes the definition of a domain that does not run. Disks, NVRAM and the state of an emulated TPM are kept; libvirt
    /// refuses while there is a managed save image or a snapshot.
    public func undefine(_ name: String) throws(LibvirtError) {
        let domain = try domain(name)
        let keepNVRAM = VIR_DOMAIN_UNDEFINE_KEEP_NVRAM.rawValue
        do {
            try domain.undefine(keepNVRAM | VIR_DOMAIN_UNDEFINE_KEEP_TPM.rawValue)
        } catch  where error.kind == .invalidArgument || error.kind == .unsupported {
            // Below 8.9 there is no flag to keep a TPM's state, and it would be deleted without a word.
            guard try !domain.mayHaveTPM() else { throw error }
            do {
                try domain.undefine(keepNVRAM)
            } catch  where error.kind == .invalidArgument || error.kind == .unsupported {
                // A driver that knows no NVRAM; where one does, it refuses to undefine without the flag.
                try domain.undefine(0)
            }
        }
    }

    /// Gives a domain that does not run another name; its UUID and all else of it stays.
    public func rename(_ name: String, to new: String) throws(LibvirtError) {
        try domain(name).call("virDomainRename") { virDomainRename($0, new, 0) }
    }

    private func define(_ document: String, _ flags: UInt32) throws(LibvirtError) {
        try Connection.defining.withLock { (_) throws(LibvirtError) in
            guard let pointer = virDomainDefineXMLFlags(handle, document, flags) else {
                throw .last("virDomainDefineXMLFlags")
            }
            virDomainFree(pointer)
        }
    }

    /// Held while a document is defined: where the driver is in this process, it reads the schema with libxml2, and two threads that
    /// do so for the first time ruin libxml2's table of types for good.
    private static let defining = Mutex(())

    /// Whether a definition that libvirt wrote passes its own schema. There is no call that only validates, so it is defined
    /// once more as it is, which changes nothing.
    private func follows(_ present: String) -> Bool {
        do {
            try define(present, VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
            return true
        } catch {
            return error.kind != .schema
        }
    }
}

extension DomainHandle {
    fileprivate func undefine(_ flags: UInt32) throws(LibvirtError) {
        try call("virDomainUndefineFlags") { virDomainUndefineFlags($0, flags) }
    }

    /// In libvirt's own writing a `<` stands nowhere but before a tag, so this can only be wrong on the safe side.
    fileprivate func mayHaveTPM() throws(LibvirtError) -> Bool {
        try xml(VIR_DOMAIN_XML_INACTIVE).contains("<tpm")
    }
}
