public import HostModel

/// What the interpreter needs of the programs of a machine beside its guests, and of the threads of its kernel.
public protocol ProgramHost {
    /// The threads that can be given other CPUs, but for those of guests, ascending by number.
    func movableThreads() throws(StepFailure) -> [MovableThread]

    /// Lets threads run on these CPUs. Those that have ended are passed over.
    ///
    /// - Returns: Those that could not be moved.
    func confine(_ threads: [ThreadID], to cpus: CPUSet) throws(StepFailure) -> [ThreadID]
}

/// One thread of the machine, which is another one when its number is given out again.
public struct ThreadID: Hashable, Sendable, Comparable {
    /// Its number.
    public var number: Int
    /// When it began: clock ticks since the machine was started.
    public var began: UInt64

    package init(number: Int, began: UInt64) {
        self.number = number
        self.began = began
    }

    /// By number.
    public static func < (left: ThreadID, right: ThreadID) -> Bool {
        (left.number, left.began) < (right.number, right.began)
    }
}

extension ThreadID: Codable {
    /// Reads `[4711, 88231]`: number and begin.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(number: try container.decode(Int.self), began: try container.decode(UInt64.self))
    }

    /// Writes `[4711, 88231]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(number)
        try container.encode(began)
    }
}

/// A thread that can be given other CPUs.
public struct MovableThread: Hashable, Sendable {
    /// Which one.
    public var id: ThreadID
    /// The name of its process, as the kernel has it.
    public var program: String
    /// The CPUs that it may run on.
    public var allowed: CPUSet

    package init(id: ThreadID, program: String, allowed: CPUSet) {
        self.id = id
        self.program = program
        self.allowed = allowed
    }
}

/// A machine whose programs nobody touches.
public struct NoPrograms: ProgramHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func movableThreads() throws(StepFailure) -> [MovableThread] { throw refusal }
    /// Refuses.
    public func confine(_ threads: [ThreadID], to cpus: CPUSet) throws(StepFailure) -> [ThreadID] { throw refusal }

    private var refusal: StepFailure {
        .refused(
            HostRefusal(call: "sched_setaffinity", kind: .other, code: 0, message: "programs are not touched here"))
    }
}
