/// What is kept off which CPUs of a host, and where it goes instead.
public struct CPUIsolation: Hashable, Sendable, Codable {
    /// The CPUs that interrupts are kept off.
    public private(set) var interruptsOff: CPUSet
    /// The CPUs among them that programs, threads of the kernel and its work queues are kept off too.
    public private(set) var programsOff: CPUSet
    /// The CPUs for what may go nowhere else then; none of the others.
    public private(set) var housekeeping: CPUSet

    /// What keeps programs off keeps interrupts off as well.
    package init(interruptsOff: CPUSet, programsOff: CPUSet = [], housekeeping: CPUSet) {
        self.interruptsOff = interruptsOff.union(programsOff)
        self.programsOff = programsOff
        self.housekeeping = housekeeping.subtracting(self.interruptsOff)
    }

    private enum CodingKeys: String, CodingKey {
        case housekeeping
        case interruptsOff = "interrupts_off"
        case programsOff = "programs_off"
    }

    /// Where things go that both allow.
    public func joined(_ other: CPUIsolation) -> CPUIsolation {
        CPUIsolation(
            interruptsOff: interruptsOff.union(other.interruptsOff), programsOff: programsOff.union(other.programsOff),
            housekeeping: housekeeping.intersection(other.housekeeping))
    }

    /// An interrupt, or the work queues, to be given other CPUs.
    public struct Change: Hashable, Sendable {
        /// Which one.
        public var id: AffinityID
        /// Who asked for it; "" for what is no single interrupt.
        public var name: String
        /// Where it may come now.
        public var now: CPUSet
        /// Where it is to come.
        public var wanted: CPUSet
    }

    /// What changes on a host, ascending. Interrupts that the kernel manages itself, and what may come to none of the CPUs, stay as
    /// they are.
    public func changes(_ facts: IsolationFacts, on host: HostFacts) -> [Change] {
        guard !housekeeping.isEmpty else { return [] }
        func change(_ id: AffinityID, _ now: CPUSet, off: CPUSet, name: String = "", home: CPUSet = []) -> Change? {
            guard !now.isDisjoint(with: off) else { return nil }
            let wanted = [now, home].map(housekeeping.intersection).first { !$0.isEmpty } ?? housekeeping
            return Change(id: id, name: name, now: now, wanted: wanted)
        }
        let new = facts.newInterrupts.flatMap { change(.newInterrupts, $0, off: interruptsOff) }
        let present = facts.interrupts.filter { !$0.isFixed }.compactMap { interrupt in
            change(
                .interrupt(interrupt.number), interrupt.cpus, off: interruptsOff, name: interrupt.name,
                home: interrupt.cell.flatMap { host.cell($0)?.cpus } ?? [])
        }
        let workqueues = facts.workqueues.flatMap { change(.workqueues, $0, off: programsOff) }
        return [new].compactMap(\.self) + present + [workqueues].compactMap(\.self)
    }

    /// Where threads go that may run on these CPUs: to those housekeeping CPUs that they have already, else to the rest of theirs. Nil
    /// for those that stay: whoever has nothing but CPUs to be kept free was put there on purpose.
    public func place(ofThreadsOn cpus: CPUSet) -> CPUSet? {
        guard !housekeeping.isEmpty, !cpus.isDisjoint(with: programsOff) else { return nil }
        return [cpus.intersection(housekeeping), cpus.subtracting(programsOff)].first { !$0.isEmpty }
    }
}
