internal import CLibvirt
internal import Glibc
public import Execution
public import HostModel

extension Connection {
    /// All domains, running or not, ascending by name. No document holds secrets.
    ///
    /// A domain that goes away while the list is read is left out; a transient one comes with the definition that it runs with.
    public func domains() throws(LibvirtError) -> [DomainFacts] {
        var facts: [DomainFacts] = []
        for domain in try handles() {
            do {
                facts.append(try DomainFacts(domain))
            } catch  where error.kind == .noDomain {
                continue
            }
        }
        return facts.sorted { $0.name < $1.name }
    }

    /// What libvirt holds of one domain beside its definition, or nil when there is no domain of that name.
    public func status(of name: String) throws(LibvirtError) -> DomainStatus? {
        try unlessGone(name) { (domain) throws(LibvirtError) in
            DomainStatus(
                isActive: try domain.isActive(), isPersistent: try domain.isPersistent(),
                autostarts: try domain.autostarts(), hasManagedSave: try domain.hasManagedSave(),
                snapshots: try domain.snapshots(), checkpoints: try domain.checkpoints(), job: try domain.job())
        }
    }

    /// Every domain, in one call.
    private func handles() throws(LibvirtError) -> [DomainHandle] {
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = virConnectListAllDomains(handle, &list, 0)
        guard count >= 0 else { throw .last("virConnectListAllDomains") }
        defer { free(list) }
        return UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0.map(DomainHandle.init(owning:)) }
    }
}

extension DomainFacts {
    fileprivate init(_ domain: DomainHandle) throws(LibvirtError) {
        let state = try domain.state()
        self.init(
            name: domain.name(), uuid: try domain.uuid(), state: state, autostart: try domain.autostarts(),
            persistent: try domain.isPersistent(), hasManagedSave: try domain.hasManagedSave(),
            snapshots: try domain.snapshots(), checkpoints: try domain.checkpoints(), job: try domain.job(),
            xml: try domain.xml(VIR_DOMAIN_XML_INACTIVE),
            liveXML: state.isActive ? try domain.xml() : nil)
    }
}

extension DomainHandle {
    fileprivate func uuid() throws(LibvirtError) -> String {
        var text = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
        try call("virDomainGetUUIDString") { virDomainGetUUIDString($0, &text) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the domain does, in the words of the facts.
    ///
    /// A crashed domain may still hold its memory (`on_crash` preserve) or be gone, so libvirt is asked whether QEMU runs.
    fileprivate func state() throws(LibvirtError) -> DomainFacts.DomainState {
        var (number, reason): (Int32, Int32) = (0, 0)
        try call("virDomainGetState") { virDomainGetState($0, &number, &reason, 0) }
        return switch virDomainState(UInt32(bitPattern: number)) {
        case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED: .running
        case VIR_DOMAIN_PAUSED, VIR_DOMAIN_PMSUSPENDED: .paused
        case VIR_DOMAIN_SHUTOFF: .shutoff
        default: try isActive() ? .other : .shutoff
        }
    }
}
