/// Which interrupts a setting is about: one, or those that do not exist yet.
public enum InterruptID: Hashable, Sendable, Comparable, Codable {
    /// Those that a driver asks for from now on (`/proc/irq/default_smp_affinity`).
    case future
    /// The one of that number (`/proc/irq/N`), which is the kernel's until the next boot.
    case number(Int)

    /// Those to come first, then by number.
    public static func < (left: InterruptID, right: InterruptID) -> Bool {
        switch (left, right) {
        case (.future, .number): true
        case (.number(let left), .number(let right)): left < right
        case (_, .future): false
        }
    }

    /// Reads a number, or the word `future`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self), word == "future" {
            self = .future
            return
        }
        let number = try container.decode(Int.self)
        guard (0...InterruptID.highest).contains(number) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no interrupt has this number")
        }
        self = .number(number)
    }

    /// Writes the number, or the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .future: try container.encode("future")
        case .number(let number): try container.encode(number)
        }
    }

    /// No kernel gives out a higher number.
    public static let highest = 1 << 20
}

extension InterruptID {
    /// `interrupt nvme0q1(24)`, `interrupts to come`.
    package func words(_ name: String) -> String {
        switch self {
        case .future: "interrupts to come"
        case .number(let number): "interrupt " + (name.isEmpty ? "\(number)" : "\(name)(\(number))")
        }
    }

    /// `interrupt[24]`, `interrupt[future]`.
    package var path: String {
        switch self {
        case .future: "interrupt[future]"
        case .number(let number): "interrupt[\(number)]"
        }
    }
}

/// The interrupts of a host's devices, and who moves them.
public struct InterruptFacts: Hashable, Sendable {
    /// One interrupt that a driver has asked for.
    public struct Interrupt: Hashable, Sendable, Codable {
        /// Its number.
        public var number: Int
        /// Who asked for it, as the driver names it: `nvme0q1`, `eth0-rx-2`; several parted by commas.
        public var name: String
        /// The CPUs that it may come to.
        public var cpus: CPUSet
        /// The host cell of its device; nil when the kernel does not tell.
        public var cell: CellID?
        /// Whether the kernel keeps it where it is: it has refused another place since the machine was started.
        public var isFixed: Bool

        package init(number: Int, name: String, cpus: CPUSet, cell: CellID? = nil, isFixed: Bool = false) {
            self.number = number
            self.name = name
            self.cpus = cpus
            self.cell = cell
            self.isFixed = isFixed
        }

        private enum CodingKeys: String, CodingKey {
            case name, cpus, cell
            case number = "irq"
            case isFixed = "fixed"
        }

        /// Reads an interrupt; it is not fixed unless that is said.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard case .number(let number) = try container.decode(InterruptID.self, forKey: .number) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .number, in: container, debugDescription: "not a number")
            }
            self.init(
                number: number, name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
                cpus: try container.decode(CPUSet.self, forKey: .cpus),
                cell: try container.decodeIfPresent(CellID.self, forKey: .cell),
                isFixed: try container.decodeIfPresent(Bool.self, forKey: .isFixed) ?? false)
        }
    }

    /// The program irqbalance, which moves interrupts as it sees fit every few seconds.
    public struct Balancer: Hashable, Sendable, Codable {
        /// The CPUs that it keeps interrupts off.
        public var banned: CPUSet

        package init(banned: CPUSet) { self.banned = banned }
    }

    /// The interrupts, ascending by number.
    public var interrupts: [Interrupt]
    /// The CPUs that new interrupts may come to; nil when the kernel does not tell.
    public var future: CPUSet?
    /// irqbalance, if it runs.
    public var balancer: Balancer?

    /// Interrupts are sorted.
    package init(interrupts: [Interrupt], future: CPUSet? = nil, balancer: Balancer? = nil) {
        self.interrupts = interrupts.sorted { $0.number < $1.number }
        self.future = future
        self.balancer = balancer
    }
}

extension InterruptFacts: Codable {
    private enum CodingKeys: String, CodingKey {
        case future
        case interrupts = "all"
        case balancer = "irqbalance"
    }

    /// Reads interrupts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            interrupts: try container.decode([Interrupt].self, forKey: .interrupts),
            future: try container.decodeIfPresent(CPUSet.self, forKey: .future),
            balancer: try container.decodeIfPresent(Balancer.self, forKey: .balancer))
    }
}
