internal import ArgumentParser
internal import Diagnostics
internal import FoundationEssentials
internal import HostModel
internal import LinuxHost
internal import Rendering
internal import SystemPackage

struct InitCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first site file for this host.",
        discussion:
            "The file has the host's cells in comments, a sensible memory reserve, a few flavors and no guests. Never overwrites a file."
    )

    @Argument(
        help: ArgumentHelp("The file to write, or - for standard output.", valueName: "site"), completion: .siteFile)
    var site = "site.yaml"

    @OptionGroup var host: HostOptions

    @Flag(name: .customLong("no-libvirt"), help: "Do not ask libvirt.") var withoutLibvirt = false

    func run(in world: World) throws {
        try report(in: world) {
            if site != "-", FileManager.default.fileExists(atPath: site) { throw exists }
            let input = try FactsInput(host, withoutLibvirt: withoutLibvirt, world: world)
            world.tell(input.diagnostics, sources: input.sources)
            let name = host.host ?? input.facts.host.name ?? world.hostName
            let text = SiteTemplate(input.facts, host: name, schema: schema(world)).text
            if site == "-" {
                world.say(text)
                return .done
            }
            try write(text)
            world.note("wrote \(site); next: numactl-plan plan \(site)\n")
            return .done
        }
    }

    /// Where the schema was installed, or will most likely be.
    private func schema(_ world: World) -> String {
        let places = ["/usr/share", "/usr/local/share"].map { $0 + "/numactl-plan/schema/site.schema.json" }
        return places.first { (try? world.read($0, 1 << 20)) != nil } ?? places[0]
    }

    private var exists: CommandFailure {
        let hint = "name another file, or - to see what would be written"
        return CommandFailure(.needsConsent, [Diagnostic(.outputExists, "\(site) exists already", hint: hint)])
    }

    private func write(_ text: String) throws {
        do {
            try AtomicFile.create(Array(text.utf8), at: FilePath(site))
        } catch {
            if error.errno == .fileExists { throw exists }
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected, [Diagnostic(.outputUnwritable, "\(error)")])
        }
    }
}
