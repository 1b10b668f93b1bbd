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

    /// What the steps do to what runs.
    var disruption: Disruption {
        if stop != nil { return .guest }
        return pins.isEmpty ? .none : .live
    }

    /// What happens to the guest as a whole.
    var action: Change.Action {
        if steps.contains(where: { if case .create = $0 { true } else { false } }) { return .create }
        if removes { return .remove }
        if releases { return .release }
        if redefinition != nil, takesOver { return .adopt }
        if rebases { return .update }
        let isOther = !pins.isEmpty || autostart != nil
        if !differences.isEmpty || !devices.isEmpty || isOther { return .update }
        if renames { return .rename }
        if stop != nil { return starts ? .restart : .stop }
        return starts ? .start : .stamp
    }

    /// What must be agreed to, in order; the reasons that steps do not hold are added by who knows them.
    var consents: [Consent] {
        var consents: [Consent] = []
        if let redefinition, takesOver {
            let other = mark.flatMap { $0.site == redefinition.mark.site ? nil : $0.site }
            consents.append(other.map(Consent.takeOver) ?? .adopt)
        }
        if let force = stop { consents.append(starts ? .restart(force: force) : .stop(force: force)) }
        if isRunning, moves { consents.append(.move) }
        if rebases { consents.append(.rebase) }
        if removes { consents.append(.remove(isOrphan: false)) }
        return consents.inOrder()
    }

    /// The settings that the definition changes, in the order of a definition.
    var differences: [SettingDifference] {
        redefinition.map { $0.wanted.differences(from: $0.prior, defaultHugePage: defaultHugePage) } ?? []
    }

    /// The settings of devices that the definition changes; a definition made anew is looked at as a whole.
    var devices: [DeviceChange] {
        for case .redefine(_, _, _, _, let devices) in steps { return devices }
        return []
    }

    /// Whether the definition changes only back to what was asked for before.
    var isDrift: Bool {
        !rebases && (redefinition.map { $0.mark.spec != nil && $0.mark.spec == mark?.spec } ?? false)
    }

    // MARK: The steps

    var redefinition: (prior: FoundSettings, wanted: WantedSettings, mark: OwnershipMark)? {
        for case .redefine(_, let prior, let wanted, let mark, _) in steps { return (prior, wanted, mark) }
        for case .rebase(_, let prior, _, let wanted, let mark) in steps { return (prior, wanted, mark) }
        return nil
    }

    /// Whether the guest is shut down, and if so whether it is switched off when that takes too long.
    var stop: Bool? {
        for case .stop(_, let force) in steps { return force }
        return nil
    }

    var autostart: (prior: Bool, target: Bool)? {
        for case .setAutostart(_, let prior, let target) in steps { return (prior, target) }
        return nil
    }

    var pins: [(thread: DomainThread, prior: CPUSet, target: CPUSet)] {
        steps.compactMap {
            if case .pin(_, let thread, let prior, let target) = $0 { (thread, prior, target) } else { nil }
        }
    }

    var starts: Bool { steps.contains { if case .start = $0 { true } else { false } } }
    var rebases: Bool { steps.contains { if case .rebase = $0 { true } else { false } } }
    var removes: Bool { steps.contains { if case .undefine = $0 { true } else { false } } }
    var renames: Bool { steps.contains { if case .rename = $0 { true } else { false } } }
    var releases: Bool { steps.contains { if case .release = $0 { true } else { false } } }

    /// Whether the definition is not this site's yet.
    private var takesOver: Bool { redefinition.map { mark?.site != $0.mark.site } ?? false }

    /// Whether a guest cell goes to another host cell than it has, by the mark or else by the definition.
    private var moves: Bool {
        guard let (prior, wanted, new) = redefinition else { return false }
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
