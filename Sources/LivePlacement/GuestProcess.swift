public import HostModel

/// The process of one running guest, as the kernel shows it.
public struct GuestProcess: Hashable, Sendable {
    /// The domain's name.
    public var guest: String
    /// The process's number.
    public var id: Int
    /// How long the process has run, in whole seconds; nil when the kernel did not tell.
    public var age: UInt64?
    /// The process's threads, ascending by number.
    public var threads: [GuestThread]
    /// The areas of its memory, ascending by address; nil when they could not be read.
    public var areas: [MemoryArea]?
    /// What could not be read.
    public var unread: [Unread]

    /// Threads and areas are sorted.
    public init(
        guest: String, id: Int, age: UInt64? = nil, threads: [GuestThread], areas: [MemoryArea]?, unread: [Unread] = []
    ) {
        self.guest = guest
        self.id = id
        self.age = age
        self.threads = threads.sorted { $0.id < $1.id }
        self.areas = areas?.sorted { $0.start < $1.start }
        self.unread = unread
    }
}

/// One thread of a guest's process.
public struct GuestThread: Hashable, Sendable {
    /// What a thread does.
    public enum Role: Hashable, Sendable {
        /// Runs one vCPU.
        case vcpu(VCPU)
        /// An `<iothread>` of the domain, from 1.
        case ioThread(Int)
        /// Everything else of the emulator: the main loop, its helpers, the monitor.
        case emulator
    }

    /// The thread's number.
    public var id: Int
    /// The name that QEMU has given it.
    public var name: String
    /// The host CPUs on which it may run.
    public var allowed: CPUSet
    /// The last part of the control group that libvirt has put it into: `emulator`, `vcpu0`, `iothread1`; nil where it has none.
    public var group: String?

    package init(id: Int, name: String, allowed: CPUSet, group: String? = nil) {
        self.group = group
        self.id = id
        self.name = name
        self.allowed = allowed
    }

    /// What the thread does, by its name: `CPU 3/KVM`, `CPU 3/TCG`, `IO iothread1`; QEMU names its threads so under libvirt. A helper
    /// that an iothread has made is known by its control group.
    public var role: Role {
        if let vcpu = name.number(after: "CPU ", before: "/") { return .vcpu(VCPU(vcpu)) }
        if let thread = name.number(after: "IO iothread") ?? group?.number(after: "iothread") {
            return .ioThread(thread)
        }
        return .emulator
    }

    /// Whether the thread runs all vCPUs in turn: QEMU without KVM has such a one.
    var runsAllVCPUs: Bool { name.hasPrefix("ALL CPUs/") }

    /// Whether the thread only made memory ready when the guest started. libvirt pins such threads to the CPUs of the memory's cell,
    /// wherever the emulator runs; afterwards they do nothing. QEMU calls them thread contexts.
    public var isPreallocation: Bool { name.hasPrefix("TC ") }
}

extension String {
    /// The number that stands between a prefix and `end`, or the end of the text.
    fileprivate func number(after prefix: String, before end: Character? = nil) -> Int? {
        guard hasPrefix(prefix) else { return nil }
        let rest = dropFirst(prefix.count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let tail = rest.dropFirst(digits.count)
        guard end.map({ tail.first == $0 }) ?? tail.isEmpty else { return nil }
        return Int(digits)
    }
}

/// One area of a process's memory: what `/proc/PID/numa_maps` and `/proc/PID/maps` tell of it.
public struct MemoryArea: Hashable, Sendable {
    /// The first address.
    public var start: UInt64
    /// How much of the address space it takes; nil when only the pages are known.
    public var size: KiB?
    /// The cells that the area's memory policy names; empty for none.
    public var boundTo: CellSet
    /// The file that is mapped, or nil for anonymous memory.
    public var file: String?
    /// Whether it may hold a guest's memory: neither heap nor stack, and readable and writable.
    public var mayBeGuestMemory: Bool
    /// The size of the pages.
    public var pageSize: PageSize
    /// The pages that are there, by the host cell they are on.
    public var pages: [CellID: PageCount]

    package init(
        start: UInt64, size: KiB? = nil, boundTo: CellSet = [], file: String? = nil, mayBeGuestMemory: Bool = true,
        pageSize: PageSize, pages: [CellID: PageCount] = [:]
    ) {
        self.start = start
        self.size = size
        self.boundTo = boundTo
        self.file = file
        self.mayBeGuestMemory = mayBeGuestMemory
        self.pageSize = pageSize
        self.pages = pages
    }
}

/// Something about a running guest that could not be found out.
public struct Unread: Error, Hashable, Sendable {
    /// What, and why, in a few words.
    public var what: String
    /// Whether the caller lacked the right to see it.
    public var isForbidden: Bool

    package init(_ what: String, isForbidden: Bool = false) {
        self.what = what
        self.isForbidden = isForbidden
    }
}
