internal import DomainXML
internal import HostModel

/// What the steps of one guest do, told from nothing but the steps and the domain that they find.
///
/// What is shown, asked for and limited comes from here, for a plan made a moment ago as for a saved one, so that it cannot differ
/// from what runs.
struct GuestSteps {
    /// The steps of the guest, in order; never empty.
    let steps: [Step]
    /// The mark of the domain that they find; nil for none, or where there is no domain.
    let mark: OwnershipMark?
    /// Whether that domain runs.
    let isRunning: Bool
    /// What `<hugepages/>` alone means on the host; nil when not known.
    let defaultHugePage: PageSize?
    /// The devices' settings of that domain, where steps change some.
    var present: [String: ChangedPart.PartValue] = [:]

    /// What the steps do to what runs.
    var disruption: Disruption {
        if stop != nil { return .guest }
        return changesLive ? .live : .none
    }

    /// What happens to the guest as a whole.
    var action: Change.Action {
        if creates { return .create }
        if removes { return .remove }
        if releases { return .release }
        if redefinition != nil, takesOver { return .adopt }
        if rebases { return .update }
        if changesSettings || !devices.isEmpty || changesLive || has(.setAutostart) { return .update }
        if renames { return .rename }
        if stop != nil { return starts ? .restart : .stop }
        return starts ? .start : .stamp
    }

    /// What must be agreed to, in order; the reasons that steps do not hold are added by who knows them.
    var consents: [Consent] {
        var consents: [Consent] = []
        if let redefinition, takesOver {
            let other = mark.flatMap { $0.site == redefinition.wanted.mark.site ? nil : $0.site }
            consents.append(other.map(Consent.takeOver) ?? .adopt)
        }
        if let force = stop { consents.append(starts ? .restart(force: force) : .stop(force: force)) }
        if has(.moveMemory) {
            consents.append(.moveLive)
        } else if isRunning, moves {
            consents.append(.move)
        }
        if rebases { consents.append(.rebase) }
        if removes { consents.append(.remove(isOrphan: false)) }
        if !detached.isEmpty { consents.append(.detachDisks(detached)) }
        return consents.inOrder()
    }

    /// The settings that the definition changes, in the order of a definition.
    var differences: [SettingDifference] {
        redefinition.map { $0.wanted.settings.differences(from: $0.prior, defaultHugePage: defaultHugePage) } ?? []
    }

    /// Whether the definition changes a setting.
    private var changesSettings: Bool {
        redefinition.map { $0.wanted.settings.differs(from: $0.prior, defaultHugePage: defaultHugePage) } ?? false
    }

    /// The settings of devices that the definition changes; a definition made anew is looked at as a whole.
    var devices: [DeviceChange] {
        for case .redefine(let step) in steps { return step.deviceChanges }
        return []
    }

    /// The disks that go, and do not come back under another name.
    private var detached: [String] {
        let kept = Set(devices.filter { $0.key.isDiskSource }.compactMap(\.want))
        return devices.compactMap { change in
            guard case .disk(let target, "source") = change.key, change.want == nil, let now = change.now,
                !kept.contains(now)
            else { return nil }
            return "devices.disk[\(target)]"
        } + detachedLive
    }

    /// The disks that a running domain loses whose definition has lost them before.
    private var detachedLive: [String] {
        steps.compactMap { step in
            guard case .setDevice(let step) = step, step.direction == .detach, let device = step.target,
                device.kind == .disk, !devices.contains(where: { DomainDevice(of: $0.key) == device })
            else { return nil }
            return step.path
        }
    }

    /// The devices that the running domain gets or loses at once.
    var liveDevices: Set<DomainDevice> {
        Set(steps.compactMap { if case .setDevice(let step) = $0 { step.target } else { nil } })
    }

    /// Whether the definition changes only back to what was asked for before.
    var isDrift: Bool {
        !rebases && (redefinition.map { $0.wanted.mark.spec != nil && $0.wanted.mark.spec == mark?.spec } ?? false)
    }

    // MARK: The steps

    var redefinition: (prior: FoundSettings, wanted: WantedDefinition)? {
        for case .redefine(let step) in steps { return (step.prior.settings, step.wanted) }
        for case .rebase(let step) in steps { return (step.prior.settings, step.wanted) }
        return nil
    }

    /// Whether the guest is shut down, and if so whether it is powered off if that takes too long.
    var stop: Bool? {
        for case .stop(let step) in steps { return step.force }
        return nil
    }

    var creates: Bool { has(.create) }
    var starts: Bool { has(.start) }
    var rebases: Bool { has(.rebase) }
    var removes: Bool { has(.undefine) }
    var renames: Bool { has(.rename) }
    var releases: Bool { has(.release) }

    /// Whether the running domain takes a setting at once.
    private var changesLive: Bool { steps.contains { $0.kind.isLive } }

    private func has(_ word: Step.Word) -> Bool { steps.contains { $0.word == word } }

    /// Whether the definition is not this site's yet.
    private var takesOver: Bool { redefinition.map { mark?.site != $0.wanted.mark.site } ?? false }

    /// Whether a guest cell goes to another host cell than it has, by the mark or else by the definition.
    private var moves: Bool {
        guard let (prior, want) = redefinition else { return false }
        let (wanted, new) = (want.settings, want.mark)
        // Without guest cells, and before it is ours, the guest is where all its memory is bound.
        if prior.guestCells.isEmpty, mark == nil, let bound = prior.numaTune?.hostCells {
            return wanted.numaTune?.hostCells.map { !$0.isSubset(of: bound) } ?? false
        }
        let before = GuestSteps.places(prior, mark)
        // A mark names the cells of CPUs, a definition those of memory: like is held against like.
        return GuestSteps.places(wanted, mark == nil ? nil : new).contains { cell, place in
            before[cell].map { $0 != place } ?? false
        }
    }

    private static func places(_ parts: some SettingValues, _ mark: OwnershipMark?) -> [GuestCellID: CellID] {
        var places: [GuestCellID: CellID] = [:]
        for cell in parts.guestCells {
            let bound = parts.numaTune?.memNodes[cell.id]?.hostCells ?? parts.numaTune?.hostCells
            if let bound, bound.count == 1 { places[cell.id] = bound.first }
        }
        for cell in mark?.placement ?? [] { places[cell.guestCell] = cell.hostCell }
        return places
    }
}

extension Change {
    /// Makes the change say what the steps do: action, disruption and consents; consents whose reasons steps do not hold stay.
    mutating func settle(by told: GuestSteps) {
        action = told.action
        disruption = told.disruption
        consents = (told.consents + consents).inOrder()
    }
}

extension MachineKey {
    /// Whether it is where a disk has its content.
    fileprivate var isDiskSource: Bool { if case .disk(_, "source") = self { true } else { false } }
}
