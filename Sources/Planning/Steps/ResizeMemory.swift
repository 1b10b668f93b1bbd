internal import DomainXML
public import HostModel

/// Has a cell of a running guest plug another amount of its pluggable memory, in the running domain only.
public struct ResizeMemoryStep: GuestStep {
    package var guest: String
    package var guestCell: GuestCellID
    /// How much the cell was asked to have, beside what it was started with.
    package var prior: KiB
    package var target: KiB

    static var word: Step.Word { .resizeMemory }
    var step: Step { .resizeMemory(self) }

    var sentence: String { "set the plugged memory of \(words) from \(prior) to \(target)" }
    var order: String { "set the plugged memory of \(words) to \(target)" }
    var isOneWay: Bool { false }

    private var words: String { "cell \(guestCell) of \(guest)" }

    func isSame(as other: Step) -> Bool {
        if case .resizeMemory(let other) = other { guestCell == other.guestCell } else { false }
    }

    /// The running guest gets what its definition has, or is given.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard let domain, domain.isRunning else { return "the plan found the domain shut off" }
        let defined = rules.wanted?.pluggableMemory[guestCell].map { ChangedPart.PartValue.number($0.requested.count) }
        guard (defined ?? domain.settings[setting.path]) == .number(target.count) else {
            return "the definition does not ask for that amount"
        }
        return rules.ownership(domain)
    }

    private var setting: SettingKey { .requestedMemory(guestCell) }
    var liveSetting: SettingKey? { setting }

    /// Where the running domain has the device, of the wanted size.
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step? {
        guard case .number(let prior)? = difference.now, case .number(let target)? = difference.want,
            let (cell, plug) = record.live?.pluggableMemory.first(where: { difference.key == .requestedMemory($0.key) }
            ),
            target <= plug.size.count, target % plug.block.count == 0
        else { return nil }
        return .resizeMemory(name: guest, cell: cell, prior: KiB(prior), target: KiB(target))
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        told.live(setting, now: .number(prior.count), want: .number(target.count))
    }

    private enum CodingKeys: String, CodingKey {
        case guest
        case guestCell = "guest_cell"
        case prior = "prior_kib"
        case target = "target_kib"
    }
}

extension Step {
    /// Has a cell of a running guest plug another amount of its pluggable memory, in the running domain only.
    public static func resizeMemory(name: String, cell: GuestCellID, prior: KiB, target: KiB) -> Step {
        .resizeMemory(ResizeMemoryStep(guest: name, guestCell: cell, prior: prior, target: target))
    }
}
