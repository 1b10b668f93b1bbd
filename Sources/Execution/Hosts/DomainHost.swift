public import HostModel
public import Planning
public import XMLTree

/// What the interpreter needs of libvirt: one method an operation, by the domain's name.
public protocol DomainHost {
    /// The inactive definition with its secrets, or nil when there is no domain of that name.
    func definition(of name: String) throws(StepFailure) -> XMLElement?

    /// What a running domain runs with, without secrets; nil when it does not run or does not exist.
    func liveDefinition(of name: String) throws(StepFailure) -> XMLElement?

    /// What libvirt holds of the domain beside its definition; nil when there is no domain of that name.
    func status(of name: String) throws(StepFailure) -> DomainStatus?

    /// Defines a domain, or changes the inactive definition of the one with this name and UUID, after a check against the schema.
    ///
    /// - Parameter present: The definition that libvirt holds now; where that fails the schema too, the check is left out.
    /// - Returns: A note for the operator when the check was left out, else nil.
    func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String?

    /// Removes the definition of a domain that does not run, and nothing else of it.
    func undefine(_ name: String) throws(StepFailure)

    /// Gives a domain that does not run another name; nothing else of it changes.
    func rename(_ name: String, to new: String) throws(StepFailure)

    /// Pins one thread of a running domain, in the running domain only.
    func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure)

    /// Has the balloon of a running domain leave it that much memory, in the running domain only. The guest follows in its own time.
    func setMemory(of name: String, to amount: KiB) throws(StepFailure)

    /// Has a device of a running domain, told by its address, be as this one says, in the running domain only, and waits a few seconds
    /// until the guest has followed: the definition that the domain runs with then is `settled`. A guest that has not is no failure here.
    func update(
        _ device: XMLElement, of name: String, settled: (XMLElement) -> Bool
    ) throws(StepFailure)

    /// Replaces what a running domain has of a namespace in its `<metadata>`, in the running domain only; nil takes it away.
    func note(_ element: XMLElement?, of name: String, in namespace: MetadataNamespace) throws(StepFailure)

    /// Plugs vCPUs into a running domain, or asks its guest to give some up and waits a few seconds, in the running domain only. Those that
    /// were given up before a failure stay out.
    func setVCPUs(of name: String, to count: Int) throws(StepFailure)

    /// Puts a disk or an interface into the running domain, which must not have it.
    func attach(_ device: XMLElement, to name: String) throws(StepFailure)

    /// Asks the guest to let go of a disk or an interface and waits a few seconds. A guest whose system does not listen keeps it, which
    /// is no failure here.
    func detach(_ device: XMLElement, from name: String) throws(StepFailure)

    /// Sets whether libvirt starts the domain with the host.
    func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure)

    /// Starts a domain from its definition.
    func start(_ name: String) throws(StepFailure)

    /// Asks a running domain to shut down and waits until it has; with `force` it is switched off when it does not in time.
    ///
    /// - Throws: ``StepFailure/stillRunning(_:)`` when it does not in time and must not be switched off.
    func stop(_ name: String, force: Bool) throws(StepFailure)
}

/// Domains that are only looked at: every write is refused.
package protocol DomainView: DomainHost {}

extension DomainView {
    package func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String? {
        throw .readOnly
    }
    package func undefine(_ name: String) throws(StepFailure) { throw .readOnly }
    package func rename(_ name: String, to new: String) throws(StepFailure) { throw .readOnly }
    package func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure) { throw .readOnly }
    package func setMemory(of name: String, to amount: KiB) throws(StepFailure) { throw .readOnly }
    package func update(
        _ device: XMLElement, of name: String, settled: (XMLElement) -> Bool
    ) throws(StepFailure) { throw .readOnly }
    package func note(
        _ element: XMLElement?, of name: String, in namespace: MetadataNamespace
    ) throws(StepFailure) { throw .readOnly }
    package func setVCPUs(of name: String, to count: Int) throws(StepFailure) { throw .readOnly }
    package func attach(_ device: XMLElement, to name: String) throws(StepFailure) { throw .readOnly }
    package func detach(_ device: XMLElement, from name: String) throws(StepFailure) { throw .readOnly }
    package func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure) { throw .readOnly }
    package func start(_ name: String) throws(StepFailure) { throw .readOnly }
    package func stop(_ name: String, force: Bool) throws(StepFailure) { throw .readOnly }
}

extension StepFailure {
    fileprivate static var readOnly: StepFailure {
        .refused(HostRefusal(call: "libvirt", kind: .notPermitted, code: 0, message: "is read-only here"))
    }
}

/// A namespace of `<metadata>`, of which libvirt allows one element.
public struct MetadataNamespace: Hashable, Sendable {
    /// What tells it from others.
    public var uri: String
    /// The prefix that its names get.
    public var prefix: String

    package init(uri: String, prefix: String) {
        self.uri = uri
        self.prefix = prefix
    }
}

/// What libvirt holds of a domain beside its definition.
public struct DomainStatus: Hashable, Sendable {
    /// Whether it runs.
    public var isActive: Bool
    /// Whether it has a definition that outlives it.
    public var isPersistent: Bool
    /// Whether libvirt starts it with the host.
    public var autostarts: Bool
    /// Whether the next start would resume a saved image, with the definition that the image holds.
    public var hasManagedSave: Bool
    /// How many snapshots libvirt keeps of it; with one it refuses to undefine or to rename.
    public var snapshots: Int
    /// How many checkpoints libvirt keeps of it, with the same effect.
    public var checkpoints: Int
    /// What libvirt is doing with it, such as `migration_out`; nil for nothing.
    public var job: String?

    package init(
        isActive: Bool, isPersistent: Bool = true, autostarts: Bool = false, hasManagedSave: Bool = false,
        snapshots: Int = 0, checkpoints: Int = 0, job: String? = nil
    ) {
        self.snapshots = snapshots
        self.checkpoints = checkpoints
        self.job = job
        self.isActive = isActive
        self.isPersistent = isPersistent
        self.autostarts = autostarts
        self.hasManagedSave = hasManagedSave
    }
}
