internal import Diagnostics
internal import Placement
internal import Planning

/// Guests that were not placed and what each lacks, cut to what a picture can bear.
struct UnplacedList {
    private static let mostGuests = 20
    private static let mostReasons = 6

    /// What stands above the list.
    static let heading = "Not placed; below are the guests that fit together without these"

    /// The guests' names with the code of the obstacle, and a line for each reason.
    let entries: [(name: String, reasons: [String])]
    /// How many guests were left out, in words; nil for none.
    let more: String?

    init(_ guests: [UnplacedGuest]) {
        entries = guests.prefix(UnplacedList.mostGuests).map { guest in
            ("\(displayable(guest.name)) (\(guest.code.rawValue))", UnplacedList.reasons(of: guest))
        }
        let left = guests.count - UnplacedList.mostGuests
        more = left > 0 ? "and \(Amount.count(left, "more guest"))" : nil
    }

    private static func reasons(of guest: UnplacedGuest) -> [String] {
        let lines = guest.reasons.prefix(mostReasons).map { reason in
            let whole = reason.resource == .cells ? "" : "whole host: "
            let place = reason.hostCell.map { "cell \($0): " } ?? whole
            let needed = Words.amount(reason.needed, of: reason.resource)
            let free = Words.amount(reason.free, of: reason.resource)
            let holders = reason.heldBy.map { displayable($0) }.joined(separator: ", ")
            return "\(place)\(Words.resource(reason.resource)): \(needed) needed, \(free) free"
                + (holders.isEmpty ? "" : "; held by \(holders)")
        }
        let left = guest.reasons.count - mostReasons
        return lines + (left > 0 ? ["and \(Amount.count(left, "more reason"))"] : [])
    }
}
