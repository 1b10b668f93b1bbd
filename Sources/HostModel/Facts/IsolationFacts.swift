/// What comes to and runs on the CPUs of a host beside guests, as far as it can be sent elsewhere, and who else does that.
public struct IsolationFacts: Hashable, Sendable {
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
            guard case .interrupt(let number) = try container.decode(AffinityID.self, forKey: .number) else {
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

        /// What an operator does so that it keeps interrupts off CPUs.
        package static func advice(keepingOff cpus: CPUSet) -> String {
            "put IRQBALANCE_BANNED_CPULIST=\(cpus) into /etc/default/irqbalance (Fedora: /etc/sysconfig), "
                + "then systemctl restart irqbalance"
        }
    }

    /// Threads of programs and of the kernel that may run on the same CPUs, guests' left out.
    public struct Threads: Hashable, Sendable, Codable {
        /// The CPUs that they may run on.
        public var cpus: CPUSet
        /// How many there are.
        public var count: Int
        /// The names of their processes, ascending; some of them where there are many.
        public var names: [String]

        /// Names are sorted, and cut short.
        package init(cpus: CPUSet, count: Int, names: some Sequence<String>) {
            self.cpus = cpus
            self.count = count
            self.names = Array(Set(names).sorted().prefix(Threads.mostNames))
        }

        private static let mostNames = 16

        /// `12 threads (sshd, systemd, udevd and others)`.
        package var words: String {
            let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and others" : "")
            return "\(count) thread\(count == 1 ? "" : "s")" + (names.isEmpty ? "" : " (\(shown))")
        }
    }

    /// The program tuned, with a profile that isolates CPUs.
    public struct Tuned: Hashable, Sendable, Codable {
        /// The profile.
        public var profile: String
        /// The CPUs that it keeps programs off.
        public var isolated: CPUSet

        package init(profile: String, isolated: CPUSet) {
            self.profile = profile
            self.isolated = isolated
        }
    }

    /// systemd, which starts every program of the machine.
    public struct Manager: Hashable, Sendable {
        /// The CPUs that it confines what it starts to, by files that apply did not write; nil for all of them.
        public var affinity: CPUSet?
        /// The groups that all programs but guests are in, by unit; none where the kernel cannot confine groups.
        public var groups: [String: ProgramGroup]

        package init(affinity: CPUSet? = nil, groups: [String: ProgramGroup] = [:]) {
            self.affinity = affinity
            self.groups = groups
        }
    }

    /// A group of programs that systemd confines as a whole.
    public struct ProgramGroup: Hashable, Sendable, Codable {
        /// The CPUs that files which apply did not write confine it to; nil for none of them.
        public var allowed: CPUSet?
        /// The CPUs that it is confined to now, empty for not at all; nil where it is not there.
        public var now: CPUSet?
        /// The CPUs that its threads have, guests' too, where these are not all; each set once, ascending.
        public var placed: [CPUSet]

        package init(allowed: CPUSet? = nil, now: CPUSet? = nil, placed: some Sequence<CPUSet> = [] as [CPUSet]) {
            self.allowed = allowed
            self.now = now
            self.placed = Set(placed).sorted()
        }

        private enum CodingKeys: CodingKey { case allowed, now, placed }

        /// Reads a group; nothing is required.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                allowed: try container.decodeIfPresent(CPUSet.self, forKey: .allowed),
                now: try container.decodeIfPresent(CPUSet.self, forKey: .now),
                placed: try container.decodeIfPresent([CPUSet].self, forKey: .placed) ?? [])
        }
    }

    /// The interrupts, ascending by number.
    public var interrupts: [Interrupt]
    /// The CPUs that new interrupts may come to; nil when the kernel does not tell.
    public var newInterrupts: CPUSet?
    /// irqbalance, if it runs.
    public var balancer: Balancer?
    /// The CPUs of the kernel's work queues that belong to no CPU; nil when it does not tell.
    public var workqueues: CPUSet?
    /// The threads that can be given other CPUs, by the CPUs that they have, ascending by the first of these.
    public var threads: [Threads]
    /// tuned, if it runs and isolates CPUs.
    public var tuned: Tuned?
    /// systemd, where it runs the machine.
    public var manager: Manager?
    /// The CPUs that can be taken offline and brought back with nothing lost; nil where that is not so, or not known.
    public var offlinable: CPUSet?
    /// The CPUs in isolated partitions of the kernel's scheduler; nil where it can make none for a single vCPU.
    public var partitions: CPUSet?

    /// Interrupts and threads are sorted.
    package init(
        interrupts: [Interrupt], newInterrupts: CPUSet? = nil, balancer: Balancer? = nil, workqueues: CPUSet? = nil,
        threads: [Threads] = [], tuned: Tuned? = nil, manager: Manager? = nil, offlinable: CPUSet? = nil,
        partitions: CPUSet? = nil
    ) {
        self.interrupts = interrupts.sorted { $0.number < $1.number }
        self.newInterrupts = newInterrupts
        self.balancer = balancer
        self.workqueues = workqueues
        self.threads = threads.sorted { $0.cpus < $1.cpus }
        self.tuned = tuned
        self.manager = manager
        self.offlinable = offlinable
        self.partitions = partitions
    }
}

extension IsolationFacts: Codable {
    private enum CodingKeys: String, CodingKey {
        case interrupts, workqueues, threads, tuned, offlinable, partitions
        case newInterrupts = "new_interrupts"
        case balancer = "irqbalance"
        case manager = "systemd"
    }

    /// Reads the member of a facts document; nothing is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            interrupts: try container.decodeIfPresent([Interrupt].self, forKey: .interrupts) ?? [],
            newInterrupts: try container.decodeIfPresent(CPUSet.self, forKey: .newInterrupts),
            balancer: try container.decodeIfPresent(Balancer.self, forKey: .balancer),
            workqueues: try container.decodeIfPresent(CPUSet.self, forKey: .workqueues),
            threads: try container.decodeIfPresent([Threads].self, forKey: .threads) ?? [],
            tuned: try container.decodeIfPresent(Tuned.self, forKey: .tuned),
            manager: try container.decodeIfPresent(Manager.self, forKey: .manager),
            offlinable: try container.decodeIfPresent(CPUSet.self, forKey: .offlinable),
            partitions: try container.decodeIfPresent(CPUSet.self, forKey: .partitions))
    }
}

extension IsolationFacts.Manager: Codable {
    private enum CodingKeys: CodingKey { case affinity, groups }

    /// Reads systemd's settings; nothing is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            affinity: try container.decodeIfPresent(CPUSet.self, forKey: .affinity),
            groups: try container.decodeIfPresent([String: IsolationFacts.ProgramGroup].self, forKey: .groups) ?? [:])
    }

    /// Writes them; groups only where there are any.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(affinity, forKey: .affinity)
        if !groups.isEmpty { try container.encode(groups, forKey: .groups) }
    }
}
