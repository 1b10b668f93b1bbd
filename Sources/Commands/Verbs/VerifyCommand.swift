internal import ArgumentParser
internal import Planning
internal import Rendering
internal import LivePlacement

struct VerifyCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare the host with the site file; change nothing.",
        discussion: """
            Exits 2 if something differs, 3 if only a restart is pending. With --deep, also reads from the kernel where each \
            running guest's threads may run and where its memory is; with --for, also what else runs on its dedicated CPUs.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions

    @Option(help: "Output format.") var format: Format = .text

    @Flag(help: "Also check where the running guests' threads and memory are (on this machine, as root).") var deep =
        false

    @Option(
        name: .customLong("remote-tolerance"),
        help: ArgumentHelp(
            "With --deep: how much of a guest cell's memory may be on other host cells than planned.",
            valueName: "percent"))
    var remoteTolerance = 1

    @Option(
        help: ArgumentHelp(
            "With --deep: recheck guests that have run for less than this, because libvirt pins threads only after it has "
                + "started them.", valueName: "seconds"))
    var settle = 10

    @OptionGroup var watch: WatchOption
    @OptionGroup var output: OutputOptions

    var isText: Bool { format == .text }

    func validate() throws {
        if deep, host.facts != nil {
            throw ValidationError("--deep inspects this machine: it cannot be combined with --facts.")
        }
        try watch.validate(isDeep: deep)
        if !(0...100).contains(remoteTolerance) { throw ValidationError("--remote-tolerance takes 0 to 100 percent.") }
        if !(0...3_600).contains(settle) { throw ValidationError("--settle takes 0 to 3600 seconds.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let session = try PlanningSession(site: site.site, host: host, world: world)
            let look = deep ? try DeepLook(session, root: host.root ?? "/") : nil
            let verification = Verification(
                plan: session.result.plan,
                residences: look?.residences(tolerance: UInt64(remoteTolerance), settle: UInt64(settle)),
                interference: look.flatMap { watch.interference($0, in: world) })
            let status = ExitStatus(verification, planned: session.status(detailed: true))
            world.say(
                format == .json
                    ? try JSONText.of(VerificationJSON(verification, exit: status.report))
                    : VerificationText(verification).text(color: world.hasColor, width: world.width))
            if format == .text { world.tell(verification.diagnostics, sources: session.sources) }
            return status
        }
    }
}

extension ExitStatus {
    /// What `verify` ends with: what the plan comes to; else a difference that only the kernel knows, something that could not be
    /// looked at, a pending restart, in this order.
    fileprivate init(_ verification: Verification, planned: ExitStatus) {
        if planned != .done, planned != .restartPending {
            self = planned
        } else if verification.hasDifferences {
            self = .differences
        } else if let unknown = verification.unknown.first(where: \.isForbidden) ?? verification.unknown.first {
            self = unknown.isForbidden ? .notPermitted : .unexpected
        } else {
            self = verification.pending.isEmpty ? .done : .restartPending
        }
    }
}
