internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile
internal import XMLTree

/// What becomes of one guest of the site: what changes, the steps, the definition it will have.
struct GuestOutcome {
    var name = ""
    var change: Change?
    var steps: [Step] = []
    var definition: GuestDefinition?
    /// Whether the running domain has other settings than its definition has, or will have.
    var restartPending = false
    /// These settings, as they are in the running domain and as they are wanted.
    var pending: [ChangedPart] = []
    var diagnostics: [Diagnostic] = []

    /// Whether the guest is started.
    var starts: Bool { steps.contains { if case .start = $0 { true } else { false } } }
    /// Whether the guest is shut down.
    var stops: Bool { steps.contains { if case .stop = $0 { true } else { false } } }
}

/// Works out what becomes of one guest that has its place.
struct GuestChange {
    let request: PlanRequest
    let guest: GuestSpec
    let placement: GuestPlacement
    let record: DomainRecord?
    let ownership: Ownership
    /// Whether the guest leaves its host cells in this plan.
    let isMoved: Bool
    /// Whether it does so only to be better off.
    let isRebalanced: Bool

    private var name: String { guest.name.value }

    /// Whether the running domain has its memory on other cells than it shall have: then its threads stay there with it, until both
    /// move at the next start.
    private var moves: Bool {
        guard let tune = record?.live?.numaTune else { return isMoved }
        return isMoved
            || placement.cells.contains { cell in
                let bound = tune.memNodes[cell.id]?.hostCells ?? tune.hostCells
                return bound?.count == 1 && bound?.first != cell.hostCell
            }
    }

    /// What becomes of the guest.
    func outcome() -> GuestOutcome {
        let wanted = WantedParts(host: request.host).parts(of: guest.demand, at: placement)
        var outcome = record.map { update(of: $0, wanted: wanted) } ?? creation(wanted)
        outcome.name = name
        if let record, !outcome.steps.isEmpty {
            outcome.diagnostics += [DomainHoldings(record, at: guest.name.mark).busy].compactMap(\.self)
        }
        if record?.facts.hasManagedSave == true { outcome.diagnostics.append(managedSave(outcome)) }
        return outcome
    }

    private func managedSave(_ outcome: GuestOutcome) -> Diagnostic {
        let words = ManagedSave(name, at: guest.name.mark)
        return outcome.starts ? words.refusal(to: "be started as it is defined") : words.warning
    }

    // MARK: A guest that is not there yet

    private func creation(_ wanted: ManagedParts) -> GuestOutcome {
        let mark = mark(origin: .created, wanted: wanted)
        let document = DomainPatch.apply(wanted, mark: mark, to: machineDocument)
        var outcome = GuestOutcome(definition: GuestDefinition(name: name, document: document))
        var parts = wanted.settings.map {
            ChangedPart(path: $0.path, now: nil, want: ChangedPart.Value($0.value), when: .define)
        }
        outcome.steps = [.create(name: name, definition: document, wanted: wanted, mark: mark)]
        if let autostart = guest.autostart?.value, autostart {
            parts.append(ChangedPart(path: "autostart", now: nil, want: .flag(true), when: .define))
            outcome.steps.append(.setAutostart(name: name, prior: false, target: true))
        }
        if guest.state?.value == .running {
            parts.append(ChangedPart(path: "state", now: nil, want: .text("running"), when: .define))
            outcome.steps.append(.start(name: name))
        }
        outcome.change = Change(
            subject: .guest(name), action: .create, disruption: .none, parts: parts, source: guest.name.mark)
        return outcome
    }

    /// The document of a new guest, still without what we manage: its base file, or its common devices.
    private var machineDocument: XMLElement {
        if let base = request.bases[name] {
            let users = request.guests.filter { $0.machine.base?.value == guest.machine.base?.value }
            return DomainTemplate.domain(from: base, name: name, isShared: users.count > 1)
        }
        return DomainTemplate.domain(for: MachineDescription(guest, arch: request.host.host.arch))
    }

    // MARK: A guest that is there

    private func update(of record: DomainRecord, wanted: ManagedParts) -> GuestOutcome {
        let origin: OwnershipMark.Origin = if case .ours(let origin) = ownership { origin } else { .adopted }
        let mark = mark(origin: origin, wanted: wanted)
        let isDrift = mark.spec == record.mark?.spec
        let wanted = guest.demand.ioThreads == nil ? wanted.keepingIOThreads(of: record.parts) : wanted
        let stored = wanted.differences(from: record.parts, defaultHugePage: request.defaultHugePage)
        var outcome = GuestOutcome(
            definition: GuestDefinition(
                name: name, document: DomainPatch.apply(wanted, mark: mark, to: record.document)))
        var parts = stored.map { part in
            ChangedPart(
                path: part.path, now: part.now.map(ChangedPart.Value.init), want: part.want.map(ChangedPart.Value.init),
                when: when(part.path, record, wanted), live: record.live?.live(part.path),
                drift: isDrift ? .definition : nil)
        }
        if !stored.isEmpty || record.mark != mark {
            outcome.steps.append(.redefine(name: name, prior: record.parts, wanted: wanted, mark: mark))
        }
        if let running = record.live {
            let live = FloatingPins(wanted: wanted, everywhere: request.host.onlineCPUs).settled(running)
            let drift = wanted.differences(from: live, defaultHugePage: request.defaultHugePage)
            outcome.pending = drift.filter { moves || !takesAtOnce($0.path, wanted) }.map { part in
                ChangedPart(
                    path: part.path, now: part.now.map(ChangedPart.Value.init),
                    want: part.want.map(ChangedPart.Value.init), when: .nextStart, live: running.live(part.path))
            }
            outcome.restartPending = !outcome.pending.isEmpty
            if !moves { addLivePins(drift, live: live, wanted: wanted, parts: &parts, steps: &outcome.steps) }
        } else if record.isRunning {
            outcome.restartPending = parts.contains { $0.when == .nextStart }
        }
        addState(record, parts: &parts, steps: &outcome.steps)
        outcome.change = change(record, mark: mark, parts: parts, hasSteps: !outcome.steps.isEmpty)
        return outcome
    }

    private func change(_ record: DomainRecord, mark: OwnershipMark, parts: [ChangedPart], hasSteps: Bool) -> Change? {
        guard hasSteps else { return nil }
        var parts = parts
        var action = Change.Action.update
        if parts.isEmpty {
            action = .stamp
            parts = [ChangedPart(path: "metadata", now: nil, want: .text(mark.site), when: .define)]
        }
        let stops = parts.contains { $0.path == "state" && $0.want == .text("shutoff") }
        if parts.allSatisfy({ $0.path == "state" }) { action = stops ? .stop : .start }
        // What else must be agreed to follows from the steps.
        var consents: [Consent] = isRebalanced ? [.rebalance] : []
        if isMoved, record.isRunning { consents.append(.move) }
        let disruption: Disruption = stops ? .guest : parts.contains { $0.when == .live } ? .live : .none
        return Change(
            subject: .guest(name), action: action, disruption: disruption, parts: parts, consents: consents,
            source: guest.name.mark)
    }

    private func when(_ path: String, _ record: DomainRecord, _ wanted: ManagedParts) -> ChangedPart.When {
        guard record.isRunning else { return .define }
        return takesAtOnce(path, wanted) && !moves ? .live : .nextStart
    }

    /// Whether a running domain takes a setting at once: pins, and the CPUs of a guest whose vCPUs have none.
    private func takesAtOnce(_ path: String, _ wanted: ManagedParts) -> Bool {
        ThreadPin.isPin(path) || (path == FloatingPins.path && wanted.cpuTune.vcpuPins.isEmpty)
    }

    /// Pins of the running domain that are not as wanted, whatever its definition says.
    private func addLivePins(
        _ drift: [SettingDifference], live: ManagedParts, wanted: ManagedParts, parts: inout [ChangedPart],
        steps: inout [Step]
    ) {
        let everywhere = request.host.onlineCPUs
        var threads = drift.compactMap { ThreadPin.thread($0.path, of: live) }
        let isFloating = drift.contains { $0.path == FloatingPins.path } && takesAtOnce(FloatingPins.path, wanted)
        if isFloating { threads = FloatingPins.threads(of: live) }
        for thread in threads {
            let prior = ThreadPin.cpus(thread, of: live) ?? live.vcpuCPUs ?? everywhere
            let target = ThreadPin.cpus(thread, of: wanted) ?? wanted.vcpuCPUs ?? everywhere
            if prior != target { steps.append(.pin(name: name, thread: thread, prior: prior, target: target)) }
        }
        for difference in drift where takesAtOnce(difference.path, wanted) {
            let isNew = !parts.contains { $0.path == difference.path }
            guard isNew, isFloating || steps.contains(where: { $0.pins(difference.path) }) else { continue }
            parts.append(
                ChangedPart(
                    path: difference.path, now: difference.now.map(ChangedPart.Value.init),
                    want: difference.want.map(ChangedPart.Value.init), when: .live, live: live.live(difference.path),
                    drift: .live))
        }
        let order = (wanted.settings + live.settings).map(\.path)
        parts.sort {
            (order.firstIndex(of: $0.path) ?? .max, $0.path) < (order.firstIndex(of: $1.path) ?? .max, $1.path)
        }
    }

    private func addState(_ record: DomainRecord, parts: inout [ChangedPart], steps: inout [Step]) {
        if let autostart = guest.autostart?.value, autostart != record.facts.autostart {
            parts.append(
                ChangedPart(path: "autostart", now: .flag(!autostart), want: .flag(autostart), when: .define))
            steps.append(.setAutostart(name: name, prior: !autostart, target: autostart))
        }
        switch (guest.state?.value, record.isRunning) {
        case (.running, false):
            parts.append(ChangedPart(path: "state", now: .text("shutoff"), want: .text("running"), when: .define))
            steps.append(.start(name: name))
        case (.shutoff, true):
            let now = record.facts.state.rawValue
            parts.append(ChangedPart(path: "state", now: .text(now), want: .text("shutoff"), when: .live))
            steps.append(.stop(name: name, force: request.consent.forcesOff))
        default: break
        }
    }

    private func mark(origin: OwnershipMark.Origin, wanted: ManagedParts) -> OwnershipMark {
        let pins = placement.cells.flatMap { cell in
            cell.dedicatedVCPUs.compactMap { vcpu in cell.pins[vcpu]?.first.map { (vcpu, $0) } }
        }
        return OwnershipMark(
            site: request.site, guest: name, flavor: guest.flavor?.value, origin: origin,
            managedPaths: Set(wanted.settings.map { String($0.path.prefix { $0 != "[" }) }).sorted(),
            placement: placement.cells.map {
                OwnershipMark.PlacedCell(guestCell: $0.id, hostCell: $0.hostCell, pageSize: $0.pageSize)
            }, ownCPUs: Dictionary(pins, uniquingKeysWith: { first, _ in first }),
            emulatorCPU: guest.demand.emulatorPolicy == .isolate ? placement.emulatorCPUs.first : nil,
            host: request.policy.name.value, spec: wanted.digest)
    }
}

extension ManagedParts {
    /// A setting of the running domain that these are the parts of.
    fileprivate func live(_ path: String) -> ChangedPart.Live {
        settings.first { $0.path == path }.map { .value(ChangedPart.Value($0.value)) } ?? .absent
    }

    /// These parts with the pins of iothreads that the site says nothing about.
    fileprivate func keepingIOThreads(of present: ManagedParts) -> ManagedParts {
        var parts = self
        parts.cpuTune.ioThreadPins = present.cpuTune.ioThreadPins
        return parts
    }
}

extension ChangedPart.Value {
    init(_ value: ManagedSetting.Value) {
        switch value {
        case .text(let text): self = .text(text)
        case .number(let number): self = .number(number)
        case .flag(let flag): self = .flag(flag)
        }
    }
}
