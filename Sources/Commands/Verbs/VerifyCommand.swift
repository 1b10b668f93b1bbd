internal import ArgumentParser
internal import Planning
internal import Rendering
internal import LivePlacement

struct VerifyCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say whether the host is as the site says; write nothing.",
        discussion: """
            Ends with 2 when something differs, with 3 when only a restart is pending. With --deep the kernel is asked as well \
            where each running guest's threads may run and where its memory is.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions

    @Option(help: "The output's form.") var format: Format = .text

    @Flag(help: "Look where the running guests' threads and memory are (on this machine, as root).") var deep = false

    @Option(
        name: .customLong("remote-tolerance"),
        help: ArgumentHelp(
            "With --deep: how much of a guest cell's memory may be elsewhere than planned.", valueName: "percent"))
    var remoteTolerance = 1

    @Option(
        help: ArgumentHelp(
            "With --deep: how old a guest must be; until then it is looked at again, as libvirt pins threads after it has "
                + "started them.", valueName: "seconds"))
    var settle = 10

    func validate() throws {
        if deep, host.facts != nil { throw ValidationError("--deep looks at this machine: it goes without --facts.") }
        if !(0...100).contains(remoteTolerance) { throw ValidationError("--remote-tolerance takes 0 to 100 per cent.") }
        if !(0...3_600).contains(settle) { throw ValidationError("--settle takes 0 to 3600 seconds.") }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let session = try PlanningSession(site: site.site, host: host, world: world)
            let verification = Verification(
                plan: session.result.plan,
                residences: deep
                    ? try DeepLook(session, root: host.root ?? "/").residences(
                        tolerance: UInt64(remoteTolerance), settle: UInt64(settle)) : nil)
            let status = ExitStatus(verification, planned: session.status(detailed: true))
            world.say(
                format == .json
                    ? try JSONText.of(VerificationJSON(verification, exit: status.report))
                    : VerificationText(verification, sources: session.sources).text(color: world.hasColor))
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
