import Diagnostics
import HostModel
import Placement
import Planning
import Rendering
import SiteFile
import Testing

@Suite("Words of capacity")
struct CapacityWordsTests {
    private static let bound = "not proven fewest: at least 1 running guest must move, found 2"
    private static let effort = "a larger --effort searches longer"
    private static let inexact = "at least: the search gave up before one more was proven not to fit; \(effort)"

    private let exit = ExitReport(code: 0, name: "done")

    /// Room for one flavor on the reference host, where two guests would move for it.
    private func capacity(isExact: Bool, bound: Placement.MoveBound?) -> Capacity {
        let demand = GuestDemand(
            vcpus: 1, memory: 1_024, cells: [GuestCellDemand(id: 0, vcpus: [0], memory: 1_024)], cpuPolicy: .dedicated,
            dedicatedVCPUs: [0])
        let wish = Capacity.Wish([.init(flavor: FlavorSpec(name: here("web"), demand: demand))])
        var capacity = Capacity(
            OccupiedHost(
                PlanRequest(
                    host: Samples.referenceHost, site: "rack7", policy: HostPolicy(name: here("hv01")), guests: [],
                    explains: false)), wishes: [wish])
        capacity.fits[0].count.moved = ["a", "b"]
        capacity.fits[0].count.isExact = isExact
        capacity.fits[0].count.moveBound = bound
        return capacity
    }

    private func here<Value>(_ value: Value) -> Located<Value> {
        Located(value, at: SourceMark(file: "site.yaml", line: 1, column: 1))
    }

    private func rack(_ capacity: Capacity) -> RackCapacity {
        RackCapacity(
            site: "rack7", wishes: capacity.fits.map(\.wish), hosts: [.init(name: "hv01", capacity: capacity)])
    }

    @Test("a number that rests on moves names them, and says where fewer may be enough", arguments: [true, false])
    func moves(isBounded: Bool) {
        let bound = isBounded ? Placement.MoveBound(isOfRunning: true, atLeast: 1, found: 2) : nil
        let capacity = capacity(isExact: true, bound: bound)
        let more = isBounded ? "; \(Self.bound); \(Self.effort)" : ""
        #expect(
            CapacityText(capacity).text(width: 200).contains("\nweb: 2 guests of the site would move: a, b\(more)\n"))
        let markdown = CapacityMarkdown(capacity).text
        #expect(markdown.contains("\n`web`: 2 guests of the site would move: `a`, `b`\(more)\n"))
        for text in [RackCapacityText(rack(capacity)).text(width: 200), RackCapacityMarkdown(rack(capacity)).text] {
            #expect(text.contains(": guests of the site would move; JSON names them\n"))
            #expect(text.contains(": these moves are not proven fewest; \(Self.effort)\n") == isBounded)
            #expect(!text.contains(Self.inexact))
        }
    }

    @Test("a number that is not exact says why, and what helps", arguments: [true, false])
    func inexact(isExact: Bool) {
        let capacity = capacity(isExact: isExact, bound: nil)
        for text in [
            CapacityText(capacity).text(width: 200), CapacityMarkdown(capacity).text,
            RackCapacityText(rack(capacity)).text(width: 200), RackCapacityMarkdown(rack(capacity)).text,
        ] {
            #expect(text.contains("\n\(Self.inexact)\n") != isExact)
        }
    }

    @Test("what is proven of moves is an object, where fewer may be enough", arguments: [true, false])
    func document(isBounded: Bool) throws {
        let bound = Placement.MoveBound(isOfRunning: false, atLeast: 1, found: 2)
        let capacity = capacity(isExact: true, bound: isBounded ? bound : nil)
        let object = #""moves_bound":{"at_least":1,"found":2,"guests":"shut_off"}"#
        for document in [
            try compact(CapacityJSON(capacity, exit: exit)), try compact(RackCapacityJSON(rack(capacity), exit: exit)),
        ] {
            #expect(document.contains(object) == isBounded && document.contains("moves_bound") == isBounded)
        }
    }

    private func compact(_ document: some Encodable) throws -> String {
        try json(document).filter { !$0.isWhitespace }
    }
}
