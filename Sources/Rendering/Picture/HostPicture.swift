internal import Diagnostics
public import HostModel
internal import Placement
public import Planning
public import SiteFile

/// What a picture of a host shows: who runs on which hardware thread, and who has which memory, cell by cell.
///
/// The drawing (``HostSVG``) and the map for a terminal (``HostMap``) are two renderings of one picture.
public struct HostPicture: Hashable, Sendable {
    /// A guest that is bound to cells: it has a tag, by which its CPUs and its memory are labelled.
    struct BoundGuest: Hashable, Sendable {
        /// `A`, `B`, …; two letters each where there are many guests.
        var tag: String
        var placement: GuestPlacement
    }

    /// The host's name, printable.
    var host: String
    /// What stands beside the name: the site, or what kind of machine it is.
    var subtitle: String
    /// What the plan comes to, in one line; or what the host has.
    var summary: String
    /// Whether `summary` is bad news.
    var isFailure = false
    /// Whether guests are shown at all.
    var hasPlacement: Bool
    /// The host's cells, ascending.
    var cells: [CellPicture]
    /// Guests that are bound to cells, ascending by name.
    var guests: [BoundGuest]
    /// Guests that are bound to no cell, ascending by name.
    var floating: [GuestPlacement]
    /// Programs beside the guests, ascending by name.
    var actors: [ActorPlacement] = []
    /// Guests that were not placed, ascending by name.
    var unplaced: [UnplacedGuest]

    /// The picture of a host without guests.
    public init(_ facts: HostFacts) {
        let host = facts.host
        self.host = displayable(host.name ?? Amount.unknown)
        let words = [host.arch, host.kernel.map { "kernel \($0)" }].compactMap { $0 }
        subtitle = displayable(words.joined(separator: ", "))
        summary = HostPicture.inventory(facts)
        hasPlacement = false
        let uses = ThreadUses(facts)
        cells = facts.cells.map { CellPicture($0, uses: uses, memory: MemoryBars($0)) }
        (guests, floating, unplaced) = ([], [], [])
    }

    /// The picture of a plan.
    ///
    /// - Parameters:
    ///   - policy: What the site says of the host, for the CPUs and the memory that it keeps for itself; nil when not known.
    ///   - specs: The site's guests, for the cores that they keep to themselves.
    public init(_ facts: HostFacts, plan: Plan, policy: HostPolicy? = nil, specs: [GuestSpec] = []) {
        let placement = plan.placement
        let bound = placement.guests.filter { !$0.cells.isEmpty }
        let tags = Tags(count: bound.count)
        host = displayable(plan.host)
        subtitle = "site \(displayable(plan.site))"
        summary = PlanSummary(plan).line
        isFailure = [.infeasible, .undecided, .refused].contains(plan.verdict)
        hasPlacement = true
        let isolating = Set(specs.filter { $0.demand.threadPolicy == .isolate }.map(\.name.value))
        let uses = ThreadUses(facts, placement: placement, guests: bound, isolating: isolating, policy: policy)
        let usage = placement.cells.keyed(by: \.id)
        let pages = HostPicture.pagesAfter(plan)
        cells = facts.cells.map { cell in
            let memory = MemoryBars(
                cell, usage: usage[cell.id], guests: bound, basePage: facts.host.basePage, pagesAfter: pages,
                reserve: policy?.reserve(of: cell.id) ?? .zero)
            return CellPicture(
                cell, uses: uses, memory: memory, usage: usage[cell.id], sharing: ThreadUses.sharing(cell.id, bound))
        }
        guests = bound.enumerated().map { BoundGuest(tag: tags[$0], placement: $1) }
        floating = placement.guests.filter(\.cells.isEmpty)
        actors = placement.actors
        unplaced = placement.unplaced
    }

    /// The pages that each pool will have, as far as the plan changes them.
    private static func pagesAfter(_ plan: Plan) -> [PoolID: PageCount] {
        var pages: [PoolID: PageCount] = [:]
        for change in plan.changes {
            guard case .pool(let pool) = change.subject,
                case .number(let count) = change.parts.first(where: { $0.key == .pages })?.want
            else { continue }
            pages[pool] = PageCount(count)
        }
        return pages
    }

    private static func inventory(_ facts: HostFacts) -> String {
        let known = facts.cells.compactMap(\.memory)
        let memory = known.isEmpty ? Amount.unknown : Amount.text(known.reduce(.zero, MemoryBar.sum))
        return "\(Amount.count(facts.cells.count, "cell")), \(Amount.count(facts.onlineCPUs.count, "CPU")) online, "
            + "memory \(memory)"
    }
}
