internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Places guests when their host cells do not have all the memory of those for which it is only best there.
///
/// First all such memory may come from any cell. Then guest after guest is asked to stay with its own cells again, so that in the
/// end as few as possible have memory elsewhere.
struct BestEffort {
    let request: PlacementRequest

    /// How many times guests are asked to stay.
    private static let mostAsked = 24
    /// The share of the search limit that one of these questions may take.
    private static let share = 100

    /// Guests that have memory which may come from elsewhere.
    var candidates: Set<Int> {
        Set(
            request.guests.indices.filter { index in
                let demand = request.guests[index].demand
                return demand.isBound && demand.cells.contains { $0.memory > .zero && demand.mayComeFromElsewhere($0) }
            })
    }

    /// The placement; nil where no guest has such memory, or none is found.
    func placement() -> Placement? {
        let leaving = candidates
        guard !leaving.isEmpty else { return nil }
        // There is another way to go on: this one may take less.
        var local = request
        local.searchLimit = request.searchLimit / 20
        let answer = PlacementRun(local).run()
        if answer.verdict == .placed { return answer }
        for round in 0..<rounds(leaving) {
            let answer = PlacementRun(request, leaving: leaving, pageRound: round).run()
            if answer.verdict == .placed { return withFewest(leaving, answer, pageRound: round) }
        }
        return nil
    }

    /// Asks guests in blocks that are halved to stay with their own cells.
    private func withFewest(_ all: Set<Int>, _ first: Placement, pageRound: Int) -> Placement {
        var (leaving, answer) = (all, first)
        var question = request
        question.searchLimit = request.searchLimit / BestEffort.share
        var blocks = [all.sorted()]
        var asked = 0
        while let block = blocks.popLast(), asked < BestEffort.mostAsked {
            asked += 1
            let fewer = leaving.subtracting(block)
            // That nobody leaves was tried before.
            let next = fewer.isEmpty ? nil : PlacementRun(question, leaving: fewer, pageRound: pageRound).run()
            if let next, next.verdict == .placed {
                (leaving, answer) = (fewer, next)
            } else if block.count > 1 {
                blocks.append(Array(block[(block.count / 2)...]))
                blocks.append(Array(block[..<(block.count / 2)]))
            }
        }
        return answer
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
