internal import ArgumentParser
internal import Diagnostics
internal import SiteFile

struct ValidateCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a site file without any host.",
        discussion: "All findings are shown in one run. Files that guests name as their base are read as well.")

    @OptionGroup var site: SiteArgument

    func run(in world: World) throws {
        try report(in: world) {
            let input = try SiteInput(site.site, world: world)
            _ = try input.bases(for: input.site.guests, world: world)
            world.warn(DiagnosticText(sources: input.sources).render(input.warnings))
            let (guests, hosts) = (input.site.guests.count, input.site.hosts.count)
            world.say("\(input.source.name) is valid: \(guests) guest\(guests == 1 ? "" : "s"), ")
            world.say("\(hosts) host\(hosts == 1 ? "" : "s")\n")
            return .done
        }
    }
}
