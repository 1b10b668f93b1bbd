internal import Diagnostics
internal import DomainXML
internal import HostModel

/// Works out how a domain of ours goes that shall not be there any more: one that we created is removed, one that we adopted is
/// released.
struct Removal {
    let request: PlanRequest
    let record: DomainRecord
    let origin: OwnershipMark.Origin
    /// Why it goes, before what that means: `the site no longer names it`; nil where the site asks for it by name.
    var reason: String?
    /// The place in the site file that wants it.
    var source: SourceMark?

    private var name: String { record.facts.name }

    /// What becomes of the domain.
    var outcome: GuestOutcome { origin == .created ? removed : released }

    private var removed: GuestOutcome {
        var outcome = GuestOutcome()
        guard !record.facts.hasManagedSave else {
            outcome.diagnostics = [ManagedSave(name, at: source).refusal(to: "be removed")]
            return outcome
        }
        let isRunning = record.isRunning
        if isRunning { outcome.steps = [.stop(name: name, force: request.consent.forcesOff)] }
        outcome.steps.append(.undefine(name: name))
        let now: ChangedPart.Value = .text(record.facts.state.rawValue)
        outcome.change = Change(
            subject: .guest(name), action: .remove, disruption: isRunning ? .guest : .none,
            parts: [ChangedPart(path: "state", now: now, want: nil, when: isRunning ? .live : .define)],
            consent: sentence("its definition is removed; its disks are kept"),
            kept: KeptFiles.paths(in: record.document), source: source)
        return outcome
    }

    private var released: GuestOutcome {
        let part = ChangedPart(path: "metadata", now: .text(request.site), want: nil, when: .define)
        return GuestOutcome(
            change: Change(
                subject: .guest(name), action: .release, disruption: .none, parts: [part],
                consent: reason == nil ? nil : sentence("it was adopted, so it is only released"), source: source),
            steps: [.release(name: name)])
    }

    private func sentence(_ what: String) -> String { reason.map { "\($0): \(what)" } ?? what }
}

/// What is said of a guest with a managed save image.
struct ManagedSave {
    private let name: String
    private let mark: SourceMark?

    init(_ name: String, at mark: SourceMark?) {
        self.name = name
        self.mark = mark
    }

    /// The image stands in the way of what is wanted.
    func refusal(to what: String) -> Diagnostic {
        Diagnostic(
            .managedSave, "guest '\(name)' has a managed save image and cannot \(what) with it", at: mark,
            hint:
                "virsh start \(name) goes on with the image; virsh managedsave-remove \(name) drops it, with the saved memory"
        )
    }

    /// The image stands in the way of nothing yet.
    var warning: Diagnostic {
        Diagnostic(
            .managedSave,
            "guest '\(name)' has a managed save image: its next start goes on with the settings that it was saved with",
            at: mark, severity: .warning,
            hint: "virsh managedsave-remove \(name) drops the image, with the saved memory; then the definition counts")
    }
}
