internal import ArgumentParser
internal import Diagnostics
internal import Doctor
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SiteFile
internal import SystemPackage
internal import XMLTree

struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the host for problems that stop or slow guests.",
        discussion: """
            Each finding says what is wrong, why it matters, and which command helps; nothing is changed. With a site file, what its \
            guests need is checked as well. Exits 2 if there is an error or a warning.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: ArgumentHelp(
            "The site file (default: site.yaml, then /etc/numactl-plan/site.yaml, then none).", valueName: "site"),
        completion: .file(extensions: ["yaml", "yml"]))
    var site: String?

    @OptionGroup var host: HostOptions

    @Option(help: "Output format.") var format: Format = .text

    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func run(in world: World) throws {
        try report(in: world) {
            let input = try siteInput(world)
            let found = try facts(input, world)
            var observations = Observations(facts: found.facts, site: try needs(input, found, world))
            let unread =
                host.facts == nil
                ? ObservationReader(root: FilePath(host.root ?? "/")).complete(&observations) : []
            observations.guestProblems = try problems(input, found, world)
            let results = Checkup.results(observations)
            let isWell = !results.contains { $0.findings.contains { $0.severity != .note } }
            let status: ExitStatus = isWell ? .done : .differences
            world.tell(found.diagnostics.filter { $0.severity != .note || host.facts == nil })
            world.say(
                format == .json
                    ? try JSONText.of(DoctorJSON(host: found.facts.host.name, results, exit: status.report))
                    : DoctorText(host: found.facts.host.name, results, unread: unread).text(
                        color: world.hasColor, width: world.width))
            return status
        }
    }

    /// The site file; nil when none was named and none is in the usual places.
    private func siteInput(_ world: World) throws -> SiteInput? {
        do {
            return try SiteInput(site, world: world)
        } catch let failure as CommandFailure where site == nil && failure.status == .inputMissing {
            return nil
        }
    }

    private func facts(_ input: SiteInput?, _ world: World) throws -> FactsInput {
        if let file = host.facts { return try FactsInput(file: file, world: world) }
        if host.root != nil, host.connect == nil {
            return try FactsInput(root: host.root, libvirt: .none, isolation: true)
        }
        let policy = input.flatMap { try? $0.policy(named: host.host, machine: world.hostName) }
        let uri = host.connect ?? policy?.connect?.value ?? FactsInput.defaultURI
        return try FactsInput(
            root: host.root, libvirt: host.connect == nil ? .optional(uri: uri) : .required(uri: uri), isolation: true)
    }

    /// What of the site's guests the plan finds in the way, and what would keep them from starting now; nil without a site.
    private func problems(_ input: SiteInput?, _ found: FactsInput, _ world: World) throws -> [Diagnostic]? {
        guard let input else { return nil }
        let policy = try input.policy(named: host.host, machine: found.facts.host.name ?? world.hostName)
        let guests = input.guests(of: policy)
        let bases: [String: XMLElement]
        do {
            bases = try input.bases(for: guests, world: world)
        } catch let failure as CommandFailure {
            return failure.diagnostics
        }
        let session = PlanningSession(
            input: input, host: HostInput(policy: policy, guests: guests, facts: found, origin: nil), bases: bases,
            settings: PlanSettings())
        let uri = host.connect ?? policy.connect?.value ?? FactsInput.defaultURI
        let isLive = host.facts == nil && found.facts.libvirt?.version != nil
        let preflight = Preflight(allOf: session.result, on: found.facts, guests: guests)
        let lacks = preflight.findings(isLive ? HostLook(uri: uri).observe(preflight.needs) : HostObservation())
        let planned = session.result.plan.diagnostics.filter { $0.code.isOfPreflight && !lacks.contains($0) }
        return planned + lacks
    }

    private func needs(_ input: SiteInput?, _ found: FactsInput, _ world: World) throws -> SiteNeeds? {
        guard let input else { return nil }
        let machine = found.facts.host.name ?? world.hostName
        let policy = try input.policy(named: host.host, machine: machine)
        return SiteNeeds(policy: policy, guests: input.guests(of: policy))
    }
}

extension DiagnosticCode {
    /// Whether such a finding says of a guest that a step would fail.
    fileprivate var isOfPreflight: Bool {
        [
            .removalImpossible, .domainBusy, .domainRenamed, .renameImpossible, .fileMissing, .networkMissing,
            .volumeMissing, .machineUnknown, .macTwice, .diskShared, .deviceCellMissing,
        ].contains(self)
    }
}
