public import HostModel

/// What else ran on the CPUs that running guests have for themselves.
public struct Interference: Hashable, Sendable {
    /// How long it was looked at, in milliseconds.
    public var milliseconds: UInt64
    /// The guests that run and have CPUs of their own, ascending by name.
    public var guests: [Guest]
    /// What could not be read.
    public var unknown: [Unread]

    package init(milliseconds: UInt64, guests: [Guest], unknown: [Unread] = []) {
        self.milliseconds = milliseconds
        self.guests = guests
        self.unknown = unknown
    }

    /// One guest with what ran on its CPUs.
    public struct Guest: Hashable, Sendable {
        /// The domain's name.
        public var name: String
        /// The CPUs that it has for itself, siblings that are kept idle for it among them.
        public var cpus: CPUSet
        /// Who else ran there: first those that can be sent elsewhere, of each the longest first.
        public var others: [Other]
        /// How often somebody ran there who was never seen: gone, or elsewhere, at each look. nil on a kernel that does not count.
        public var unseenRuns: UInt64?
        /// The nanoseconds that its own vCPUs were ready and waited for their CPU.
        public var waited: UInt64

        package init(name: String, cpus: CPUSet, others: [Other], unseenRuns: UInt64? = nil, waited: UInt64 = 0) {
            self.name = name
            self.cpus = cpus
            self.others = others
            self.unseenRuns = unseenRuns
            self.waited = waited
        }

        /// Those that can be sent elsewhere.
        public var movable: [Other] { others.filter { !$0.isBound } }
    }

    /// A thread or an interrupt on a CPU that is not its.
    public struct Other: Hashable, Sendable {
        /// What it is.
        public enum Kind: Hashable, Sendable {
            /// A thread by its number, with that of its process.
            case thread(Int, process: Int)
            /// An interrupt of a device by its number.
            case interrupt(Int)
            /// One of the kernel's own interrupts, by its name in `/proc/interrupts`.
            case kernelInterrupt(String)
        }

        /// What it is.
        public var kind: Kind
        /// The thread's name, or who wants the interrupt.
        public var name: String
        /// Where it was seen, of the guest's CPUs.
        public var cpus: CPUSet
        /// How often it ran or came.
        public var count: UInt64
        /// The nanoseconds that it ran; nil for an interrupt, whose time nobody counts.
        public var ran: UInt64?
        /// Whether it belongs to the CPU and cannot be sent elsewhere.
        public var isBound: Bool

        package init(kind: Kind, name: String, cpus: CPUSet, count: UInt64, ran: UInt64? = nil, isBound: Bool = false) {
            self.kind = kind
            self.name = name
            self.cpus = cpus
            self.count = count
            self.ran = ran
            self.isBound = isBound
        }
    }
}
