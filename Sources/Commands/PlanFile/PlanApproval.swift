internal import Diagnostics
internal import DomainXML
internal import Execution
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage
internal import XMLTree

/// Decides whether a saved plan may be carried out on this host now. The file is the approval, so nothing is asked.
struct PlanApproval {
    let file: PlanFile
    /// The checksum that the file must have; nil for any.
    let sha256: String?
    let maximum: Disruption
    let host: HostOptions

    /// What is to be done. What is shown of it, and how much it disturbs, is told from the steps, whatever the file says of that.
    ///
    /// - Throws: ``CommandFailure``: 65 for another file than the one that was meant, or one that holds what this program does not
    ///   save; 14 for one that is too old or too new, or was made in another boot of the machine or for other cells; 15 for another
    ///   host's or one that disturbs too much; 66 when a base file that it needs is gone.
    func order(_ world: World) throws -> WorkOrder {
        try demandSum()
        let (found, findings) = HostDiscovery(root: FilePath(host.root ?? "/")).facts()
        guard let facts = found else { throw CommandFailure(.unexpected, findings) }
        try demandHost(facts.host)
        try demandCells(facts)
        try demandBoot(facts.host)
        try demandTime(world.now())
        let uri = try host.connect ?? localURI()
        let bases = BaseFiles(file: file, world: world)
        let steps = try file.steps.map(bases.completed)
        try demandRules(facts, based: bases.matched)
        let plan = try plan(on: facts)
        try PlanApproval.demand(plan, atMost: maximum)
        warnOfSite(world)
        try demandWhatIsNeeded(steps, facts, uri: uri, site: plan.site, world)
        return WorkOrder(
            plan: plan, steps: steps, preconditions: file.preconditions, facts: facts, uri: uri,
            poolTargets: Dictionary(file.boot.pools.map { ($0.pool, $0.pages) }, uniquingKeysWith: max),
            keepFree: file.boot.keepFree, isolation: file.boot.isolation,
            divided: file.boot.divided ?? [])
    }

    /// Refuses steps that would certainly fail on what the host has now.
    private func demandWhatIsNeeded(
        _ steps: [Step], _ facts: HostFacts, uri: String, site: String, _ world: World
    ) throws {
        var facts = facts
        // Where libvirt does not answer, carrying the steps out says so.
        guard !steps.isEmpty, let domains = try? Connection(uri: uri).domains() else { return }
        facts.domains = domains
        let preflight = Preflight(steps: steps, on: facts, site: site)
        let findings = preflight.findings(HostLook(uri: uri).observe(preflight.needs))
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else { throw CommandFailure(ExitStatus(refusedFor: errors), errors) }
        world.tell(findings.filter { $0.code == .lookFailed })
    }

    private func demandSum() throws {
        guard let sha256, SHA256(parsing: sha256) != file.sha256 else { return }
        throw CommandFailure(
            .invalidInput,
            [
                Diagnostic(
                    .planFileAltered, "this is not the expected plan: its checksum is \(file.sha256)",
                    notes: ["meant: \(sha256.lowercased())"])
            ])
    }

    private func demandHost(_ present: HostIdentity) throws {
        if let machine = present.machine, file.host.machine == nil {
            throw CommandFailure(
                .needsConsent,
                [
                    Diagnostic(
                        .planFileOtherHost,
                        "the plan has no machine ID, and this machine has one",
                        notes: ["this machine: \(machine)"],
                        hint: "plan on the host itself, or from the output of numactl-plan facts --format json on it")
                ])
        }
        let isOther = file.host.machine.map { $0 != present.machine } ?? (file.host.name != present.name)
        guard isOther else { return }
        throw CommandFailure(
            .needsConsent,
            [
                Diagnostic(
                    .planFileOtherHost,
                    "the plan is for the host \(displayable(file.host.name)), and this is \(displayable(present.name ?? "another one"))",
                    hint: "plan on the host itself, or from its facts: numactl-plan plan --facts FACTS --out FILE")
            ])
    }

    /// What was seen before the machine was booted again says little of what is there now.
    private func demandBoot(_ present: HostIdentity) throws {
        guard let planned = file.host.bootID, let boot = present.bootID, planned != boot else { return }
        throw CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileStale, "the machine was rebooted since its facts were taken; nothing was changed",
                    hint: "plan again: numactl-plan plan --out FILE")
            ])
    }

    /// A disk may come to another machine, or a machine to other hardware: places on cells that are not the same mean nothing
    /// there.
    private func demandCells(_ facts: HostFacts) throws {
        let planned = file.boot.cells.map {
            BootFile.KnownCell(id: $0.key, cpus: $0.value, memory: nil, keepFree: .zero)
        }
        let differences = BootFile(host: nil, cells: planned, targets: []).mismatches(with: facts)
        guard !differences.isEmpty else { return }
        throw CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileStale, "the plan was made for a machine with different cells; nothing was changed",
                    notes: differences, hint: "plan again: numactl-plan plan --out FILE")
            ])
    }

    /// How far the clocks of two machines may be apart.
    private static let skew = Duration.seconds(300)
    /// The longest that a plan may be good for, which is what `--expires` takes at most.
    private static let longest = Duration.seconds(366 * 86_400)

    private func demandTime(_ now: Int64) throws {
        let now = UTCTime(seconds: now)
        if file.created > now.adding(PlanApproval.skew) || file.expires > file.created.adding(PlanApproval.longest) {
            throw CommandFailure(
                .stalePlan,
                [
                    Diagnostic(
                        .planFileExpired,
                        "the plan was made at \(file.created), valid until \(file.expires), and it is \(now): these times are inconsistent",
                        hint: "check the clocks of this machine and of the one that made the plan: timedatectl")
                ])
        }
        guard now > file.expires else { return }
        throw CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileExpired, "the plan was made at \(file.created) and was valid until \(file.expires)",
                    hint: "plan again, with a longer --expires if needed: numactl-plan plan --out FILE --expires 7d")
            ])
    }

    /// Refuses a plan that disturbs too much.
    static func demand(_ plan: Plan, atMost maximum: Disruption) throws {
        let above = plan.changes.filter { $0.disruption > maximum }
        guard !above.isEmpty else { return }
        throw CommandFailure(
            .needsConsent,
            [
                Diagnostic(
                    .tooDisruptive,
                    "nothing was changed: the plan disturbs running guests more than '\(maximum.rawValue)'",
                    notes: above.map { "\(displayable($0.address)): \($0.disruption.rawValue)" },
                    hint: "allow it with --max-disruption \(plan.disruption.rawValue)")
            ])
    }

    /// The plan is what was approved; a site file that has changed since is worth a word.
    private func warnOfSite(_ world: World) {
        let files = [(file.site.path, file.site.sha256)] + (file.site.included ?? []).map { ($0.path, $0.sha256) }
        let changed = files.filter { path, sum in
            (try? world.read(path, 16 << 20)).map { SHA256(of: $0) != sum } ?? false
        }
        for (path, _) in changed {
            let note = Diagnostic(
                .planSiteChanged, "\(displayable(path)) has changed since the plan was made from it", severity: .warning
            )
            world.tell([note])
        }
    }
}
