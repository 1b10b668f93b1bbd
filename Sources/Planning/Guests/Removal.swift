internal import Diagnostics
internal import DomainXML
internal import HostModel

/// Works out how a domain of ours goes that shall not be there any more: one that we created is removed, one that we adopted is
/// released.
struct Removal {
    let request: PlanRequest
    let record: DomainRecord
    let origin: OwnershipMark.Origin
    /// Whether it goes because the site no longer names it, not because the site asks for that by name.
    var isOrphan = false
    /// The place in the site file that wants it.
    var source: SourceMark?

    private var name: String { record.facts.name }

    /// What becomes of the domain.
    var outcome: GuestOutcome { origin == .created ? removed : released }

    private var removed: GuestOutcome {
        var outcome = GuestOutcome()
        outcome.diagnostics = DomainHoldings(record, at: source).refusals(toRemoveWith: request.host.libvirt?.version)
        guard outcome.diagnostics.isEmpty else { return outcome }
        let isRunning = record.isRunning
        if isRunning { outcome.steps = [.stop(name: name, force: request.consent.forcesOff)] }
        outcome.steps.append(.undefine(name: name))
        let now: ChangedPart.PartValue = .text(record.facts.state.rawValue)
        outcome.change = Change(
            subject: .guest(name), action: .remove, disruption: isRunning ? .guest : .none,
            parts: [ChangedPart(.state, now: now, want: nil, when: isRunning ? .live : .define)],
            consents: [.remove(isOrphan: isOrphan)],
            kept: KeptFiles.paths(in: record.document), source: source)
        return outcome
    }

    private var released: GuestOutcome {
        if let busy = DomainHoldings(record, at: source).busy { return GuestOutcome(diagnostics: [busy]) }
        let part = ChangedPart(.metadata, now: .text(request.site), want: nil, when: .define)
        return GuestOutcome(
            change: Change(
                subject: .guest(name), action: .release, disruption: .none, parts: [part],
                consents: isOrphan ? [.release] : [], source: source),
            steps: [.release(name: name)])
    }
}
