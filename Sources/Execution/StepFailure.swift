public import HostModel

/// Why a step could not be carried out.
public enum StepFailure: Error, Hashable, Sendable {
    /// libvirt or the kernel refused a call.
    case refused(HostRefusal)
    /// The pool has neither the size that the plan found nor the one that it wants.
    case poolChanged(PoolID, planned: PageCount, found: PageCount)
    /// Fewer pages of the pool may be given back than were to go: only `spare`.
    case poolInUse(PoolID, spare: PageCount)
    /// The domain's managed settings are neither those that the plan found nor those that it wants.
    case definitionChanged(String)
    /// There is a domain of that name now, and it is another one.
    case domainAppeared(String)
    /// The domain is not there any more.
    case domainVanished(String)
    /// The domain runs, and what was to be done is for domains that do not.
    case running(String)
    /// The domain has no definition that outlives it, and must not get one by the way.
    case transient(String)
    /// The guest was asked to let go of a device and has not; it may still do so.
    case deviceStays(String, device: String)
    /// The kernel keeps an interrupt where it is.
    case keptByKernel(String, reason: String)
    /// CPUs do not come online.
    case cpusStay(CPUSet)
    /// The device has neither as many virtual functions as the plan found nor as it wants.
    case vfsChanged(PCIAddress, planned: Int)
    /// Guests have virtual functions of the device that would go.
    case vfsInUse(PCIAddress, by: [PCIAddress])
    /// What is recorded of the actor is neither what the plan found nor what it wants.
    case actorChanged(String)
    /// The unit has a file of settings of our name that somebody else wrote.
    case dropInForeign(String)
    /// The domain was asked to shut down and did not in time; it may still do so.
    case stillRunning(String)
    /// The domain was started but does not run.
    case notRunning(String)
    /// Something that a saved plan depends on has changed since; at least one entry.
    case moved([Moved])
    /// A managed save image would be resumed, with the definition that it holds, instead of what is defined.
    case managedSave(String)
    /// libvirt keeps the definition as long as there are snapshots or checkpoints of the domain.
    case heldBySnapshots(String, snapshots: Int, checkpoints: Int)
    /// libvirt is busy with the domain, which is being migrated, saved or dumped.
    case inJob(String, job: String)
    /// The definition that libvirt holds could not be understood.
    case unreadable(String, reason: String)
    /// The host said yes, and what was written is not there.
    case notKept(HostWrite)
    /// The step could not be written down beforehand, so it was not begun.
    case notRecorded(reason: String)
    /// The operator interrupted the run between two steps.
    case interrupted

    /// Whether the host is not as it was when the plan was made, so that a new plan may help.
    public var isStale: Bool {
        switch self {
        case .poolChanged, .vfsChanged, .definitionChanged, .actorChanged, .domainAppeared, .domainVanished, .moved:
            true
        default: false
        }
    }
}

/// A call that the host refused, in its own words.
public struct HostRefusal: Hashable, Sendable {
    /// What the refusal means to the caller.
    public enum RefusalKind: Hashable, Sendable, CaseIterable {
        /// There is nobody to talk to.
        case unreachable
        /// The user may not do that.
        case notPermitted
        /// The definition does not follow libvirt's schema, or is not well formed.
        case invalidDefinition
        /// Somebody else holds what is needed; trying again may help.
        case busy
        /// The domain is not in a state for it: it does not run, or already does.
        case wrongState
        /// Anything else.
        case other
    }

    /// The function or path: `virDomainDefineXMLFlags`, `/sys/…/nr_hugepages`.
    public var call: String
    /// What the refusal means.
    public var kind: RefusalKind
    /// The host's own number of the error, 0 for none.
    public var code: Int
    /// What the host said, verbatim.
    public var message: String

    package init(call: String, kind: RefusalKind, code: Int, message: String) {
        self.call = call
        self.kind = kind
        self.code = code
        self.message = message
    }
}

extension StepFailure: CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .refused(let refusal): "\(refusal.call): \(refusal.message)"
        case .poolChanged(let pool, let planned, let found):
            "the \(pool.pageSize) pool of cell \(pool.cell) had \(planned) pages when this was planned and now has \(found)"
        case .poolInUse(let pool, let spare):
            "the \(pool.pageSize) pool of cell \(pool.cell) has pages in use: only \(spare) can be freed"
        case .definitionChanged(let name): "the definition of \(name) has changed since this was planned"
        case .domainAppeared(let name): "a domain \(name) has been defined since this was planned"
        case .domainVanished(let name): "the domain \(name) has disappeared since this was planned"
        case .running(let name): "the domain \(name) runs"
        case .transient(let name): "the domain \(name) is transient: it has no definition to change"
        case .deviceStays(let name, let device):
            "\(name) has not released \(device); it may still do so, and loses it at its next start"
        case .keptByKernel(let what, let reason): "\(what) stays where it is: \(reason)"
        case .cpusStay(let cpus): "CPUs \(cpus) do not come online"
        case .vfsChanged(let device, let planned):
            "\(device) had \(planned) virtual functions when this was planned and now has another number"
        case .vfsInUse(let device, let used):
            "guests have virtual functions of \(device): \(used.map(\.description).joined(separator: ", "))"
        case .actorChanged(let name): "the CPUs of actor \(name) have changed since this was planned"
        case .dropInForeign(let unit):
            "the settings \(UnitDropIn.fileName) of unit \(unit) were not written by apply, and stay"
        case .stillRunning(let name):
            "the domain \(name) did not shut down in time; --shutdown-timeout waits longer, --force-off powers it off"
        case .notRunning(let name): "the domain \(name) was started but does not run"
        case .moved(let moved): moved.map(\.description).joined(separator: "; ")
        case .managedSave(let name): "the domain \(name) has a managed save image, which holds an older definition"
        case .heldBySnapshots(let name, let snapshots, let checkpoints):
            "the domain \(name) has \(SnapshotCount(snapshots, checkpoints)), and libvirt does not undefine it until they are deleted"
        case .inJob(let name, let job): "libvirt is busy with the domain \(name): \(job)"
        case .unreadable(let name, let reason): "the definition of \(name) cannot be read: \(reason)"
        case .notKept(let action): "the host did not keep the written value: \(action)"
        case .notRecorded(let reason): "the step could not be recorded: \(reason)"
        case .interrupted: "interrupted"
        }
    }
}
