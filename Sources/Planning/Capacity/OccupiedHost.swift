internal import Diagnostics
internal import HostModel
public import Placement
internal import SiteFile

/// A host with everything that its site asks for on it, before more is asked for.
public struct OccupiedHost: Sendable {
    /// The machine's name, or the host's in the site.
    public let host: String
    /// The site.
    public let site: String
    private var question: PlacementRequest
    private(set) var placement: Placement

    /// Places the guests of a request.
    public init(_ request: PlanRequest) {
        host = request.host.host.name ?? request.policy.name.value
        site = request.site
        question = Planner.question(of: request)
        placement = Placer.place(question)
    }

    /// Whether its own guests have places; what they are when not.
    public var verdict: Placement.SearchVerdict { placement.verdict }

    /// The room that is left; nil unless its own guests have places.
    public var headroom: Headroom? {
        placement.verdict == .placed ? Headroom(question, placed: placement) : nil
    }

    /// Puts guests of other hosts on it that have a place there.
    public mutating func take(_ guests: [PlacementGuest]) {
        guard !guests.isEmpty else { return }
        question.guests += guests
        placement = Placer.place(question)
    }
}
