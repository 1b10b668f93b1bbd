internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Places guests when their host cells do not have all the memory of those for which it is only best there.
///
/// First all such memory may come from any cell. Then guest after guest is asked to stay with its own cells again, so that in the
/// end as few as possible have memory elsewhere.
struct BestEffort {
    let request: PlacementRequest

    /// How many guests are asked one by one.
    private static let mostAsked = 32

    /// Guests that have memory which may come from elsewhere.
    var candidates: Set<Int> {
        Set(
            request.guests.indices.filter { index in
                let demand = request.guests[index].demand
                return demand.isBound && demand.cells.contains { $0.memory > .zero && demand.mayComeFromElsewhere($0) }
            })
    }

    /// The placement; nil where none is found.
    func placement() -> Placement? {
        var leaving = candidates
        guard !leaving.isEmpty else { return nil }
        for round in 0..<rounds(leaving) {
            var answer = Placing(request, leaving: leaving, pageRound: round).run()
            guard answer.verdict == .placed else { continue }
            var question = request
            question.searchLimit = request.searchLimit / 20
            for guest in leaving.sorted().prefix(BestEffort.mostAsked) {
                let fewer = Placing(question, leaving: leaving.subtracting([guest]), pageRound: round).run()
                guard fewer.verdict == .placed else { continue }
                leaving.remove(guest)
                answer = fewer
            }
            return answer
        }
        return nil
    }

    /// How many page sizes may have to be tried.
    private func rounds(_ guests: Set<Int>) -> Int {
        let isOpen = guests.contains { index in
            switch request.guests[index].demand.pageSize?.value {
            case .large, .any: true
            case nil, .small, .exactly: false
            }
        }
        return isOpen ? request.host.hugePageSizes.count + 1 : 1
    }
}

extension PresentPlacement {
    /// By guest cell: the host cells that its memory is laid out over by turns now.
    var interleaved: [GuestCellID: CellSet] { cells.mapValues(\.interleaved).filter { !$0.value.isEmpty } }
}
