internal import Diagnostics
internal import DomainXML
internal import HostModel
public import Placement
internal import SiteFile

extension Planner {
    /// How room is made for a guest by moving others between host cells while they run.
    ///
    /// - Parameter name: A guest of the request.
    public static func room(for name: String, _ request: PlanRequest) -> RoomForGuest {
        let held = request.host.domains.filter { domain in
            domain.state.isActive && ((try? MoveObstacle.demandMovable(DomainRecord(domain), request.host)) == nil)
        }
        let obstacles = Dictionary(
            (held.map(\.name) + request.policy.actors.map(\.name.value)).map { ($0, RoomForGuest.Obstacle.held) },
            uniquingKeysWith: { first, _ in first })
        return Placer.room(for: name, in: question(of: request), held: obstacles) ?? RoomForGuest(unplanned: name)
    }
}

extension ExecutablePlan {
    /// The plan with an answer on how room is made for a guest; where the plan has no place for that guest, its finding says so too.
    public func with(_ room: RoomForGuest) -> ExecutablePlan {
        var result = self
        result.plan.room = room
        let moving = Set(steps.filter { $0.word == .moveMemory }.map(\.guest))
        result.plan.room?.isCarriedOut =
            room.outcome == .moves && room.moves.allSatisfy { !$0.isRunning || moving.contains($0.guest) }
        guard room.outcome == .moves || room.outcome == .fits,
            let index = plan.placement.unplaced.firstIndex(where: { $0.name == room.guest })
        else { return result }
        result.plan.placement.unplaced[index].remedies.append(
            .moves(room.moves.count, room.memory, without: room.uncounted))
        return result
    }
}
