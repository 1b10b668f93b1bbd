import CLibvirt
import Foundation

/// libvirt's test driver, in the memory of this process, looked at and changed behind the program's back: none of its own code is
/// in between.
///
/// Every connection of the process sees the same domains, so one test at a time has it: ``CommandHost`` sees to that.
struct TestLibvirt {
    static let uri = "test:///default"

    /// What libvirt holds of one domain.
    struct Domain: Equatable {
        /// The inactive definition, secrets included.
        var definition: String
        /// What it runs with; nil when it does not run.
        var live: String?
        var autostarts: Bool

        var runs: Bool { live != nil }
    }

    /// libvirt refused, in its own words.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// Open as long as the process lives: the domains go with the last connection.
    private static let connection: Result<Handle, Refused> = {
        virSetErrorFunc(nil) { _, _ in }
        return Result { () throws(Refused) in Handle(pointer: try called("virConnectOpen", virConnectOpen(uri))) }
    }()

    /// libvirt locks what is behind it.
    private struct Handle: @unchecked Sendable { let pointer: virConnectPtr }

    private let connection: virConnectPtr

    /// Connects, and removes every domain that is there: the driver begins with one of its own.
    init() throws {
        connection = try Self.connection.get().pointer
        try clear()
    }

    /// Every domain by name.
    func domains() throws -> [String: Domain] {
        try names().reduce(into: [:]) { $0[$1] = try domain($1) }
    }

    /// The domain of that name, or nil.
    func domain(_ name: String) throws -> Domain? {
        guard try names().contains(name) else { return nil }
        return try with(name) { domain in
            var autostart: Int32 = 0
            _ = try Self.called("virDomainGetAutostart", virDomainGetAutostart(domain, &autostart))
            let inactive = VIR_DOMAIN_XML_INACTIVE.rawValue | VIR_DOMAIN_XML_SECURE.rawValue
            return Domain(
                definition: try Self.text(domain, inactive),
                live: virDomainIsActive(domain) == 1 ? try Self.text(domain, 0) : nil, autostarts: autostart == 1)
        }
    }

    /// Defines a domain, as another tool or a person would.
    func define(_ definition: String) throws {
        virDomainFree(try Self.called("virDomainDefineXML", virDomainDefineXML(connection, definition)))
    }

    /// Changes a definition as `virsh edit` would.
    func edit(_ name: String, _ old: String, _ new: String) throws {
        let definition = try domain(name)?.definition ?? ""
        guard definition.contains(old) else { throw Refused(description: "\(name) has no \(old): \(definition)") }
        try define(definition.replacing(old, with: new))
    }

    func start(_ name: String) throws { try call(name, "virDomainCreate", virDomainCreate) }
    func destroy(_ name: String) throws { try call(name, "virDomainDestroy", virDomainDestroy) }
    func undefine(_ name: String) throws { try call(name, "virDomainUndefine", virDomainUndefine) }
    func save(_ name: String) throws { try call(name, "virDomainManagedSave") { virDomainManagedSave($0, 0) } }

    func setAutostart(_ name: String, _ on: Bool) throws {
        try call(name, "virDomainSetAutostart") { virDomainSetAutostart($0, on ? 1 : 0) }
    }

    func rename(_ name: String, to new: String) throws {
        try call(name, "virDomainRename") { virDomainRename($0, new, 0) }
    }

    func makeSnapshot(of name: String) throws {
        try with(name) { domain in
            let xml = "<domainsnapshot><name>before</name></domainsnapshot>"
            let snapshot = virDomainSnapshotCreateXML(domain, xml, 0)
            virDomainSnapshotFree(try Self.called("virDomainSnapshotCreateXML", snapshot))
        }
    }

    func snapshots(of name: String) throws -> Int {
        Int(try with(name) { try Self.called("virDomainSnapshotNum", virDomainSnapshotNum($0, 0)) })
    }

    /// Removes every domain, with all that is kept for it.
    func clear() throws {
        let kept = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
        for (name, domain) in try domains() {
            if domain.runs { try destroy(name) }
            guard try names().contains(name) else { continue }
            try call(name, "virDomainUndefineFlags") { virDomainUndefineFlags($0, kept) }
        }
    }
}

extension TestLibvirt {
    private func names() throws -> [String] {
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = try Self.called("virConnectListAllDomains", virConnectListAllDomains(connection, &list, 0))
        defer { free(list) }
        return UnsafeBufferPointer(start: list, count: Int(count)).compactMap { domain in
            defer { virDomainFree(domain) }
            return virDomainGetName(domain).map { String(cString: $0) }
        }
    }

    private func call(_ name: String, _ function: String, _ body: (virDomainPtr) -> Int32) throws {
        try with(name) { _ = try Self.called("\(function) \(name)", body($0)) }
    }

    private func with<Answer>(_ name: String, _ body: (virDomainPtr) throws -> Answer) throws -> Answer {
        let domain = try Self.called("virDomainLookupByName \(name)", virDomainLookupByName(connection, name))
        defer { virDomainFree(domain) }
        return try body(domain)
    }

    private static func text(_ domain: virDomainPtr, _ flags: UInt32) throws -> String {
        let text = try called("virDomainGetXMLDesc", virDomainGetXMLDesc(domain, flags))
        defer { free(text) }
        return String(cString: text)
    }

    private static func called<Answer>(_ function: String, _ answer: Answer?) throws(Refused) -> Answer {
        guard let answer else { throw refusal(function) }
        return answer
    }

    private static func called(_ function: String, _ answer: Int32) throws(Refused) -> Int32 {
        guard answer >= 0 else { throw refusal(function) }
        return answer
    }

    private static func refusal(_ function: String) -> Refused {
        let message = virGetLastErrorMessage().map { String(cString: $0) } ?? "no reason given"
        return Refused(description: "\(function): \(message)")
    }
}
