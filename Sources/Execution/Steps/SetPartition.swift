public import HostModel
public import Planning

/// Makes the CPUs of a guest's vCPUs partitions of the scheduler, or gives them back.
public struct PartitionWrite: DomainWrite {
    var guest: String
    var vcpus: [VCPU: CPUSet]

    static var verb: HostWrite.Verb { .partition }

    var action: HostWrite { .setPartitions(self) }
    var place: String { "the CPU partitions of \(guest)" }
    var words: String {
        let cpus = vcpus.values.reduce(into: CPUSet()) { $0.formUnion($1) }
        return vcpus.isEmpty ? "give back \(place)" : "make CPUs \(cpus) partitions of \(guest)"
    }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.partitions.setPartitions(of: guest, vcpus)
        run.report.writes += 1
    }

    /// The vCPU runs on its CPU all the same.
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool {
        run.unpartitioned.insert(guest)
        run.report.notes.append(
            Note(guest: guest, message: "CPUs of \(guest) stay with the scheduler: \(failure)", kind: .isolation))
        return true
    }

    /// A guest that does not run has none, nor has a vCPU that is not plugged.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard !run.unpartitioned.contains(guest), let found = try run.host.partitions.partitions(of: guest) else {
            return true
        }
        return found.allSatisfy { $1 == vcpus[$0] ?? [] }
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setPartitions(let back) = inverse[0] else { return false }
        return back.guest == guest
    }

    /// What became of them meanwhile does not matter: they end with the guest.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}
}

extension HostWrite {
    /// Gives these vCPUs of a running guest partitions of their own, and no others of it.
    public static func setPartitions(_ guest: String, _ vcpus: [VCPU: CPUSet]) -> HostWrite {
        .setPartitions(PartitionWrite(guest: guest, vcpus: vcpus))
    }
}

extension SetPartitionStep: StepExecution {
    var phase: Phase { .partition }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let write = PartitionWrite(guest: name, vcpus: vcpus)
        guard try !write.holds(in: run), let found = try run.host.partitions.partitions(of: name) else { return nil }
        return Effect(
            [.setPartition(self)], write.action, inverse: [.setPartitions(name, found.filter { !$0.value.isEmpty })])
    }

    /// The guest may only be started by then.
    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard try !PartitionWrite(guest: name, vcpus: vcpus).holds(in: run) else { return [] }
        let found = try run.host.partitions.partitions(of: name) ?? [:]
        let cpus = found.values.reduce(into: CPUSet()) { $0.formUnion($1) }
        return Mismatch.between(.text("\(self.cpus)"), .text("\(cpus)"), .isolation, "partition[\(name)]")
    }
}

extension Run {
    /// What takes its partition from a vCPU that is about to run elsewhere, which the kernel would keep in there; nil where it has none.
    func release(for pin: HostWrite) throws(StepFailure) -> Effect? {
        guard case .pin(let pin) = pin, case .vcpu(let vcpu) = pin.thread,
            let made = try host.partitions.partitions(of: pin.guest)?.filter({ !$0.value.isEmpty }),
            let own = made[vcpu], own != pin.cpus
        else { return nil }
        return Effect(
            [], .setPartitions(pin.guest, made.filter { $0.key != vcpu }), inverse: [.setPartitions(pin.guest, made)])
    }
}
