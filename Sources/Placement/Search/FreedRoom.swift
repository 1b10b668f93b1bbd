/// Refutes that so few guests are enough to leave, by the room that they free.
///
/// In each measure (``Measures``) the guests on a host cell free at most what the largest of them take, so many as may still go. A
/// guest that is to be placed needs one host cell on which that, with what was free before, is as much as it takes, in each measure.
struct FreedRoom {
    /// What a guest takes of each host cell that it is on, by measure.
    private typealias Amounts = [Int: [Int]]

    private let rooms: [[Int]]
    /// By guest with a place: what it takes where it is.
    private let taken: [Int: Amounts]
    /// By guest and guest cell: what it takes at least, and on which host cells it may be.
    private let needs: [[(amounts: [Int], hosts: [Int])]]
    /// By guest: whether it runs, for those that have a place.
    private let isRunning: [Int: Bool]

    init(_ run: PlacementRun) {
        let state = PlacementState(run.grid)
        let measures = Measures(
            state, for: run.needs.compactMap(\.self), at: run.kept.values.flatMap(\.assignment.pages))
        rooms = run.grid.cells.indices.map { measures.room(on: $0, of: state) }
        isRunning = run.kept.mapValues(\.isRunning)
        taken = Dictionary(
            uniqueKeysWithValues: run.kept.compactMap { guest, place in
                guard let need = run.needs[guest] else { return nil }
                var amounts: Amounts = [:]
                for (cell, host) in place.assignment.hosts.enumerated() {
                    let more = measures.amounts(of: need.cells[cell], page: place.assignment.pages[cell])
                    amounts[host] = amounts[host].map { zip($0, more).map(+) } ?? more
                }
                return (guest, amounts)
            })
        needs = run.needs.map { need in
            guard let need else { return [] }
            return need.cells.indices.map { cell in
                let hosts = need.forced[cell].map { [$0] } ?? Array(run.grid.cells.indices)
                return (measures.amounts(of: cell, in: need), hosts)
            }
        }
    }

    /// Whether somebody has no place, although some guests have left and so many more may.
    ///
    /// - Parameter staying: Guests that may not.
    func refutes(letting gone: Set<Int>, _ left: MoveCount, staying: Set<Int>) -> Bool {
        let free = rooms.indices.map { host in
            let there = taken.filter { $0.value[host] != nil && !gone.contains($0.key) }
            return rooms[host].indices.map { measure in
                var used = 0
                var (running, stopped): ([Int], [Int]) = ([], [])
                for (guest, amounts) in there {
                    let amount = amounts[host]?[measure] ?? 0
                    used += amount
                    guard amount > 0, !staying.contains(guest) else { continue }
                    if isRunning[guest] == true { running.append(amount) } else { stopped.append(amount) }
                }
                return rooms[host][measure] - used + FreedRoom.largest(running, left.running)
                    + FreedRoom.largest(stopped, left.stopped)
            }
        }
        return needs.indices.contains { guest in
            guard taken[guest] == nil || gone.contains(guest) else { return false }
            return needs[guest].contains { cell in
                !cell.hosts.contains { host in zip(cell.amounts, free[host]).allSatisfy { $0 == 0 || $0 <= $1 } }
            }
        }
    }

    private static func largest(_ amounts: [Int], _ count: Int) -> Int {
        guard count > 0 else { return 0 }
        return count >= amounts.count ? amounts.reduce(0, +) : amounts.sorted(by: >).prefix(count).reduce(0, +)
    }
}
