/// Where the interrupts of a host come that keeps them off some of its CPUs.
public struct InterruptAffinity: Hashable, Sendable, Codable {
    /// The CPUs that interrupts are kept off.
    public var off: CPUSet
    /// The CPUs for those that may come nowhere else then; none of ``off``.
    public var housekeeping: CPUSet

    package init(off: CPUSet, housekeeping: CPUSet) {
        self.off = off
        self.housekeeping = housekeeping.subtracting(off)
    }

    /// Where interrupts come that both allow.
    public func joined(_ other: InterruptAffinity) -> InterruptAffinity {
        InterruptAffinity(off: off.union(other.off), housekeeping: housekeeping.intersection(other.housekeeping))
    }

    /// An interrupt that is to come to other CPUs.
    public struct Change: Hashable, Sendable {
        /// Which one.
        public var interrupt: InterruptID
        /// Who asked for it; "" for those to come.
        public var name: String
        /// Where it may come now.
        public var now: CPUSet
        /// Where it is to come.
        public var wanted: CPUSet
    }

    /// What changes on a host: those to come first, then ascending by number. Interrupts that the kernel manages itself, and those that
    /// may come to none of the CPUs, stay as they are.
    public func changes(_ facts: InterruptFacts, on host: HostFacts) -> [Change] {
        guard !housekeeping.isEmpty else { return [] }
        let future = facts.future.map { Change(interrupt: .future, name: "", now: $0, wanted: place($0, near: [])) }
        let present = facts.interrupts.filter { !$0.isFixed }.map { interrupt in
            Change(
                interrupt: .number(interrupt.number), name: interrupt.name, now: interrupt.cpus,
                wanted: place(interrupt.cpus, near: interrupt.cell.flatMap { host.cell($0)?.cpus } ?? []))
        }
        return ([future].compactMap(\.self) + present).filter { $0.now != $0.wanted }
    }

    /// As far as it can where it may come now, else on the CPUs of its device's cell, else anywhere.
    private func place(_ now: CPUSet, near home: CPUSet) -> CPUSet {
        guard !now.isDisjoint(with: off) else { return now }
        return [now, home].map(housekeeping.intersection).first { !$0.isEmpty } ?? housekeeping
    }
}
