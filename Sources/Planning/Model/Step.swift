public import DomainXML
public import HostModel
public import XMLTree

/// One thing that apply does to the host. A plan's steps are data: they are shown, journaled and undone from the same value.
public enum Step: Hashable, Sendable {
    /// Writes the pool's persistent size; `prior` is what undo writes back.
    case setPool(PoolID, prior: PageCount, target: PageCount)
    /// Defines a domain that does not exist yet, from a whole document.
    case create(name: String, definition: XMLElement, wanted: WantedSettings, mark: OwnershipMark)
    /// Gives a domain that does not run another name; `uuid` is the domain's, nil where it is not known.
    ///
    /// All other steps of a plan name it by the new one.
    case rename(name: String, from: String, uuid: String?)
    /// Puts the managed parts and the mark into the present inactive definition and defines that.
    ///
    /// `devices` is what that changes of disks, interfaces and the like; it follows from the mark and the present definition, and is
    /// here to be shown and to be held against them.
    case redefine(
        name: String, prior: FoundSettings, wanted: WantedSettings, mark: OwnershipMark, devices: [DeviceChange] = [])
    /// Defines a guest that exists anew from a whole document, which has its UUID and what else identifies it.
    case rebase(
        name: String, prior: FoundSettings, definition: XMLElement, wanted: WantedSettings, mark: OwnershipMark)
    /// Pins one thread of a running domain, in the running domain only.
    case pin(name: String, thread: DomainThread, prior: CPUSet, target: CPUSet)
    /// Sets whether libvirt starts the domain with the host.
    case setAutostart(name: String, prior: Bool, target: Bool)
    /// Asks a running domain to shut down and waits for it; with `force` it is switched off when the time has run out.
    ///
    /// Where a ``start(name:)`` of the same domain is among the steps the two are one power cycle: one domain after the other.
    case stop(name: String, force: Bool = false)
    /// Takes our mark out of the definition of a domain that we adopted; its settings stay.
    case release(name: String)
    /// Removes the definition of a domain that does not run; disks, NVRAM and TPM state are kept.
    case undefine(name: String)
    /// Starts a domain from its definition.
    case start(name: String)
}

/// A kind of thread of a domain that can be pinned while it runs.
public enum DomainThread: Hashable, Sendable, Comparable {
    case vcpu(VCPU)
    case emulator
    case ioThread(Int)

    /// Orders vCPUs first, then the emulator, then iothreads.
    public static func < (left: DomainThread, right: DomainThread) -> Bool { left.order < right.order }

    private var order: (Int, Int) {
        switch self {
        case .vcpu(let vcpu): (0, vcpu.rawValue)
        case .emulator: (1, 0)
        case .ioThread(let number): (2, number)
        }
    }
}
