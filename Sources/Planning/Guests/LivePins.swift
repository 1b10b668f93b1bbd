internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// The pins that a running guest's threads get at once.
///
/// A guest whose memory is on other cells than planned stays where it is with its threads until its restart; these only leave CPUs
/// that others are given. All other guests go to their CPUs at once, but for those that a guest which stays has alone.
struct LivePins {
    /// One step a thread that is elsewhere.
    private(set) var steps: [Step] = []
    /// Pins that cannot be set, or not whole, before other guests were restarted.
    private(set) var held: Set<SettingKey> = []
    /// These guests, ascending.
    private(set) var holders: [String] = []

    let guest: GuestSpec
    let placement: GuestPlacement
    let occupancy: Occupancy
    let everywhere: CPUSet

    /// Takes what the pins of one guest depend on; nobody is pinned yet.
    init(_ guest: GuestSpec, placement: GuestPlacement, occupancy: Occupancy, everywhere: CPUSet) {
        self.guest = guest
        self.placement = placement
        self.occupancy = occupancy
        self.everywhere = everywhere
    }

    /// Brings threads to their CPUs.
    mutating func move(_ threads: [DomainThread], from live: FoundSettings, to wanted: WantedSettings) {
        var blocking: Set<String> = []
        for thread in threads {
            // A vCPU that the definition no longer has is gone with the next start, and stays where it is until then.
            if case .vcpu(let vcpu) = thread, vcpu.rawValue >= wanted.vcpus { continue }
            let prior = thread.cpus(in: live) ?? live.vcpuCPUs ?? everywhere
            let whole = thread.cpus(in: wanted) ?? wanted.vcpuCPUs ?? everywhere
            let target = free(whole, for: thread)
            if target != whole {
                held.insert(thread.pin)
                blocking.formUnion(holders(of: whole, for: thread))
            }
            guard let target, target != prior else { continue }
            steps.append(.pin(name: guest.name.value, thread: thread, prior: prior, target: target))
        }
        holders = blocking.sorted()
    }

    /// Takes threads that stay off the CPUs that others are given.
    mutating func narrow(_ live: FoundSettings) {
        let narrowed = occupancy.running[guest.name.value]?.narrowed ?? [:]
        for (thread, target) in narrowed.sorted(by: { $0.key < $1.key }) {
            let prior = thread.cpus(in: live) ?? live.vcpuCPUs ?? everywhere
            if prior != target {
                steps.append(.pin(name: guest.name.value, thread: thread, prior: prior, target: target))
            }
        }
    }

    /// Whether the pin of one of these vCPUs has to wait for other guests: it is not plugged before.
    func holds(_ vcpus: Range<Int>) -> Bool { vcpus.contains { held.contains(.vcpuPin(VCPU($0))) } }

    /// The part of its CPUs that a thread can have now; nil when it has to stay where it is.
    private func free(_ cpus: CPUSet, for thread: DomainThread) -> CPUSet? {
        if isAlone(thread) { return holders(of: cpus, for: thread).isEmpty ? cpus : nil }
        let left = cpus.subtracting(occupancy.heldOwn(besides: guest.name.value))
        return left.isEmpty ? nil : left
    }

    private func holders(of cpus: CPUSet, for thread: DomainThread) -> [String] {
        let isAlone = isAlone(thread)
        return occupancy.holders(
            own: isAlone ? cpus : [], shared: isAlone ? [] : cpus, besides: guest.name.value)
    }

    private func isAlone(_ thread: DomainThread) -> Bool {
        switch thread {
        case .vcpu(let vcpu): placement.cells.contains { $0.dedicatedVCPUs.contains(vcpu) }
        case .emulator: guest.demand.emulatorPolicy == .isolate
        case .ioThread: false
        }
    }

    /// What is to be said of pins that wait; nil when none does.
    var finding: Diagnostic? {
        guard !holders.isEmpty else { return nil }
        let list = holders.map { "'\($0)'" }.joined(separator: ", ")
        return Diagnostic(
            .heldUntilRestart,
            "guest '\(guest.name.value)' does not get all of its CPUs yet: \(list) "
                + "\(holders.count == 1 ? "has" : "have") some of them until restarted",
            at: guest.name.mark, severity: .warning,
            hint: "apply with " + holders.map { "--restart \($0)" }.joined(separator: " ") + ", then apply again")
    }
}
