internal import ArgumentParser
internal import Diagnostics
internal import SiteFile

struct ValidateCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a site file without a host.",
        discussion: "Reports all findings in one run. Reads the guests' base files as well.")

    @OptionGroup var site: SiteArgument

    @OptionGroup var output: OutputOptions

    var isText: Bool { true }

    func run(in world: World) throws {
        try report(in: world) {
            let input = try SiteInput(site.site, world: world)
            _ = try input.bases(for: input.site.guests, world: world)
            world.tell(input.warnings, sources: input.sources)
            let (guests, hosts) = (input.site.guests.count, input.site.hosts.count)
            world.say("\(input.source.name) is valid: \(guests) guest\(guests == 1 ? "" : "s"), ")
            world.say("\(hosts) host\(hosts == 1 ? "" : "s")\n")
            return .done
        }
    }
}
