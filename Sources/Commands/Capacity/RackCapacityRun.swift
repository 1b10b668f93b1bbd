internal import Diagnostics
internal import HostModel
internal import LinuxHost
internal import Placement
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

/// Counts how many more guests fit each host of a site, from a folder of facts files.
///
/// Hosts are taken a few at a time in the order of their names. Their own guests are placed in parallel; then, when hosts are supposed
/// to be lost, each is offered what the ones before have not taken; then the room that is left is counted in parallel.
struct RackCapacityRun {
    /// How many hosts are in memory at the same time.
    private static let batch = 32

    let input: SiteInput
    let folder: String
    let wishes: [Capacity.Wish]
    /// The hosts that are supposed to be lost.
    let lost: [String]
    let effort: Int

    /// Answers for all hosts.
    ///
    /// - Throws: ``CommandFailure`` when the folder or a base file cannot be read, or no host has a name that is to be lost.
    func answer(in world: World) throws -> (rack: RackCapacity, status: ExitStatus) {
        let names = input.site.hosts.map(\.name.value)
        for name in lost where !names.contains(name) {
            let near = suggestion(for: name, among: names).map { "did you mean --lose \($0)?" }
            throw CommandFailure(
                .usage, [Diagnostic(.unknownHost, "the site has no host '\(displayable(name))'", hint: near)])
        }
        let guests = input.guestsByHost
        let hosts = input.site.hosts.filter { !lost.contains($0.name.value) }
            .sorted { $0.name.value < $1.name.value }
        let facts = try FleetFacts(folder: folder, hosts: names, world: world)
        let bases = try input.bases(for: input.site.guests, world: world)
        var evacuation =
            lost.isEmpty ? nil : Evacuation(of: lost.flatMap { guests[$0] ?? [] }, on: Array(Set(lost)))
        var answers: [RackCapacity.Host] = []
        var statuses: [ExitStatus] = []
        for start in stride(from: 0, to: hosts.count, by: RackCapacityRun.batch) {
            let questions = hosts[start..<min(start + RackCapacityRun.batch, hosts.count)].map { policy in
                FleetQuestion(
                    policy: policy, guests: guests[policy.name.value] ?? [],
                    file: facts.file(of: policy.name.value, in: folder, world),
                    now: UTCTime(seconds: world.now()))
            }
            var occupied = inParallel(questions) { occupy($0, bases) }
            for index in occupied.indices { offer(questions[index].policy.name.value, &occupied[index], &evacuation) }
            let counted = inParallel(Array(zip(questions, occupied))) { question, host in
                count(question.policy.name.value, host)
            }
            answers += counted.map(\.host)
            statuses += counted.map(\.status)
        }
        if let evacuation { statuses.append(ExitStatus(evacuation)) }
        let rack = RackCapacity(
            site: input.site.name.value, wishes: wishes, hosts: answers, evacuation: evacuation)
        return (rack, ExitStatus.worst(of: statuses))
    }

    /// The host with its own guests in their places.
    private func occupy(_ question: FleetQuestion, _ bases: [String: XMLElement]) -> Result<
        OccupiedHost, CommandFailure
    > {
        do throws(CommandFailure) {
            let (path, bytes) = try question.file.get()
            let facts = try FactsInput(bytes, path: path).facts
            return .success(
                OccupiedHost(
                    PlanRequest(
                        host: facts, site: input.site.name.value, policy: question.policy, guests: question.guests,
                        bases: bases, explains: false,
                        searchLimit: PlacementRequest.searchLimit(effort: effort))))
        } catch {
            return .failure(error)
        }
    }

    private func offer(
        _ name: String, _ host: inout Result<OccupiedHost, CommandFailure>, _ evacuation: inout Evacuation?
    ) {
        guard evacuation != nil else { return }
        guard case .success(var occupied) = host, occupied.verdict != .undecided else {
            evacuation?.isExact = false
            return
        }
        guard let room = occupied.headroom else { return }
        occupied.take(evacuation?.offer(to: name, room) ?? [])
        host = .success(occupied)
    }

    private func count(
        _ name: String, _ host: Result<OccupiedHost, CommandFailure>
    ) -> (host: RackCapacity.Host, status: ExitStatus) {
        switch host {
        case .success(let occupied):
            let capacity = Capacity(occupied, wishes: wishes)
            return (RackCapacity.Host(name: name, capacity: capacity), ExitStatus(capacity))
        case .failure(let failure):
            return (
                RackCapacity.Host(name: name, capacity: nil, failure: failure.diagnostics), failure.status
            )
        }
    }
}

extension ExitStatus {
    /// 10 when the site's own guests do not fit, 16 when something is undecided.
    init(_ capacity: Capacity) {
        switch capacity.verdict {
        case .infeasible: self = .doesNotFit
        case .undecided: self = .undecided
        case .placed: self = capacity.isUndecided ? .undecided : .done
        }
    }

    /// 10 when guests of lost hosts have no place; 16 where a search gave up before that was proven.
    fileprivate init(_ evacuation: Evacuation) {
        self = evacuation.isWhole ? .done : evacuation.isExact ? .doesNotFit : .undecided
    }
}
