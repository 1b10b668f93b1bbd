internal import ArgumentParser
internal import Diagnostics
internal import HostModel
internal import LinuxHost
internal import Placement
internal import Planning
internal import Rendering
internal import SiteFile

struct CapacityCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity", abstract: "Count how many more guests fit in addition to those of the site.",
        discussion: """
            Each number is exact: that many guests were placed, and one more was proven not to fit. Changes nothing.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown, metrics }

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions

    @Option(
        name: .customLong("flavor"),
        help: ArgumentHelp(
            "Count guests of this flavor; may be repeated (default: every flavor with vcpus and ram).",
            valueName: "name"), completion: .offering(\.flavors))
    var flavors: [String] = []

    @Option(
        name: .customLong("mix"),
        help: ArgumentHelp(
            "Count how many times these guests fit together, such as web=4,db=1; may be repeated.",
            valueName: "flavors"))
    var mixes: [FlavorMix] = []

    @OptionGroup var change: HostChangeOptions
    @OptionGroup var search: SearchOptions

    @Flag(
        help:
            "Count for every host of the site, from the folder of facts files given with --facts, and for all together."
    )
    var allHosts = false

    @Option(
        name: .customLong("lose"),
        help: ArgumentHelp(
            "With --all-hosts: assume that this host is lost and its guests move to the first other hosts with room; may be "
                + "repeated.", valueName: "name"), completion: .offering(\.hosts))
    var lost: [String] = []

    @Option(help: "Output format.") var format: Format = .text

    func validate() throws {
        if allHosts, host.facts == nil || host.host != nil {
            throw ValidationError("--all-hosts needs --facts with a folder, and excludes --host.")
        }
        if allHosts, change.isGiven {
            throw ValidationError("--without-cell, --add-memory and --on cannot be combined with --all-hosts.")
        }
        if !allHosts, !lost.isEmpty { throw ValidationError("--lose needs --all-hosts.") }
        if change.on != nil, host.facts != nil || host.root != nil || host.connect != nil {
            throw ValidationError("--on cannot be combined with --facts, --root or --connect.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            if allHosts { return try countAll(world) }
            let session = try PlanningSession(
                site: site.site, host: change.on.map(host.on) ?? host, explains: false, effort: search.effort,
                world: world)
            let request = PlanRequest(
                host: try change.applied(to: session.facts), site: session.input.site.name.value,
                policy: session.policy, guests: session.guests,
                bases: try session.input.bases(for: session.guests, world: world),
                explains: false,
                searchLimit: PlacementRequest.searchLimit(effort: search.effort))
            let wishes = try wishes(session.input.site.flavors)
            let capacity = world.showing("counting") {
                Capacity(OccupiedHost(request), wishes: wishes) { inParallel($0, $1) }
            }
            let status = ExitStatus(capacity)
            world.say(try text(capacity, status, in: world))
            return status
        }
    }

    private func countAll(_ world: World) throws -> ExitStatus {
        let input = try SiteInput(site.site, world: world)
        world.tell(input.warnings, sources: input.sources)
        let (rack, status) = try RackCapacityRun(
            input: input, folder: host.facts ?? "", wishes: try wishes(input.site.flavors), lost: lost,
            effort: search.effort
        ).answer(in: world)
        switch format {
        case .text: world.say(RackCapacityText(rack).text(color: world.hasColor, width: world.width))
        case .json: world.say(try JSONText.of(RackCapacityJSON(rack, exit: status.report)))
        case .markdown: world.say(RackCapacityMarkdown(rack).text)
        case .metrics: world.say(RackCapacityMetrics(rack).text)
        }
        return status
    }

    private func text(_ capacity: Capacity, _ status: ExitStatus, in world: World) throws -> String {
        switch format {
        case .text: CapacityText(capacity).text(color: world.hasColor, width: world.width)
        case .json: try JSONText.of(CapacityJSON(capacity, exit: status.report))
        case .markdown: CapacityMarkdown(capacity).text
        case .metrics: CapacityMetrics(capacity).text
        }
    }

    /// What is to be counted: what was asked for, or every flavor.
    private func wishes(_ known: [FlavorSpec]) throws -> [Capacity.Wish] {
        func flavor(_ name: String) throws -> FlavorSpec {
            if let flavor = known.first(where: { $0.name.value == name }) { return flavor }
            let near = suggestion(for: name, among: known.map(\.name.value)).map { "did you mean '\($0)'?" }
            let problem = "the site has no flavor '\(displayable(name))' with vcpus and ram"
            throw CommandFailure(.usage, [Diagnostic(.unknownFlavor, problem, hint: near)])
        }
        let wanted = flavors.isEmpty && mixes.isEmpty ? known.map(\.name.value) : flavors
        return try wanted.map { Capacity.Wish([Capacity.Wish.FlavorCount(flavor: try flavor($0))]) }
            + mixes.map { mix in
                Capacity.Wish(
                    try mix.parts.map { Capacity.Wish.FlavorCount(flavor: try flavor($0.name), count: $0.count) },
                    isMix: true)
            }
    }
}

extension HostOptions {
    /// The same, with another machine's facts.
    fileprivate func on(_ facts: String) -> HostOptions {
        var options = self
        options.facts = facts
        return options
    }
}
