internal import Diagnostics
internal import HostModel
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

/// What is the same for all hosts that are planned in parallel.
struct FleetWork: Sendable {
    /// The site; what was found about it is said once, not for each host.
    let input: SiteInput
    let hosts: Set<String>
    let bases: [String: XMLElement]
    let settings: PlanSettings
    let review: ReviewOptions
    let isDetailed: Bool
    let hasColor: Bool
    let width: Int
    let errorWidth: Int

    /// Plans one host.
    func answer(_ question: FleetQuestion) -> FleetAnswer {
        let host = question.policy.name.value
        do throws(CommandFailure) {
            let (path, bytes) = try question.file.get()
            let facts = try FactsInput(bytes, path: path)
            if let name = facts.facts.host.name, name != host, hosts.contains(name) {
                let finding = Diagnostic(.factsInconsistent, "\(path) holds the facts of \(name), not of \(host)")
                throw CommandFailure(.invalidInput, [finding])
            }
            let origin = FactsOrigin(time: facts.facts.time, now: question.now)
            let session = PlanningSession(
                input: input,
                host: HostInput(policy: question.policy, guests: question.guests, facts: facts, origin: origin),
                bases: bases, settings: settings)
            return FleetAnswer(
                session, file: path, review: review, hasColor: hasColor, width: width, errorWidth: errorWidth,
                status: session.status(detailed: isDetailed))
        } catch {
            return FleetAnswer(host, error, review: review, errorWidth: errorWidth)
        }
    }
}
