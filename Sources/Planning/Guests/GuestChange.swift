internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile
internal import XMLTree

/// The outcome for one guest of the site: changes, steps, new definition.
struct GuestOutcome {
    var name = ""
    var change: Change?
    var steps: [Step] = []
    var definition: GuestDefinition?
    /// Whether settings of the running domain differ from its definition, present or new.
    var restartPending = false
    /// These settings, as they are in the running domain and as they are wanted.
    var pending: [ChangedPart] = []
    var diagnostics: [Diagnostic] = []
    /// Whether the guest differs from the site in something that this plan does not change.
    var differs = false

    /// Whether the guest is started.
    var starts: Bool { steps.contains { $0.word == .start } }
    /// Whether the guest is shut down.
    var stops: Bool { steps.contains { $0.word == .stop } }
}

/// What the changes of guests depend on besides each guest itself: one value for all of them.
final class Outlook {
    let request: PlanRequest
    /// What of the host is held until a restart.
    let occupancy: Occupancy
    let ledger: RoomLedger
    /// Guests that leave their host cells in this plan.
    let moving: Set<String>
    /// Those whose memory goes there while they run, so that nothing of the move waits for their next start.
    let movingLive: Set<String>
    /// Those that leave them only to improve the placement.
    let rebalanced: Set<String>

    init(
        request: PlanRequest, occupancy: Occupancy, ledger: RoomLedger, moving: Set<String>, movingLive: Set<String>,
        rebalanced: Set<String>
    ) {
        self.request = request
        self.occupancy = occupancy
        self.ledger = ledger
        self.moving = moving
        self.movingLive = movingLive
        self.rebalanced = rebalanced
    }
}

/// Computes the outcome for one placed guest.
struct GuestChange {
    let outlook: Outlook
    let guest: GuestSpec
    let placement: GuestPlacement
    /// What is wanted of it there.
    let placed: WantedAtPlace
    let record: DomainRecord?
    let ownership: Ownership
    /// The guest's domain where only a part of it is managed.
    let adopted: AdoptedGuest?

    private var name: String { guest.name.value }
    private var request: PlanRequest { outlook.request }
    private var occupancy: Occupancy { outlook.occupancy }
    private var isMoved: Bool { outlook.moving.contains(name) }
    private var movesLive: Bool { outlook.movingLive.contains(name) }
    private var isRebalanced: Bool { outlook.rebalanced.contains(name) }

    /// Whether the running domain's memory is on other cells than planned. Then its threads stay with it, and both move at the next
    /// start.
    private var moves: Bool { placeOfItsOwn == nil && (occupancy.running[name]?.moves ?? isMoved) }

    /// The outcome for the guest.
    func outcome() -> GuestOutcome {
        let partly =
            placeOfItsOwn.map { $0.wantedInPlace(over: $0.record.parts) } ?? adopted?.leaving(placed.settings)
        let wanted = partly.map(WantedAtPlace.init) ?? placed
        var outcome = record.map { update(of: $0, wanted: wanted) } ?? creation(wanted)
        outcome.name = name
        if let record, !outcome.steps.isEmpty {
            outcome.diagnostics += [DomainHoldings(record, at: guest.name.mark).busy].compactMap(\.self)
        }
        if !outcome.steps.isEmpty, let definition = outcome.definition {
            outcome.diagnostics += [StrandedDevices(in: definition).finding(guest)].compactMap(\.self)
        }
        if let record { outcome.diagnostics += MemoryFollowing.findings(guest, record) }
        if let definition = outcome.definition {
            outcome.diagnostics += DevicesOffCells.findings(guest, placement, definition)
        }
        if record?.facts.hasManagedSave == true { outcome.diagnostics.append(managedSave(outcome)) }
        return outcome
    }

    /// The guest's domain where it keeps its place; nil where the plan has a place for it.
    private var placeOfItsOwn: AdoptedGuest? { guest.keepsPlace ? adopted : nil }

    /// The wanted settings of a domain, with those that are kept filled in.
    private func whole(_ wanted: WantedSettings, of present: FoundSettings) -> WantedSettings {
        if adopted != nil { return wanted.completed(over: present) }
        var wanted = guest.demand.ioThreads == nil ? wanted.keepingIOThreads(of: present) : wanted
        // Memory devices that a domain had when it was taken over are its own.
        if ownership != .ours(.created), guest.demand.growth == nil { wanted.leave(PluggableMemory.self) }
        return wanted
    }

    /// The wanted settings of the running domain.
    private func wantedLive(
        _ asked: WantedSettings, whole: WantedSettings, of live: FoundSettings
    ) -> WantedSettings {
        guard let adopted else { return whole }
        return (placeOfItsOwn == nil ? asked : adopted.wantedInPlace(over: live)).completed(over: live)
    }

    private func managedSave(_ outcome: GuestOutcome) -> Diagnostic {
        let words = ManagedSave(name, at: guest.name.mark)
        return outcome.starts ? words.refusal(to: "be started as it is defined") : words.warning
    }

    // MARK: A guest that is not there yet

    private func creation(_ wanted: WantedAtPlace) -> GuestOutcome {
        let mark = mark(origin: .created, wanted: wanted, machine: newMachine)
        let definition = GuestDefinition(name: name, machine: machineDocument, settings: wanted.settings, mark: mark)
        var outcome = GuestOutcome(definition: definition)
        var parts = wanted.created
        outcome.steps = [.create(definition, wanted: wanted.settings, mark: mark)]
        if let autostart = guest.autostart?.value, autostart {
            parts.append(ChangedPart(.autostart, now: nil, want: .flag(true), when: .define))
            outcome.steps.append(.setAutostart(name: name, prior: false, target: true))
        }
        if guest.state?.value == .running {
            parts.append(ChangedPart(.state, now: nil, want: .text("running"), when: .define))
            outcome.steps.append(.start(name: name))
        }
        outcome.change = Change(
            subject: .guest(name), action: .create, disruption: .none, parts: parts, source: guest.name.mark)
        return outcome
    }

    /// The document of a new guest before managed settings are put in: its base file, or its common devices.
    private var machineDocument: XMLElement {
        if let base = request.bases[name] {
            let users = request.guests.filter { $0.machine.base?.value == guest.machine.base?.value }
            return DomainTemplate.domain(
                from: base, name: name, isShared: users.count > 1, machine: newMachine)
        }
        var machine = MachineDescription(guest, arch: request.host.host.arch)
        if !machine.hostDevices.isEmpty { machine.deviceCells = newMachine.deviceCells }
        return DomainTemplate.domain(for: machine)
    }

    /// What the site says about the machine besides CPUs and memory.
    private func machineWish(_ origin: OwnershipMark.Origin) -> MachineWish {
        MachineWish(
            guest, origin: origin, base: request.bases[name], placement: placement, host: request.host)
    }

    /// The machine as recorded in the mark of a new guest.
    private var newMachine: MachineRecord { MachineRecord(machineWish(.created), prior: nil, in: nil) }

    // MARK: A guest that is there

    private func update(of record: DomainRecord, wanted placed: WantedAtPlace) -> GuestOutcome {
        let origin: OwnershipMark.Origin = if case .ours(let origin) = ownership { origin } else { .adopted }
        let machine = machineChange(of: record, origin)
        let mark = mark(
            origin: origin, wanted: (placeOfItsOwn?.named).map(WantedAtPlace.init) ?? placed, machine: machine.record)
        let isDrift = mark.spec == record.mark?.spec
        let asked = placed.settings
        let wanted = whole(asked, of: record.parts)
        let stored = wanted.differences(from: record.parts, defaultHugePage: request.host.defaultHugePage)
        let wantedLive = record.live.map { self.wantedLive(asked, whole: wanted, of: $0) } ?? wanted
        let asksVCPUs = liveVCPUs(of: record, wanted: wantedLive)
        let running = record.live.map {
            FloatingPins(wanted: wantedLive, everywhere: request.host.onlineCPUs)
                .settled($0, vcpus: max($0.presentVCPUs, asksVCPUs?.target ?? 0))
        }
        let drift = running.map { found in
            wantedLive.differences(from: found, defaultHugePage: request.host.defaultHugePage)
                .filter { stored.map(\.key).contains($0.key) || !isWithTheGuest($0, found) }
        }
        let pins = running.map { livePins(drift ?? [], live: $0, wanted: wantedLive, asksVCPUs) }
        let vcpus = asksVCPUs.flatMap { pins?.holds($0.plugged) == false ? $0 : nil }
        // A guest whose memory moves to other host cells keeps its settings until its next start.
        let movable = moves ? [] : drift ?? []
        let named = movable.isEmpty ? [] : Set(placed.entries.map(\.key))
        let live =
            movable.filter { named.contains($0.key) && (movesLive || !$0.key.belongs(to: NUMATune.self)) }
            .compactMap { Step.live($0, of: name, record) }
            + [vcpus.map { .setVCPUs(name: name, prior: $0.prior, target: $0.target) }].compactMap(\.self)
        let taken = Set(live.compactMap(\.kind.liveSetting))
        // What is said of all memory follows from where its pieces go.
        let isMovedNow = live.contains { $0.word == .moveMemory }
        let atOnce = isMovedNow ? taken.union((drift ?? []).map(\.key).filter { $0.belongs(to: NUMATune.self) }) : taken
        var outcome = GuestOutcome(
            definition: GuestDefinition(
                name: name, machine: machine.document, settings: stored.isEmpty && !machine.isAnew ? nil : wanted,
                mark: mark))
        if let obstacle = machine.obstacle {
            outcome.differs = true
            outcome.diagnostics.append(obstacle.diagnostic(guest, canRebase: origin == .created))
        }
        let differing = drift.map { Set($0.map(\.key)) }
        var parts = stored.map { part in
            ChangedPart(
                part, when: when(part.key, record, wanted, differing: differing, held: pins?.held ?? [], atOnce),
                live: record.live?.live(part.key), drift: isDrift ? .definition : nil)
        }
        parts += machine.parts
        if record.facts.name != name {
            parts.insert(
                ChangedPart(.name, now: .text(record.facts.name), want: .text(name), when: .define), at: 0)
            outcome.steps.append(.rename(name: name, from: record.facts.name, uuid: record.facts.uuid))
        }
        if machine.isAnew, let document = outcome.definition?.document {
            outcome.steps.append(
                .rebase(name: name, prior: record.parts, definition: document, wanted: wanted, mark: mark))
        } else if !stored.isEmpty || !machine.parts.isEmpty || record.mark != mark {
            outcome.steps.append(
                .redefine(
                    name: name, prior: record.parts, wanted: wanted, mark: mark,
                    devices: DeviceChange.all(for: mark, from: record.mark, in: record.document)))
        }
        if let found = record.live, let running, let drift, let pins {
            outcome.pending = drift.filter {
                moves || !(takesAtOnce($0.key, wantedLive) || atOnce.contains($0.key))
            }.map { part in ChangedPart(part, when: .nextStart, live: found.live(part.key)) }
            outcome.pending += machine.pending
            outcome.restartPending = !outcome.pending.isEmpty
            outcome.steps += pins.steps + live
            outcome.steps += machine.live.steps
            parts += machine.live.parts(besides: machine.parts)
            outcome.diagnostics += [pins.finding].compactMap(\.self)
            if moves {
                parts += narrowed(pins)
            } else {
                addLiveParts(drift, pins, taken, live: running, wanted: wantedLive, parts: &parts)
            }
        } else if record.isRunning {
            outcome.restartPending = parts.contains { $0.when == .nextStart }
        }
        addState(record, parts: &parts, steps: &outcome.steps)
        outcome.change = change(record, mark: mark, parts: parts, hasSteps: !outcome.steps.isEmpty)
        return outcome
    }

    /// The change of the machine: a patch of the definition where possible, or with `--rebase` a new definition.
    private func machineChange(of record: DomainRecord, _ origin: OwnershipMark.Origin) -> MachineChange {
        let change = MachineChange(
            of: name, machineWish(origin), origin: origin, record: record, goesOn: guest.state?.value != .shutoff)
        guard change.obstacle != nil, origin == .created, request.consent.rebases.contains(name) else { return change }
        return MachineChange(
            anew: DomainTemplate.domain(machineDocument, keepingIdentityOf: record.document),
            newMachine, record: record)
    }

    private func change(_ record: DomainRecord, mark: OwnershipMark, parts: [ChangedPart], hasSteps: Bool) -> Change? {
        guard hasSteps else { return nil }
        var parts = parts
        var action = Change.Action.update
        if parts.isEmpty {
            action = .stamp
            parts = [ChangedPart(.metadata, now: nil, want: .text(mark.site), when: .define)]
        }
        let stops = parts.contains { $0.key == .state && $0.want == .text("shutoff") }
        if parts.allSatisfy({ $0.key == .name }) { action = .rename }
        if parts.allSatisfy({ $0.key == .state }) { action = stops ? .stop : .start }
        // All other consents follow from the steps.
        var consents: [Consent] = isRebalanced ? [.rebalance] : []
        if isMoved, moves, record.isRunning { consents.append(.move) }
        if let target = parts.lazy.compactMap(\.diskPutBack).first {
            consents.append(.putBackDisk("devices.disk[\(target)]"))
        }
        let disruption: Disruption = stops ? .guest : parts.contains { $0.when == .live } ? .live : .none
        return Change(
            subject: .guest(name), action: action, disruption: disruption, parts: parts, consents: consents,
            source: guest.name.mark)
    }

    /// - Parameters:
    ///   - differing: Settings that differ in the running domain; nil if unknown.
    ///   - held: Pins that wait for other guests.
    ///   - taken: Settings other than pins that steps change in the running domain.
    private func when(
        _ key: SettingKey, _ record: DomainRecord, _ wanted: WantedSettings, differing: Set<SettingKey>?,
        held: Set<SettingKey>, _ taken: Set<SettingKey>
    ) -> ChangedPart.When {
        guard record.isRunning, !held.contains(key) else { return .define }
        if taken.contains(key) || (takesAtOnce(key, wanted) && !moves) { return .live }
        return differing?.contains(key) == false ? .define : .nextStart
    }

    /// Whether the difference is the guest's doing: it has no balloon driver, or was given memory since it started. A restart would
    /// not change that.
    private func isWithTheGuest(_ difference: SettingDifference, _ live: FoundSettings) -> Bool {
        guard difference.key == SettingKey(CurrentMemory.self), case .number(let wanted)? = difference.want else {
            return false
        }
        return (live.currentMemory ?? live.memory) > KiB(wanted)
    }

    /// Whether a running domain takes a setting at once: pins, and the CPUs of a guest whose vCPUs have none.
    private func takesAtOnce(_ key: SettingKey, _ wanted: WantedSettings) -> Bool {
        key.isTakenAtOnce || (FloatingPins.isAttribute(key) && wanted.vcpuPins.isEmpty)
    }

    /// The number of vCPUs that the running domain gets at once; nil where it stays.
    private func liveVCPUs(of record: DomainRecord, wanted: WantedSettings) -> LiveVCPUs? {
        guard let live = record.live, !moves, guest.state?.value != .shutoff else { return nil }
        return LiveVCPUs(wanted: wanted, live: live, in: record.present)
    }

    /// The pins that the running domain's threads get at once, and those that it gets with vCPUs that are plugged.
    private func livePins(
        _ drift: [SettingDifference], live: FoundSettings, wanted: WantedSettings, _ vcpus: LiveVCPUs?
    ) -> LivePins {
        let present = max(live.presentVCPUs, vcpus?.target ?? 0)
        var pins = LivePins(
            guest, placement: placement, occupancy: occupancy, everywhere: request.host.onlineCPUs)
        if moves {
            pins.narrow(live)
        } else if floats(drift, wanted) {
            pins.move(FloatingPins.threads(vcpus: present), from: live, to: wanted)
        } else {
            let threads = drift.compactMap { DomainThread(pinnedBy: $0.key) }
            pins.move(threads.filter { $0.runs(in: live, vcpus: present) }, from: live, to: wanted)
        }
        return pins
    }

    private func floats(_ drift: [SettingDifference], _ wanted: WantedSettings) -> Bool {
        drift.contains { FloatingPins.isAttribute($0.key) && takesAtOnce($0.key, wanted) }
    }

    /// Narrower pins of threads that stay until the restart, so that others get their CPUs.
    private func narrowed(_ pins: LivePins) -> [ChangedPart] {
        pins.steps.compactMap { step in
            guard case .pin(let step) = step else { return nil }
            let now = ChangedPart.PartValue.text("\(step.prior)")
            return ChangedPart(
                .setting(step.thread.pin), now: now, want: .text("\(step.target)"), when: .live, live: .value(now))
        }
    }

    /// Settings changed at once in the running domain because they differ there, whatever the definition says.
    private func addLiveParts(
        _ drift: [SettingDifference], _ pins: LivePins, _ taken: Set<SettingKey>, live: FoundSettings,
        wanted: WantedSettings,
        parts: inout [ChangedPart]
    ) {
        let isFloating = floats(drift, wanted) && !pins.steps.isEmpty
        for difference in drift where takesAtOnce(difference.key, wanted) || taken.contains(difference.key) {
            let isNew = !parts.contains { $0.key == .setting(difference.key) }
            guard isNew,
                isFloating || taken.contains(difference.key)
                    || pins.steps.contains(where: { $0.kind.liveSetting == difference.key })
            else {
                continue
            }
            parts.append(ChangedPart(difference, when: .live, live: live.live(difference.key), drift: .live))
        }
        let order = (wanted.settings + live.settings).map(\.path)
        parts.sort {
            (order.firstIndex(of: $0.path) ?? .max, $0.path) < (order.firstIndex(of: $1.path) ?? .max, $1.path)
        }
    }

    private func addState(_ record: DomainRecord, parts: inout [ChangedPart], steps: inout [Step]) {
        if let autostart = guest.autostart?.value, autostart != record.facts.autostart {
            parts.append(
                ChangedPart(.autostart, now: .flag(!autostart), want: .flag(autostart), when: .define))
            steps.append(.setAutostart(name: name, prior: !autostart, target: autostart))
        }
        switch (guest.state?.value, record.isRunning) {
        case (.running, false):
            parts.append(ChangedPart(.state, now: .text("shutoff"), want: .text("running"), when: .define))
            steps.append(.start(name: name))
        case (.shutoff, true):
            let now = record.facts.state.rawValue
            parts.append(ChangedPart(.state, now: .text(now), want: .text("shutoff"), when: .live))
            steps.append(.stop(name: name, force: request.consent.forcesOff))
        default: break
        }
    }

    private func mark(
        origin: OwnershipMark.Origin, wanted: WantedAtPlace, machine: MachineRecord?
    ) -> OwnershipMark {
        if let adopted = placeOfItsOwn {
            return OwnershipMark(
                site: request.site, guest: name, flavor: guest.flavor?.value, origin: origin,
                managedPaths: wanted.managedPaths, placement: [], host: request.policy.name.value,
                spec: adopted.adoption.named.isEmpty ? nil : wanted.spec, machine: machine)
        }
        let pins = placement.cells.flatMap { cell in
            cell.dedicatedVCPUs.compactMap { vcpu in cell.pins[vcpu]?.first.map { (vcpu, $0) } }
        }
        return OwnershipMark(
            site: request.site, guest: name, flavor: guest.flavor?.value, origin: origin,
            managedPaths: wanted.managedPaths,
            placement: placement.cells.map {
                OwnershipMark.PlacedCell(guestCell: $0.id, hostCell: $0.hostCell, pageSize: $0.pageSize)
            }, ownCPUs: Dictionary(pins, uniquingKeysWith: { first, _ in first }),
            emulatorCPU: guest.demand.emulatorPolicy == .isolate ? placement.emulatorCPUs.first : nil,
            host: request.policy.name.value, spec: wanted.spec, machine: machine)
    }
}

extension FoundSettings {
    /// The value of a setting in the running domain.
    fileprivate func live(_ key: SettingKey) -> ChangedPart.Live {
        settings.first { $0.key == key }.map { .value(ChangedPart.PartValue($0.value)) } ?? .absent
    }
}

extension WantedSettings {
    /// These settings with the present pins of iothreads that the site does not mention.
    fileprivate func keepingIOThreads(of present: FoundSettings) -> WantedSettings {
        var wanted = self
        wanted.ioThreadPins = present.ioThreadPins
        return wanted
    }
}

extension ChangedPart {
    /// The target of a disk whose source was replaced by hand and is restored; data written since then is not on the restored disk.
    /// Nil for other changes.
    fileprivate var diskPutBack: String? {
        guard drift == .definition, now != nil, case .machine(.disk(let target, "source")) = key else { return nil }
        return target
    }
}
