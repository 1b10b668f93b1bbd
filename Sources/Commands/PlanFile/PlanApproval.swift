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

    /// What is to be done.
    ///
    /// - Throws: ``CommandFailure``: 65 for another file than the one that was meant, 14 for one that is too old, 15 for another
    ///   host's or one that disturbs too much, 66 when a base file that it needs is gone.
    func order(_ world: World) throws -> WorkOrder {
        try demandSum()
        let (found, findings) = HostDiscovery(root: FilePath(host.root ?? "/")).facts()
        guard let facts = found else { throw CommandFailure(.unexpected, findings) }
        try demandHost(facts.host)
        try demandCells(facts)
        try demandTime(world.now())
        try PlanApproval.demand(file.plan, atMost: maximum)
        warnOfSite(world)
        let steps = try stepsWithPasswords(world)
        try demandWhatIsNeeded(steps, facts)
        return WorkOrder(
            plan: file.plan, steps: steps, preconditions: file.preconditions, facts: facts,
            uri: host.connect ?? file.connect,
            poolTargets: Dictionary(file.boot.pools.map { ($0.pool, $0.pages) }, uniquingKeysWith: max),
            keepFree: file.boot.keepFree)
    }

    /// Refuses steps that would certainly fail on what the host has now.
    private func demandWhatIsNeeded(_ steps: [Step], _ facts: HostFacts) throws {
        let uri = host.connect ?? file.connect
        var facts = facts
        // Where libvirt does not answer, carrying the steps out says so.
        guard !steps.isEmpty, let domains = try? Connection(uri: uri).domains() else { return }
        facts.domains = domains
        let preflight = Preflight(steps: steps, on: facts, site: file.plan.site)
        let errors = preflight.findings(HostLook(uri: uri).observe(preflight.needs)).filter { $0.severity == .error }
        guard errors.isEmpty else { throw CommandFailure(.doesNotFit, errors) }
    }

    private func demandSum() throws {
        guard let sha256, SHA256(parsing: sha256) != file.sha256 else { return }
        throw CommandFailure(
            .invalidInput,
            [
                Diagnostic(
                    .planFileAltered, "this is not the plan that was meant: its checksum is \(file.sha256)",
                    notes: ["meant: \(sha256.lowercased())"])
            ])
    }

    private func demandHost(_ present: HostIdentity) throws {
        let isOther: Bool
        if let planned = file.host.machine, let machine = present.machine {
            isOther = planned != machine
        } else {
            isOther = file.host.name != present.name
        }
        guard isOther else { return }
        throw CommandFailure(
            .needsConsent,
            [
                Diagnostic(
                    .planFileOtherHost,
                    "the plan is for the host \(displayable(file.host.name)), and this is \(displayable(present.name ?? "another one"))",
                    hint: "plan on the host itself, or with its facts: numactl-plan plan --facts FACTS --out FILE")
            ])
    }

    /// A disk may come to another machine, or a machine to other hardware: places on cells that are not the same mean nothing
    /// there. Facts without a machine's id were made up, and so may be their cells; the name is all that is held against them.
    private func demandCells(_ facts: HostFacts) throws {
        guard file.host.machine != nil else { return }
        let planned = file.boot.cells.map { BootFile.Cell(id: $0.key, cpus: $0.value, memory: nil, keepFree: .zero) }
        let differences = BootFile(host: nil, cells: planned, targets: []).mismatches(with: facts)
        guard !differences.isEmpty else { return }
        throw CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileStale, "the plan was made for a machine with other cells; nothing was changed",
                    notes: differences, hint: "make the plan anew: numactl-plan plan --out FILE")
            ])
    }

    private func demandTime(_ now: Int64) throws {
        guard UTCTime(seconds: now) > file.expires else { return }
        throw CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileExpired, "the plan was made at \(file.created) and was good until \(file.expires)",
                    hint: "make it anew, for longer with --expires: numactl-plan plan --out FILE --expires 7d")
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
                    .tooDisruptive, "nothing was changed: the plan disturbs more than '\(maximum.rawValue)' what runs",
                    notes: above.map { "\(displayable($0.address)): \($0.disruption.rawValue)" },
                    hint: "agree to it with --max-disruption \(plan.disruption.rawValue)")
            ])
    }

    /// The plan is what was approved; a site file that has changed since is worth a word.
    private func warnOfSite(_ world: World) {
        guard let bytes = try? world.read(file.site.path, 16 << 20), SHA256(of: bytes) != file.site.sha256 else {
            return
        }
        let note = Diagnostic(
            .planSiteChanged, "\(displayable(file.site.path)) has changed since the plan was made from it",
            severity: .warning)
        world.warn(DiagnosticText().render([note]))
    }

    /// The steps with the passwords of new guests put back from their base files.
    private func stepsWithPasswords(_ world: World) throws -> [Step] {
        try file.steps.map { step in
            guard case .create(let name, let definition, let wanted, let mark) = step,
                let base = file.bases.first(where: { $0.guest == name })
            else { return step }
            let bytes: [UInt8]
            do {
                bytes = try world.checked(base.path, 16 << 20)
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw CommandFailure(
                    .inputMissing,
                    [
                        Diagnostic(
                            .baseUnreadable,
                            "cannot read \(displayable(base.path)), which holds the passwords of \(name)")
                    ])
            }
            guard SHA256(of: bytes) == base.sha256, let document = try? XMLReader.read(bytes: bytes) else {
                throw stale(base)
            }
            let whole = DomainPatch.apply(
                wanted, mark: mark, to: DomainTemplate.domain(from: document, name: name, isShared: base.isShared))
            guard XMLWriter.write(DomainSecrets.removed(from: whole)) == XMLWriter.write(definition) else {
                throw stale(base)
            }
            return .create(name: name, definition: whole, wanted: wanted, mark: mark)
        }
    }

    private func stale(_ base: PlanFile.Base) -> CommandFailure {
        CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileStale, "stale: \(displayable(base.path)) is not the file that the plan was made from",
                    notes: ["it holds passwords of \(displayable(base.guest)), which are not in the plan"])
            ])
    }
}
