internal import ArgumentParser
internal import Diagnostics
internal import Rendering

struct FactsCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts", abstract: "Show the host's cells, CPUs, memory, pools and domains.",
        discussion: "The JSON form is what --facts reads, and what a bug report should carry.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, nova, svg }

    @OptionGroup var host: HostOptions

    @Option(help: "The output's form.") var format: Format = .text

    @Flag(name: .customLong("no-libvirt"), help: "Do not ask libvirt.") var withoutLibvirt = false

    func run(in world: World) throws {
        try report(in: world) {
            let input = try FactsInput(host, withoutLibvirt: withoutLibvirt, world: world)
            world.warn(DiagnosticText(sources: input.sources).render(input.diagnostics))
            switch format {
            case .text: world.say(FactsText(input.facts).text)
            case .json: world.say(try JSONText.of(input.facts))
            case .nova: world.say(try JSONText.of(NovaTopology(input.facts)))
            case .svg: world.say(HostSVG(HostPicture(input.facts)).text)
            }
            return .done
        }
    }
}
