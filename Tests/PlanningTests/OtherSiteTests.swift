import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing

@Suite("Two sites on one host")
struct OtherSiteTests {
    private static let size = PageSize(2_048)

    /// The reference host with a shut-off guest of the site `first`, which holds 32 pages of 2 MiB on one cell.
    private func request() -> PlanRequest {
        var host = referenceHost
        for index in host.cells.indices {
            host.cells[index].pools = [HugepagePool(pageSize: Self.size, total: 64, free: 64)]
        }
        let demand = GuestDemand.even(1, vcpus: 1, memory: 65_536, page: .exactly(Self.size))
        let guest = GuestSpec(name: Located("theirs"), demand: demand)
        let request = PlanRequest(host: host, site: "first", policy: .plain(), guests: [guest])
        return request.applied(Planner.plan(request), state: .shutoff)
    }

    @Test("leave each other's pages alone, also those of a guest that is shut off")
    func pages() {
        var request = request()
        request.site = "second"
        request.guests = []
        request.allowsShrink = true
        let result = Planner.plan(request)
        let kept = result.poolTargets.values.reduce(0) { $0 + $1.count }
        #expect(kept == 32)
        let found = result.plan.diagnostics.filter { $0.code == .otherSite }
        #expect(found.map(\.notes) == [["first: theirs"]])
        #expect(found.map(\.severity) == [.note])
    }

    @Test("are one when the name is the same")
    func same() {
        #expect(!Planner.plan(request()).plan.diagnostics.contains { $0.code == .otherSite })
    }
}
