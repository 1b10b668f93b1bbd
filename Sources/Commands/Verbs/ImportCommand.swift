internal import ArgumentParser
internal import Diagnostics
internal import HostModel
internal import Planning

struct ImportCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Write a site file for existing domains.",
        discussion: """
            A plan for the file changes no setting; apply only marks the domains as adopted. What a site file cannot express exactly \
            is named in comments and stays as it is.
            """)

    @Argument(help: ArgumentHelp("The domains to write (default: all).", valueName: "guest"))
    var guests: [String] = []

    @Flag(help: "Write all domains (the default).") var all = false

    @OptionGroup var host: HostOptions

    @Option(
        help: ArgumentHelp(
            "The site's name (default: that of the marks on the domains, or imported).", valueName: "name"))
    var site: String?

    func validate() throws {
        if all, let name = guests.first {
            throw ValidationError("--all cannot be combined with the name of a domain, such as \(name).")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let uri = host.connect ?? FactsInput.defaultURI
            let asksLibvirt = host.root == nil || host.connect != nil
            let found =
                try host.facts.map { try FactsInput(file: $0, world: world) }
                ?? FactsInput(root: host.root, libvirt: asksLibvirt ? .required(uri: uri) : .none)
            let names = found.facts.domains.map(\.name)
            if let unknown = guests.first(where: { !names.contains($0) }) {
                let meant = suggestion(for: unknown, among: names).map { "did you mean \($0)?" }
                throw CommandFailure(
                    .usage, [Diagnostic(.unknownGuest, "there is no domain '\(unknown)'", hint: meant)])
            }
            let imported = SiteImport.write(
                ImportRequest(
                    host: found.facts, site: site, hostName: host.host, connect: host.connect, guests: guests))
            world.tell(imported.diagnostics)
            world.say(imported.text)
            return .done
        }
    }
}
