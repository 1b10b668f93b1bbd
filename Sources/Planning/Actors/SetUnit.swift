package import HostModel

/// Writes the file of settings by which a unit of systemd is confined to an actor's CPUs, or by which systemd keeps programs off isolated
/// ones; or removes it.
///
/// The step holds no text of such a file: what stands in it follows from the CPUs and cells.
public struct SetUnitStep: StepKind {
    /// What a unit is confined to.
    package struct Confinement: Hashable, Sendable, Codable {
        package var cpus: CPUSet
        /// The cells that its memory comes from; empty leaves that as it is.
        package var cells: CellSet
    }

    /// The unit; for isolation one of ``UnitDropIn/isolating``.
    package var unit: String
    /// nil where it is about isolation.
    package var actor: String?
    package var site: String
    /// Whether such a file of ours was there.
    package var replaces: Bool
    /// nil for a file that goes.
    package var target: Confinement?

    static var word: Step.Word { .setUnit }
    var step: Step { .setUnit(self) }
    var subject: Change.Subject { actor.map { .actor($0) } ?? .isolation }

    var sentence: String {
        target.map { "confined \(words) to CPUs \($0.cpus)" } ?? "released \(words) from \(its) CPUs"
    }
    var order: String { target.map { "confine \(words) to CPUs \($0.cpus)" } ?? "release \(words) from \(its) CPUs" }
    var isOneWay: Bool { false }
    var isLive: Bool { UnitDropIn.isGroup(unit) }

    /// It is about no guest; ``SavedPlanRules`` looks at it.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private var its: String { UnitDropIn.isGroup(unit) ? "their" : "its" }

    private var words: String {
        if unit == UnitDropIn.manager { return "what systemd starts" }
        return UnitDropIn.isGroup(unit) ? "programs in \(unit)" : unit
    }

    /// The file that is wanted; nil for none.
    package var dropIn: UnitDropIn? {
        target.map { UnitDropIn(unit: unit, actor: actor, site: site, cpus: $0.cpus, cells: $0.cells) }
    }

    /// What changes.
    var part: ChangedPart {
        ChangedPart(
            .dropIn(unit), now: replaces ? .text("as before") : nil,
            want: target.map { target in
                .text("CPUs \(target.cpus)" + (target.cells.isEmpty ? "" : ", memory of cells \(target.cells)"))
            }, when: UnitDropIn.isGroup(unit) ? .live : .nextStart)
    }

    private enum CodingKeys: CodingKey { case unit, actor, site, replaces, target }
}

extension Step {
    /// Confines a unit to an actor's CPUs, and its memory to cells where there are any; without CPUs the unit is released. Without an
    /// actor it is for isolation.
    package static func setUnit(
        _ unit: String, actor: String?, site: String, replaces: Bool, cpus: CPUSet?, cells: CellSet = []
    ) -> Step {
        .setUnit(
            SetUnitStep(
                unit: unit, actor: actor, site: site, replaces: replaces,
                target: cpus.map { SetUnitStep.Confinement(cpus: $0, cells: cells) }))
    }
}
