public import HostModel

/// What the kernel has counted up to one moment: of each thread how long it ran, of each interrupt how often it came.
public struct ActivitySample: Hashable, Sendable {
    /// The threads of the machine by their numbers.
    public var threads: [Int: ThreadActivity]
    /// The interrupts by their names in `/proc/interrupts`; empty when it could not be read.
    public var interrupts: [String: InterruptCounts]
    /// How often a thread was put on each CPU; nil on a kernel that does not count it (no `/proc/schedstat`).
    public var runs: [CPU: UInt64]?

    package init(
        threads: [Int: ThreadActivity], interrupts: [String: InterruptCounts] = [:], runs: [CPU: UInt64]? = nil
    ) {
        self.threads = threads
        self.interrupts = interrupts
        self.runs = runs
    }
}

/// What the kernel has counted of one thread since it began.
public struct ThreadActivity: Hashable, Sendable {
    /// The process that it belongs to.
    public var process: Int
    /// Its name.
    public var name: String
    /// The CPU that it ran on last.
    public var cpu: CPU
    /// The nanoseconds that it ran.
    public var ran: UInt64
    /// The nanoseconds that it was ready and waited for a CPU.
    public var waited: UInt64
    /// How often it was put on a CPU.
    public var runs: UInt64
    /// Whether nobody can give it other CPUs: a thread of the kernel that belongs to its CPU.
    public var isBound: Bool

    package init(
        process: Int, name: String, cpu: CPU, ran: UInt64, waited: UInt64, runs: UInt64, isBound: Bool = false
    ) {
        self.process = process
        self.name = name
        self.cpu = cpu
        self.ran = ran
        self.waited = waited
        self.runs = runs
        self.isBound = isBound
    }
}

/// How often an interrupt has come since the machine was started.
public struct InterruptCounts: Hashable, Sendable {
    /// Its number; nil for one of the kernel's own, such as that of the local timer.
    public var number: Int?
    /// Who wants it, or what it is.
    public var label: String
    /// How often it came, by CPU.
    public var counts: [CPU: UInt64]

    package init(number: Int?, label: String, counts: [CPU: UInt64]) {
        self.number = number
        self.label = label
        self.counts = counts
    }
}
