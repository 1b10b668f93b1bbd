/// What the kernel has a mask of CPUs for that says where it may come or run: interrupts and work queues.
public enum AffinityID: Hashable, Sendable, Comparable, Codable {
    /// The interrupts that a driver asks for from now on (`/proc/irq/default_smp_affinity`).
    case newInterrupts
    /// The interrupt of that number (`/proc/irq/N`), which is the kernel's until the next boot.
    case interrupt(Int)
    /// The kernel's work queues that belong to no CPU (`/sys/devices/virtual/workqueue/cpumask`).
    case workqueues

    /// New interrupts first, then the others by number, then work queues.
    public static func < (left: AffinityID, right: AffinityID) -> Bool { left.rank < right.rank }

    private var rank: (Int, Int) {
        switch self {
        case .newInterrupts: (0, 0)
        case .interrupt(let number): (1, number)
        case .workqueues: (2, 0)
        }
    }

    private static let words: [String: AffinityID] = ["new": .newInterrupts, "workqueues": .workqueues]

    /// Reads the number of an interrupt, or a word: `new`, `workqueues`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self), let known = AffinityID.words[word] {
            self = known
            return
        }
        let number = try container.decode(Int.self)
        guard (0...AffinityID.highest).contains(number) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no interrupt has this number")
        }
        self = .interrupt(number)
    }

    /// Writes the number, or the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .interrupt(let number): try container.encode(number)
        case .newInterrupts: try container.encode("new")
        case .workqueues: try container.encode("workqueues")
        }
    }

    /// No kernel gives out a higher number.
    public static let highest = 1 << 20
}

extension AffinityID {
    /// `interrupt nvme0q1(24)`, `interrupts to come`, `the kernel's work queues`.
    package func words(_ name: String) -> String {
        switch self {
        case .newInterrupts: "interrupts to come"
        case .workqueues: "the kernel's work queues"
        case .interrupt(let number): "interrupt " + (name.isEmpty ? "\(number)" : "\(name)(\(number))")
        }
    }

    /// `interrupt[24]`, `interrupt[new]`, `workqueues`.
    package var path: String {
        switch self {
        case .newInterrupts: "interrupt[new]"
        case .interrupt(let number): "interrupt[\(number)]"
        case .workqueues: "workqueues"
        }
    }
}
