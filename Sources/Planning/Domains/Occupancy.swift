internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// What each guest uses of the host during and after apply: a running guest counts in its present place until its restart, in
/// addition to its planned place.
///
/// A running guest's memory stays where it was allocated, and its threads stay with it, whatever its definition says. What it has
/// beyond its planned place is *held*: no other guest can get it before the guest is restarted.
struct Occupancy {
    /// One domain of ours that runs.
    struct RunningGuest {
        /// What it has now.
        var live: Tenancy
        /// What the plan gives it; nil if it is removed or shut down.
        var planned: Tenancy?
        /// Whether it is shut down, removed or power cycled in this plan.
        var leaves = false
        /// Whether its memory is on other cells than planned, so that its threads stay as well; nil if its location is unknown.
        var moves: Bool?
        var stays: Bool { moves == true }
        /// The pins, until the restart, of threads that stay but leave CPUs to others.
        var narrowed: [DomainThread: CPUSet] = [:]
        /// Dedicated CPUs of threads that stay, which the plan does not give to this guest.
        var heldOwn: CPUSet = []
        /// Shared CPUs of threads that stay, which could not be freed for the guests that the plan gives them to.
        var heldShared: CPUSet = []
        /// How many vCPUs run on ``heldShared``.
        var heldVCPUs = 0
    }

    /// By name: the running domains of this site.
    private(set) var running: [String: RunningGuest] = [:]
    /// By name: what each placed guest has once it runs as planned.
    private(set) var planned: [String: Tenancy] = [:]

    private let request: PlanRequest
    /// By name: the site's guests.
    private let specs: [String: GuestSpec]
    /// Guests that hold something until their restart, ascending by name.
    private var staying: [(name: String, guest: RunningGuest)] = []
    private let records: [String: DomainRecord]

    /// Looks at the domains that are this site's.
    ///
    /// - Parameters:
    ///   - ours: Names of domains whose use of the host counts as the site's.
    ///   - going: Names of domains that are removed because the site no longer names them.
    init(
        _ request: PlanRequest, records: [String: DomainRecord], placement: Placement, ours: Set<String>,
        going: Set<String>
    ) {
        self.request = request
        self.records = records
        specs = request.guests.keyed(by: \.name.value)
        let places = placement.guests.keyed(by: \.name)
        for (name, place) in places {
            guard let demand = specs[name]?.demand else { continue }
            planned[name] = Tenancy(place, demand: demand, host: request.host)
        }
        for (name, record) in records where record.isRunning && (ours.contains(name) || going.contains(name)) {
            running[name] = guest(
                name, record, place: places[name], demand: specs[name]?.demand, goes: going.contains(name))
        }
        var owned = planned.mapValues(\.own)
        for actor in placement.actors { owned[actor.name] = actor.takenCPUs }
        for name in running.keys.sorted() { settleThreads(of: name, place: places[name], owned: owned) }
        repeat { collect() } while holdMore(places)
    }

    private mutating func collect() {
        staying = running.filter { _, guest in
            !guest.leaves
                && (!guest.heldOwn.isEmpty || !guest.heldShared.isEmpty
                    || guest.live.memory.keys.contains { guest.live.excess(over: guest.planned, on: $0) > 0 })
        }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A thread that cannot get its CPU yet keeps the present one, which then is not free for others either.
    private mutating func holdMore(_ places: [String: GuestPlacement]) -> Bool {
        var isMore = false
        for (name, guest) in running.sorted(by: { $0.key < $1.key }) where !guest.stays && !guest.leaves {
            guard let place = places[name], let live = records[name]?.live else { continue }
            for cell in place.cells {
                for vcpu in cell.dedicatedVCPUs {
                    guard let now = live.vcpuPins[vcpu], now.count == 1, let next = cell.pins[vcpu],
                        now != next,
                        !now.isSubset(of: guest.heldOwn.union(guest.planned?.own ?? [])),
                        !holders(own: next, shared: [], besides: name).isEmpty
                    else { continue }
                    running[name]?.heldOwn.formUnion(now)
                    isMore = true
                }
            }
        }
        return isMore
    }

    private func guest(
        _ name: String, _ record: DomainRecord, place: GuestPlacement?, demand: GuestDemand?, goes: Bool
    ) -> RunningGuest {
        let parts = record.live ?? record.parts
        let live = Tenancy(
            running: parts, placement: place, demand: demand, host: request.host)
        let homes = Dictionary(
            parts.pieces(as: demand).map { ($0.id, parts.home(of: $0, on: request.host)) },
            uniquingKeysWith: { first, _ in first })
        let known = (place?.cells ?? []).compactMap { cell in (homes[cell.id] ?? nil).map { $0 != cell.memoryHome } }
        let moves = known.isEmpty || record.live == nil ? nil : known.contains(true)
        let state = specs[name]?.state?.value
        let leaves =
            goes || place == nil || state == .shutoff || state == .absent
            || request.consent.restarts.contains(name)
            || (request.consent.restartsPending && request.consent.only?.contains(name) ?? true)
        return RunningGuest(live: live, planned: planned[name], leaves: leaves, moves: moves)
    }

    // MARK: Threads

    /// Works out which CPUs a guest's threads keep until its restart.
    private mutating func settleThreads(of name: String, place: GuestPlacement?, owned: [String: CPUSet]) {
        guard var guest = running[name], let record = records[name] else { return }
        let cells = place?.cells ?? []
        let parts = record.live ?? record.parts
        let others = owned.reduce(into: CPUSet()) { if $1.key != name { $0.formUnion($1.value) } }
        let vcpus = cells.reduce(VCPUSet()) { $0.union($1.vcpus) }
        var groups: [CPUSet: [VCPU]] = [:]
        for vcpu in VCPUSet(numbers: 0..<parts.vcpus) {
            // A vCPU that the definition no longer has keeps running, too; so do those of a guest that goes, until it is down.
            guard guest.stays || place == nil || (!cells.isEmpty && !vcpus.contains(vcpu)),
                let pin = parts.vcpuPins[vcpu] ?? parts.vcpuCPUs
            else { continue }
            if isOwn(vcpu, pin, record, of: name) {
                guest.live.own.formUnion(pin)
            } else {
                groups[pin, default: []].append(vcpu)
            }
        }
        if specs[name]?.demand.threadPolicy == .isolate {
            guest.live.own = request.host.withSiblings(guest.live.own)
        }
        guest.heldOwn = guest.live.own.subtracting(guest.planned?.own ?? [])
        for (pin, vcpus) in groups where !pin.isDisjoint(with: others) {
            let rest = pin.subtracting(others)
            if guest.stays, !guest.leaves, !rest.isEmpty, rest.count >= min(vcpus.count, pin.count) {
                for vcpu in vcpus { guest.narrowed[.vcpu(vcpu)] = rest }
            } else {
                guest.heldShared.formUnion(pin)
                guest.heldVCPUs += vcpus.count
            }
        }
        if guest.stays, !guest.leaves { narrowHelpers(&guest, parts, others) }
        running[name] = guest
    }

    /// The emulator and the iothreads leave CPUs given to others, if they have any left.
    private func narrowHelpers(_ guest: inout RunningGuest, _ parts: FoundSettings, _ others: CPUSet) {
        var pins: [DomainThread: CPUSet] = [:]
        pins[.emulator] = parts.emulatorPin ?? parts.vcpuCPUs
        for (number, cpus) in parts.ioThreadPins { pins[.ioThread(number)] = cpus }
        for (thread, pin) in pins {
            let rest = pin.subtracting(others)
            if rest != pin, !rest.isEmpty { guest.narrowed[thread] = rest }
        }
    }

    /// Whether a vCPU pinned to one CPU is dedicated: by the mark that the domain was started with, else by the site.
    private func isOwn(_ vcpu: VCPU, _ pin: CPUSet, _ record: DomainRecord, of name: String) -> Bool {
        guard pin.count == 1 else { return false }
        if let mark = record.liveMark { return mark.ownCPUs[vcpu] != nil }
        return specs[name]?.demand.dedicatedVCPUs.contains(vcpu) ?? true
    }

    // MARK: What is held

    /// The guests that hold CPUs given to this guest, ascending; empty if it can get them at once.
    ///
    /// - Parameters:
    ///   - own: Its dedicated CPUs: no other thread may be there.
    ///   - shared: Its shared CPUs: they may not be dedicated to another guest.
    func holders(own: CPUSet, shared: CPUSet, besides name: String) -> [String] {
        staying.filter { other, guest in
            other != name
                && (!own.isDisjoint(with: guest.heldOwn.union(guest.heldShared))
                    || !shared.isDisjoint(with: guest.heldOwn))
        }.map(\.name)
    }

    /// The guests that hold CPUs that the plan gives to this one, ascending.
    func holders(of name: String) -> [String] {
        holders(own: planned[name]?.own ?? [], shared: planned[name]?.shared ?? [], besides: name)
    }

    /// Guests whose threads leave their CPUs once some guests have moved: these, and those that hold CPUs only because they wait for
    /// one of these.
    func yielding(beside moving: Set<String>) -> Set<String> {
        var yielding = moving.union(running.filter { !$0.value.stays && !$0.value.leaves }.keys)
        while let stuck = yielding.subtracting(moving).first(where: { !yielding.isSuperset(of: holders(of: $0)) }) {
            yielding.remove(stuck)
        }
        return yielding
    }

    /// Guests that do not run and whose CPUs running guests use now, ascending; includes running guests that leave these CPUs.
    var withoutCPUs: [String] {
        planned.filter { name, planned in
            running[name] == nil
                && running.contains { other, guest in
                    other != name
                        && (!planned.own.isDisjoint(with: guest.heldOwn.union(guest.heldShared))
                            || !planned.shared.isDisjoint(with: guest.heldOwn))
                }
        }.keys.sorted()
    }

    /// CPUs that other guests hold as dedicated ones until their restart.
    func heldOwn(besides name: String) -> CPUSet {
        staying.reduce(into: CPUSet()) { if $1.name != name { $0.formUnion($1.guest.heldOwn) } }
    }

    /// What is held, as loads of foreign domains; empty if every running guest is in its planned place.
    ///
    /// - Parameter countsMemory: Whether memory counts as well as CPUs.
    func loads(countsMemory: Bool) -> [ForeignLoad] {
        staying.compactMap { name, guest in
            var load = ForeignLoad(name: name, takenCPUs: guest.heldOwn)
            if guest.heldVCPUs > 0 {
                load.sharedVCPUs = [ForeignLoad.SharedVCPUs(cpus: guest.heldShared, count: guest.heldVCPUs)]
            }
            if countsMemory {
                load.memory = guest.live.memory.keys.sorted().compactMap { cell in
                    let excess = guest.live.excess(over: guest.planned, on: cell)
                    return excess > 0 ? ForeignLoad.HeldMemory(cell: cell, amount: KiB(UInt64(excess))) : nil
                }
            }
            return load.takenCPUs.isEmpty && load.sharedVCPUs.isEmpty && load.memory.isEmpty ? nil : load
        }
    }
}
