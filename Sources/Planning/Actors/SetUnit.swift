package import HostModel

/// Writes the file of settings by which a unit of systemd is confined to an actor's CPUs, or removes it.
///
/// The step holds no text of such a file: what stands in it follows from the CPUs and cells.
public struct SetUnitStep: StepKind {
    /// What a unit is confined to.
    package struct Confinement: Hashable, Sendable, Codable {
        package var cpus: CPUSet
        /// The cells that its memory comes from; empty leaves that as it is.
        package var cells: CellSet
    }

    package var unit: String
    package var actor: String
    package var site: String
    /// Whether such a file of ours was there.
    package var replaces: Bool
    /// nil for a file that goes.
    package var target: Confinement?

    static var word: Step.Word { .setUnit }
    var step: Step { .setUnit(self) }
    var subject: Change.Subject { .actor(actor) }

    var sentence: String { target.map { "confined \(unit) to CPUs \($0.cpus)" } ?? "released \(unit) from its CPUs" }
    var order: String { target.map { "confine \(unit) to CPUs \($0.cpus)" } ?? "release \(unit) from its CPUs" }
    var isOneWay: Bool { false }

    /// It is about no guest; ``SavedPlanRules`` looks at it.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    /// The file that is wanted; nil for none.
    package var dropIn: UnitDropIn? {
        target.map { UnitDropIn(unit: unit, actor: actor, site: site, cpus: $0.cpus, cells: $0.cells) }
    }

    private enum CodingKeys: CodingKey { case unit, actor, site, replaces, target }
}

extension Step {
    /// Confines a unit to an actor's CPUs, and its memory to cells where there are any; without CPUs the unit is released.
    package static func setUnit(
        _ unit: String, actor: String, site: String, replaces: Bool, cpus: CPUSet?, cells: CellSet = []
    ) -> Step {
        .setUnit(
            SetUnitStep(
                unit: unit, actor: actor, site: site, replaces: replaces,
                target: cpus.map { SetUnitStep.Confinement(cpus: $0, cells: cells) }))
    }
}
