internal import Diagnostics
internal import HostModel
internal import SiteFile

/// The pages of a pool that are not for guests to be placed: the site's `pools`, foreign users, and guests that keep their place.
///
/// Pages that somebody holds are first of all those that `pools` declares: a data plane's pages count once, before it has started and
/// afterwards.
struct OtherPages {
    /// Pages of the site's guests that keep their place, as those of others: held now, or needed at their start.
    let kept: PageCount
    /// What the site declares for others, actors that have their places included.
    let declared: PageCount
    /// Pages that others hold, or need when the host starts them.
    let foreign: PageCount
    /// Those of ``foreign`` that are surplus pages of a process that nobody knows: the kernel takes them away when they are given
    /// back, unless the pool grows meanwhile.
    let surplus: PageCount

    init(_ pool: PoolID, of cell: Cell, request: PlacementRequest) {
        func sum(of loads: [ForeignLoad], _ pages: (ForeignLoad) -> [PoolID: PageCount]) -> PageCount {
            loads.reduce(.zero) { $0 + (pages($1)[pool] ?? .zero) }
        }
        let guests = request.foreign.filter(\.isGuest)
        let others = request.foreign.filter { !$0.isGuest }
        let keptNow = sum(of: guests) { $0.pagesHeld }
        kept = keptNow + sum(of: guests) { $0.pagesAtStart }
        declared =
            (request.policy.pools.first { $0.pool.value == pool }?.pages ?? .zero)
            + sum(of: request.foreign) { $0.pagesDeclared }
        let state = cell.pool(of: pool.pageSize)
        let inUse = state?.used ?? .zero
        let unclaimed = inUse.subtractingDownToZero(request.heldPages[pool] ?? .zero).subtractingDownToZero(keptNow)
            .subtractingDownToZero(request.actorPages[pool] ?? .zero)
        let known = sum(of: others) { $0.pagesHeld }
        let atStart = sum(of: others) { $0.pagesAtStart }
        foreign = max(unclaimed, known) + atStart
        surplus = min(state?.surplus ?? .zero, unclaimed.subtractingDownToZero(known))
    }

    /// Pages that the pool must hold beside those of guests to be placed.
    var all: PageCount { kept + others }
    /// The same without guests that keep their place.
    var others: PageCount { max(declared, foreign) }
    /// How many of ``others`` the pool needs no more once the surplus pages are given back.
    var passing: PageCount { others.subtractingDownToZero(max(declared, foreign.subtractingDownToZero(surplus))) }
}
