internal import Diagnostics
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

/// Plans all hosts of a site from their facts files.
///
/// The site is read once. Hosts are taken a few at a time in the order of their names: their files are read, then they are planned
/// in parallel and what is to be shown of them is made; of those that are done only one row each is kept.
struct FleetRun {
    /// How many hosts are in memory at the same time.
    private static let batch = 32

    let input: SiteInput
    let folder: String
    let settings: PlanSettings
    let review: ReviewOptions
    let isDetailed: Bool

    /// Plans all hosts and shows them.
    ///
    /// - Returns: The worst of what the hosts come to.
    func run(in world: World) throws -> ExitStatus {
        let hosts = input.site.hosts.sorted { $0.name.value < $1.name.value }
        let facts = try FleetFacts(folder: folder, hosts: hosts.map(\.name.value), world: world)
        let bases = try input.bases(for: input.site.guests, world: world)
        let guests = input.guestsByHost
        let work = FleetWork(
            input: input.withoutWarnings, hosts: Set(hosts.map(\.name.value)), bases: bases, settings: settings,
            review: review, isDetailed: isDetailed, hasColor: world.hasColor, width: world.width,
            errorWidth: world.errorWidth)
        var output = FleetOutput(
            site: input.site.name.value, findings: input.warnings + others(facts), sources: input.sources,
            review: review, world: world)
        try output.begin()
        let (line, begun) = (world.progress.map { ProgressLine(width: $0.width, draw: $0.draw) }, ContinuousClock.now)
        let ticks = line?.ticking()
        defer { ticks?.cancel() }
        // One for all: of facts that are equally old the first are the oldest, however long the others take.
        let now = UTCTime(seconds: world.now())
        for start in stride(from: 0, to: hosts.count, by: FleetRun.batch) {
            let questions = hosts[start..<min(start + FleetRun.batch, hosts.count)].map { policy in
                FleetQuestion(
                    policy: policy, guests: guests[policy.name.value] ?? [],
                    file: facts.file(of: policy.name.value, in: folder, world), now: now)
            }
            // The line is wiped before anything is said: both may be on one terminal.
            line?.begin("planning hosts", at: begun) { "\(start) of \(hosts.count)" }
            let answers = inParallel(questions) { work.answer($0) }
            line?.end()
            for answer in answers { output.add(answer) }
        }
        return try output.end()
    }

    private func others(_ facts: FleetFacts) -> [Diagnostic] {
        guard !facts.others.isEmpty else { return [] }
        let (count, first) = (facts.others.count, facts.others.prefix(5).joined(separator: ", "))
        let subject = count == 1 ? "1 file in \(folder) belongs" : "\(count) files in \(folder) belong"
        return [
            Diagnostic(
                .factsInconsistent, "\(subject) to no host of the site: \(first)\(count > 5 ? ", …" : "")",
                severity: .note)
        ]
    }
}

/// One host to plan.
struct FleetQuestion: Sendable {
    typealias File = Result<(path: String, bytes: [UInt8]), CommandFailure>

    let policy: HostPolicy
    let guests: [GuestSpec]
    let file: File
    let now: UTCTime
}

extension ExitStatus {
    /// The status of many hosts together: an input that is wrong or missing before a plan that cannot be carried out, that before
    /// facts that are too old, those before differences.
    static func worst(of all: [ExitStatus]) -> ExitStatus {
        let order: [ExitStatus] = [
            .unexpected, .invalidInput, .inputMissing, .doesNotFit, .undecided, .needsConsent, .stalePlan, .differences,
            .restartPending,
        ]
        return order.first(where: all.contains) ?? .done
    }
}
