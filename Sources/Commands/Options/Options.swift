internal import ArgumentParser
internal import Planning

/// Which host a command is about, and where its facts come from.
struct HostOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Use this host entry of the site file.", valueName: "name"), completion: .offering(\.hosts))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "Connect to this libvirt (default: the host's connect key, or qemu:///system).", valueName: "uri"),
        completion: .list(["qemu:///system", "qemu:///session"]))
    var connect: String?

    @Option(
        help: ArgumentHelp(
            "Read the host from a facts file, or from HOST.json in a folder, instead of this machine.",
            valueName: "file"),
        completion: .jsonFile)
    var facts: String?

    @Option(
        help: ArgumentHelp(
            "Read the host from a captured file tree; libvirt is asked only with --connect.", valueName: "dir"),
        completion: .directory)
    var root: String?

    func validate() throws {
        if facts != nil, root != nil { throw ValidationError("--facts and --root exclude each other.") }
        if facts != nil, connect != nil { throw ValidationError("--facts and --connect exclude each other.") }
    }
}

/// Which site file a command reads.
struct SiteArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The site file, or - for standard input (default: site.yaml, then /etc/numactl-plan/site.yaml).",
            valueName: "site"), completion: .siteFile)
    var site: String?
}

/// How much a plan may disturb what runs.
enum DisruptionLimit: String, ExpressibleByArgument, CaseIterable {
    case none, live, daemon, guest, host

    var disruption: Disruption {
        switch self {
        case .none: .none
        case .live: .live
        case .daemon: .daemon
        case .guest: .guest
        case .host: .host
        }
    }
}
