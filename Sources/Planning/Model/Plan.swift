public import Diagnostics
public import DomainXML
public import HostModel
public import Placement

/// What would change on one host: a value that three renderings show and that apply carries out.
public struct Plan: Hashable, Sendable {
    /// What the plan comes to.
    public enum PlanVerdict: String, Hashable, Sendable, CaseIterable {
        /// Nothing to do.
        case noChanges = "no_changes"
        /// Something to do.
        case changes
        /// The guests do not fit.
        case infeasible
        /// Whether they fit could not be found out within the search limit.
        case undecided
        /// The site or the host forbids it; the diagnostics say what.
        case refused
    }

    /// The host's name.
    public var host: String
    /// The site's name.
    public var site: String
    /// What the plan comes to.
    public var verdict: PlanVerdict
    /// Where every guest goes.
    public var placement: Placement
    /// Where guests that move are now, ascending by name: as they run, else as they are defined.
    public var before: [GuestPlacement] = []
    /// Guests that rebalancing would move, in the order in which that works out.
    public var moves: [Move]
    /// How room is made for the guest that was asked for; nil where none was.
    public var room: RoomForGuest?
    /// What changes, ascending by address.
    public var changes: [Change]
    /// Guests in sync, ascending.
    public var unchanged: [String]
    /// Guests whose live state waits for a restart, ascending.
    public var restartPending: [String]
    /// The settings that wait for a restart, by guest: what the running domain has, and what it will have.
    public var pending: [String: [ChangedPart]] = [:]
    /// Guests that differ from the site in what this plan leaves as it is, ascending: a finding says in what.
    public var differing: [String]
    /// Guests that do not run, and whose CPUs running guests have as long as they are not restarted or shut down, ascending.
    public var withoutCPUs: [String] = []
    /// The guests that the plan is about, ascending, where the rest of the site stays as it is; nil for all of it.
    public var only: [String]?
    /// Findings, in the order in which they were made.
    public var diagnostics: [Diagnostic]

    package init(
        host: String, site: String, verdict: PlanVerdict, placement: Placement, moves: [Move] = [],
        changes: [Change] = [],
        unchanged: [String] = [], restartPending: [String] = [], differing: [String] = [],
        diagnostics: [Diagnostic] = []
    ) {
        self.differing = differing
        self.host = host
        self.site = site
        self.verdict = verdict
        self.placement = placement
        self.moves = moves
        self.changes = changes
        self.unchanged = unchanged
        self.restartPending = restartPending
        self.diagnostics = diagnostics
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { changes.isEmpty }

    /// The worst that any change does to running guests.
    public var disruption: Disruption { changes.map(\.disruption).max() ?? .none }
}

/// What a change does to what runs, mildest first.
public enum Disruption: String, Hashable, Sendable, Comparable, CaseIterable {
    /// Nothing that runs notices.
    case none
    /// Applied to running guests without interrupting them.
    case live
    /// A libvirt daemon restarts; guests go on.
    case daemon
    /// A guest is stopped or power-cycled.
    case guest
    /// The host reboots.
    case host

    private var rank: Int {
        switch self {
        case .none: 0
        case .live: 1
        case .daemon: 2
        case .guest: 3
        case .host: 4
        }
    }

    /// Orders by how much it disturbs.
    public static func < (left: Disruption, right: Disruption) -> Bool {
        left.rank < right.rank
    }
}

/// One thing that changes, with everything needed to show it and to do it.
public struct Change: Hashable, Sendable {
    /// What happens to the thing.
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case create, update, adopt, release, remove, grow, shrink, start, stop, restart, stamp, rename
    }

    /// What is changed.
    public enum Subject: Hashable, Sendable {
        /// A pool of huge pages.
        case pool(PoolID)
        /// A guest's domain.
        case guest(String)
        /// What is kept off the CPUs of guests.
        case isolation
        /// A PCI device of the host.
        case device(PCIAddress)
        /// The CPUs of a program beside the guests.
        case actor(String)
    }

    /// What is changed.
    public var subject: Subject
    /// What happens to it.
    public var action: Action
    /// What it does to what runs.
    public var disruption: Disruption
    /// The settings that change, in the order of a definition.
    public var parts: [ChangedPart]
    /// What must be agreed to first, in the order of ``Consent/kinds``; empty when nothing must.
    public var consents: [Consent]
    /// Files of the host that stay although the definition goes: disks and NVRAM, in the order of the definition.
    public var kept: [String]
    /// The place in the site file that wants it.
    public var source: SourceMark?

    package init(
        subject: Subject, action: Action, disruption: Disruption, parts: [ChangedPart], consents: [Consent] = [],
        kept: [String] = [], source: SourceMark? = nil
    ) {
        self.kept = kept
        self.subject = subject
        self.action = action
        self.disruption = disruption
        self.parts = parts
        self.consents = consents
        self.source = source
    }

    /// A stable, greppable name: `guest/web01`, `pool/2MiB/cell/0`, `isolation`, `device/0000:17:00.0`,
    /// `actor/ovs`.
    public var address: String { subject.address }
}

extension Change {
    /// How the domain came to differ, where nobody asked for any of it; nil as soon as one setting was asked for.
    public var drift: ChangedPart.Drift? {
        guard !parts.isEmpty, parts.allSatisfy({ $0.drift != nil }) else { return nil }
        return parts.contains { $0.drift == .definition } ? .definition : .live
    }

    /// How many vCPUs the domain gets; nil where that does not change.
    public var wantedVCPUs: UInt64? { wanted(SettingKey(VCPUs.self)) }

    /// How much memory the domain gets; nil where that does not change.
    public var wantedMemory: KiB? { wanted(SettingKey(Memory.self)).map { KiB($0) } }

    private func wanted(_ key: SettingKey) -> UInt64? {
        guard case .number(let number)? = parts.first(where: { $0.key == .setting(key) })?.want else { return nil }
        return number
    }
}

extension Change.Subject {
    /// A stable, greppable name: `guest/web01`, `pool/2MiB/cell/0`.
    public var address: String {
        switch self {
        case .pool(let pool): pool.address
        case .guest(let name): "guest/\(name)"
        case .isolation: "isolation"
        case .device(let address): "device/\(address)"
        case .actor(let name): "actor/\(name)"
        }
    }
}

/// One setting that changes.
public struct ChangedPart: Hashable, Sendable {
    /// A setting's value.
    public enum PartValue: Hashable, Sendable {
        case text(String)
        case number(UInt64)
        case flag(Bool)
    }

    /// When the change takes effect.
    public enum When: String, Hashable, Sendable, CaseIterable {
        /// With the definition of a domain that does not run.
        case define
        /// At once, in the running domain as well.
        case live
        /// When the running domain is next started from its definition.
        case nextStart = "next_start"
    }

    /// What a running domain has, whatever its definition says.
    public enum Live: Hashable, Sendable {
        /// Nothing of that kind.
        case absent
        /// That value.
        case value(PartValue)
    }

    /// A difference that nobody asked for.
    public enum Drift: String, Hashable, Sendable, CaseIterable {
        /// Somebody changed the definition after it was written as it is still wanted.
        case definition
        /// The definition is as wanted, and somebody changed the running domain.
        case live
    }

    /// What it is that changes.
    public enum PartKey: Hashable, Sendable {
        /// A setting of a domain.
        case setting(SettingKey)
        /// A thing of a guest's machine.
        case machine(MachineKey)
        /// The domain's name.
        case name
        /// Our mark in its definition.
        case metadata
        /// Whether libvirt starts it with the host.
        case autostart
        /// What it does.
        case state
        /// The number of a pool's pages.
        case pages
        /// The CPUs of interrupts, or of the kernel's work queues.
        case affinity(AffinityID)
        /// The CPUs of threads beside guests', by those that they have.
        case threads(on: CPUSet)
        /// Whether CPUs are online.
        case cpus(CPUSet)
        /// The CPUs of a guest that are partitions of the scheduler.
        case partition(of: String)
        /// How many virtual functions a device has.
        case virtualFunctions
        /// An actor's CPUs.
        case actorCPUs
        /// An actor's huge pages.
        case actorPages
        /// The unit that is confined to an actor's CPUs.
        case actorUnit
        /// The file with the settings of such a unit.
        case dropIn(String)
    }

    /// What it is that changes.
    public var key: PartKey
    /// What it is now, in the running domain where only that differs; nil is absent.
    public var now: PartValue?
    /// What is wanted; nil is absent.
    public var want: PartValue?
    /// When it takes effect.
    public var when: When
    /// What the running domain has; nil for a domain that does not run, or of which that is not known.
    public var live: Live?
    /// How it came to differ, where nobody asked for it; nil where the site asks for something else than before.
    public var drift: Drift?
    /// Since when it waits for a restart; nil where it does not, or nobody knows.
    public var since: UTCTime?

    package init(_ key: PartKey, now: PartValue?, want: PartValue?, when: When, live: Live? = nil, drift: Drift? = nil)
    {
        self.live = live
        self.drift = drift
        self.key = key
        self.now = now
        self.want = want
        self.when = when
    }
}

extension ChangedPart {
    /// A setting that differs.
    init(_ difference: SettingDifference, when: When, live: Live? = nil, drift: Drift? = nil) {
        self.init(
            .setting(difference.key), now: difference.now.map(PartValue.init),
            want: difference.want.map(PartValue.init),
            when: when, live: live, drift: drift)
    }

    /// The stable path of what changes: `cputune.vcpupin[0]`, `memory.kib`, `pages`.
    public var path: String {
        switch key {
        case .setting(let key): key.path
        case .machine(let key): key.path
        case .name: "name"
        case .metadata: "metadata"
        case .autostart: "autostart"
        case .state: "state"
        case .pages: "pages"
        case .affinity(let id): id.path
        case .threads(let cpus): "threads[\(cpus)]"
        case .cpus(let cpus): "cpus[\(cpus)]"
        case .partition(let guest): "partition[\(guest)]"
        case .virtualFunctions: "sriov_numvfs"
        case .actorCPUs: "cpus"
        case .actorPages: "huge_pages"
        case .actorUnit: "unit"
        case .dropIn(let unit): "drop_in[\(unit)]"
        }
    }

    /// Whether a number is an amount of memory in KiB.
    public var isAmount: Bool { if case .setting(let key) = key { key.isAmount } else { false } }

    /// Whether the part says which host cells memory comes from.
    public var bindsMemory: Bool { if case .setting(let key) = key { key.belongs(to: NUMATune.self) } else { false } }
}

extension ChangedPart.PartValue {
    /// The same value in a plan's words.
    public init(_ value: SettingValue) {
        switch value {
        case .text(let text): self = .text(text)
        case .number(let number): self = .number(number)
        case .flag(let flag): self = .flag(flag)
        }
    }
}
