internal import ArgumentParser
internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import Rendering
internal import SiteFile

struct FactsCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts", abstract: "Show the host's cells, CPUs, memory, pools and domains.",
        discussion: "The JSON output is what --facts reads; attach it to bug reports.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, nova, svg }

    @OptionGroup var host: HostOptions

    @Option(help: "Output format.") var format: Format = .text

    @Flag(name: .customLong("no-libvirt"), help: "Do not ask libvirt.") var withoutLibvirt = false

    @Flag(help: "Also show what isolation is about: interrupts, work queues, threads.") var isolation = false

    func run(in world: World) throws {
        try report(in: world) {
            let input = try FactsInput(host, withoutLibvirt: withoutLibvirt, isolation: isolation, world: world)
            world.tell(input.diagnostics, sources: input.sources)
            switch format {
            case .text: world.say(FactsText(input.facts, width: world.width).text)
            case .json: world.say(try JSONText.of(input.facts.redacted))
            case .nova: world.say(try JSONText.of(NovaTopology(input.facts, usage: usage(input.facts))))
            case .svg: world.say(HostSVG(HostPicture(input.facts)).text)
            }
            return .done
        }
    }

    /// What the domains use of each cell: what a site without guests finds taken. Pages that are in use are some guest's.
    private func usage(_ facts: HostFacts) -> [CellUsage] {
        let policy = HostPolicy(name: Located("", at: SourceMark(file: "<facts>", line: 1, column: 1)))
        let request = PlanRequest(host: facts, site: "", policy: policy, guests: [])
        return Planner.plan(request).plan.placement.cells.map { cell in
            var cell = cell
            for index in cell.pools.indices {
                cell.pools[index].guests = cell.pools[index].others
                cell.pools[index].others = .zero
            }
            return cell
        }
    }
}
