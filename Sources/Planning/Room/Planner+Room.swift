internal import DomainXML
internal import HostModel
public import Placement
internal import SiteFile
internal import XMLTree

extension Planner {
    /// How room is made for a guest by moving others between host cells while they run.
    ///
    /// - Parameter name: A guest of the request.
    public static func room(for name: String, _ request: PlanRequest) -> RoomForGuest {
        let running = request.host.domains.filter(\.state.isActive)
        let held = running.filter { domain in
            (try? (domain.live ?? domain.definition).read())?.holdsMemory ?? true
        }
        let obstacles = Dictionary(
            held.map { ($0.name, RoomForGuest.Obstacle.devices) }, uniquingKeysWith: { first, _ in first })
        return Placer.room(for: name, in: question(of: request), held: obstacles) ?? RoomForGuest(unplanned: name)
    }
}

extension ExecutablePlan {
    /// The plan with an answer on how room is made for a guest; where the plan has no place for that guest, its finding says so too.
    public func with(_ room: RoomForGuest) -> ExecutablePlan {
        var result = self
        result.plan.room = room
        guard room.outcome == .moves || room.outcome == .fits,
            let index = plan.placement.unplaced.firstIndex(where: { $0.name == room.guest })
        else { return result }
        result.plan.placement.unplaced[index].remedies.append(
            .moves(room.moves.count, room.memory, without: room.uncounted))
        return result
    }
}

extension XMLElement {
    /// Whether the domain's memory must stay where it is: a device of the host reaches into it, or it is encrypted.
    fileprivate var holdsMemory: Bool {
        guard element(named: "launchSecurity") == nil else { return true }
        guard let devices = element(named: "devices") else { return false }
        return devices.elements(named: "hostdev").contains { ["pci", "mdev"].contains($0[attribute: "type"]) }
            || devices.elements(named: "interface").contains { ["hostdev", "vdpa"].contains($0[attribute: "type"]) }
    }
}
