internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import FoundationEssentials
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

struct MetricsCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print the state of the host and its guests for Prometheus.",
        discussion: """
            Writes the text format to standard output, or atomically to a file that the node exporter's textfile collector \
            reads. Exits 0 whatever the metrics say.
            """)

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions
    @OptionGroup var state: StateOption

    @Option(
        help: ArgumentHelp(
            "Write into this file, or into numactl-plan.prom in this folder.", valueName: "file-or-dir"),
        completion: .file())
    var textfile: String?

    @Flag(help: "Also check where the running guests' threads and memory are (on this machine, as root).")
    var deep = false

    @OptionGroup var watch: WatchOption

    func validate() throws {
        try watch.validate(isDeep: deep)
        if deep, host.facts != nil {
            throw ValidationError("--deep inspects this machine: it cannot be combined with --facts.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            var session = try PlanningSession(site: site.site, host: host, world: world)
            session.datePending(state.journals, host)
            let look = deep ? try DeepLook(session, root: host.root ?? "/") : nil
            let text = MetricsText(
                HostMetrics(
                    version: NumactlPlan.version,
                    siteSum: session.input.sum.description,
                    facts: session.facts,
                    verification: Verification(
                        plan: session.result.plan, residences: look?.residences(tolerance: 1, settle: 10),
                        interference: look.flatMap { watch.interference($0, in: world) }),
                    lastApply: lastApply, openTransactions: (try? state.journals.open())?.count)
            ).text
            guard let textfile else {
                world.say(text)
                return .done
            }
            try write(text, to: FilePath(textfile))
            return .done
        }
    }

    /// The newest transaction that can be read.
    private var lastApply: HostMetrics.LastApply? {
        guard let id = try? state.journals.transactions().last, let stored = try? state.journals.read(id) else {
            return nil
        }
        return HostMetrics.LastApply(
            time: id.time.milliseconds / 1_000, succeeded: stored.transaction.end?.outcome == .applied)
    }

    private func write(_ text: String, to path: FilePath) throws {
        var isFolder = false
        if let attributes = try? FileManager.default.attributesOfItem(atPath: path.string) {
            isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
        }
        let file = isFolder ? path.appending("numactl-plan.prom") : path
        do {
            try AtomicFile.write(Array(text.utf8), to: file)
        } catch {
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected, [Diagnostic(.outputUnwritable, "\(error)")])
        }
    }
}
