public import HostModel

/// What the interpreter needs of the processes of running guests. libvirt's pin of the emulator reaches its main thread and, where
/// control groups are at work, some of the others; those that QEMU made before may stay where they were.
public protocol ThreadHost {
    /// The threads of the guest's emulator: all that are neither vCPUs nor iothreads.
    func emulatorThreads(of guest: String) -> EmulatorThreads

    /// Lets one thread run on these host CPUs, at least one.
    func confine(_ thread: Int, to cpus: CPUSet) throws(StepFailure)
}

/// What was seen of an emulator's threads.
public enum EmulatorThreads: Hashable, Sendable {
    /// The threads, ascending by number; the first one is the process's own.
    case seen([EmulatorThread])
    /// They cannot be looked at; why, in a few words.
    case unseen(String)
}

/// One thread of an emulator.
public struct EmulatorThread: Hashable, Sendable {
    /// The thread's number.
    public var id: Int
    /// The name that QEMU or the kernel has given it.
    public var name: String
    /// The host CPUs on which it may run.
    public var allowed: CPUSet

    package init(id: Int, name: String, allowed: CPUSet) {
        self.id = id
        self.name = name
        self.allowed = allowed
    }
}

/// Guests whose processes nobody looks at.
public struct NoThreads: ThreadHost {
    private let reason: String

    /// Makes one that gives that reason.
    package init(_ reason: String = "their process was not examined") { self.reason = reason }

    /// Says why not.
    public func emulatorThreads(of guest: String) -> EmulatorThreads { .unseen(reason) }

    /// Refuses.
    public func confine(_ thread: Int, to cpus: CPUSet) throws(StepFailure) {
        throw .refused(HostRefusal(call: "sched_setaffinity", kind: .other, code: 0, message: reason))
    }
}
