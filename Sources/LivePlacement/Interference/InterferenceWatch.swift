public import HostModel
internal import Placement

/// A running guest whose own CPUs are watched.
public struct WatchedGuest: Hashable, Sendable {
    /// The domain's name.
    public var name: String
    /// The number of its process.
    public var process: Int
    /// The CPUs that it has for itself.
    public var cpus: CPUSet
    /// What the plan has for its threads.
    var expectation: Expectation

    /// - Parameter dedicated: The CPUs of the host that guests have for themselves, idle siblings among them.
    /// - Parameter siblings: The threads of each core.
    /// - Returns: nil for a guest that has no CPU for itself.
    package init?(process: Int, _ expectation: Expectation, dedicated: CPUSet, siblings: [CPUSet]) {
        let placement = expectation.placement
        let threads = placement.cells.flatMap { cell in cell.dedicatedVCPUs.compactMap { cell.pins[$0] } }
        let pinned = threads.reduce(placement.emulatorCPUs) { $0.union($1) }
            .union(placement.pins.values.reduce(CPUSet()) { $0.union($1) })
        let own = pinned.intersection(dedicated)
        // Whoever runs on the other thread of a core slows down the one that has it.
        let cores = siblings.filter { !$0.isDisjoint(with: own) }.reduce(own) { $0.union($1) }
        cpus = cores.intersection(dedicated).intersection(expectation.onlineCPUs)
        guard !cpus.isEmpty else { return nil }
        name = placement.name
        self.process = process
        self.expectation = expectation
    }

    /// Whether a thread may run on a CPU by the plan. The threads in which the kernel carries out the guest's I/O (`vhost-PID`) go
    /// with the emulator.
    func owns(_ thread: ThreadActivity, on cpu: CPU) -> Bool {
        guard thread.process == process || thread.name == "vhost-\(process)" else { return false }
        let role = GuestThread(id: 0, name: thread.name, allowed: []).role
        return expectation.cpus(of: role)?.contains(cpu) ?? false
    }

    /// Whether a thread is one of the guest's vCPUs.
    func isVCPU(_ thread: ThreadActivity) -> Bool {
        guard thread.process == process, case .vcpu = GuestThread(id: 0, name: thread.name, allowed: []).role else {
            return false
        }
        return true
    }
}

/// Adds up, look by look, who else runs on guests' own CPUs.
///
/// The kernel counts a thread's runs and tells the CPU of the last: between two looks all are taken for runs on that CPU. What neither
/// look sees there, only the CPU's own count shows.
public struct InterferenceWatch: Sendable {
    private let guests: [WatchedGuest]
    private let watched: CPUSet
    private let program: Int
    private let first: ActivitySample
    private var last: ActivitySample
    /// By guest and thread.
    private var threads: [[Int: Interference.Other]]
    /// Runs that have a name, by CPU: those of the guests' own threads, and of others.
    private var named: [CPU: UInt64] = [:]
    private var waited: [UInt64]

    /// Begins with a first look.
    ///
    /// - Parameter program: The process that looks, which does not count.
    package init(_ guests: [WatchedGuest], program: Int, _ sample: ActivitySample) {
        self.guests = guests
        self.program = program
        watched = guests.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
        (first, last) = (sample, sample)
        threads = guests.map { _ in [:] }
        waited = guests.map { _ in 0 }
    }

    /// Takes in a further look.
    public mutating func add(_ sample: ActivitySample) {
        for (id, thread) in sample.threads {
            let before = last.threads[id].flatMap { $0.runs <= thread.runs && $0.ran <= thread.ran ? $0 : nil }
            for (index, guest) in guests.enumerated() where guest.isVCPU(thread) {
                waited[index] += thread.waited - min(thread.waited, before?.waited ?? 0)
            }
            let runs = thread.runs - (before?.runs ?? 0)
            guard runs > 0, watched.contains(thread.cpu) else { continue }
            named[thread.cpu, default: 0] += runs
            for (index, guest) in guests.enumerated() where guest.cpus.contains(thread.cpu) {
                guard thread.process != program, !guests.contains(where: { $0.owns(thread, on: thread.cpu) }) else {
                    continue
                }
                var other =
                    threads[index][id]
                    ?? .init(
                        kind: .thread(id, process: thread.process), name: thread.name, cpus: [], count: 0, ran: 0,
                        isBound: thread.isBound)
                other.cpus.insert(thread.cpu)
                other.count += runs
                other.ran = (other.ran ?? 0) + thread.ran - (before?.ran ?? 0)
                threads[index][id] = other
            }
        }
        last = sample
    }

    /// What was seen in all.
    ///
    /// - Parameter milliseconds: How long it was looked at.
    public func result(milliseconds: UInt64) -> Interference {
        Interference(
            milliseconds: milliseconds,
            guests: guests.indices.map { index in
                let guest = guests[index]
                return Interference.Guest(
                    name: guest.name, cpus: guest.cpus,
                    others: (threads[index].values + interrupts(on: guest.cpus)).sorted(by: isBefore),
                    unseenRuns: unseen(on: guest.cpus), waited: waited[index])
            }.sorted { $0.name < $1.name })
    }

    private func interrupts(on cpus: CPUSet) -> [Interference.Other] {
        last.interrupts.compactMap { name, counts in
            let grown = cpus.compactMap { cpu -> (CPU, UInt64)? in
                let (now, before) = (counts.counts[cpu] ?? 0, first.interrupts[name]?.counts[cpu] ?? 0)
                return now > before ? (cpu, now - before) : nil
            }
            guard !grown.isEmpty else { return nil }
            return Interference.Other(
                kind: counts.number.map { .interrupt($0) } ?? .kernelInterrupt(name), name: counts.label,
                cpus: CPUSet(grown.map(\.0)), count: grown.reduce(0) { $0 + $1.1 }, isBound: counts.number == nil)
        }
    }

    private func unseen(on cpus: CPUSet) -> UInt64? {
        guard let before = first.runs, let now = last.runs else { return nil }
        return cpus.reduce(0) { sum, cpu in
            let all = (now[cpu] ?? 0) - min(now[cpu] ?? 0, before[cpu] ?? 0)
            return sum + all - min(all, named[cpu] ?? 0)
        }
    }
}

/// Those that can be sent elsewhere first, of each the longest, then the most frequent, then by name.
private func isBefore(_ left: Interference.Other, _ right: Interference.Other) -> Bool {
    if left.isBound != right.isBound { return right.isBound }
    if left.ran != right.ran { return (left.ran ?? 0) > (right.ran ?? 0) }
    if left.count != right.count { return left.count > right.count }
    return (left.name, "\(left.cpus)") < (right.name, "\(right.cpus)")
}
