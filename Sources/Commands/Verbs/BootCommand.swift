internal import ArgumentParser
internal import Diagnostics
internal import Doctor
internal import Execution
internal import FoundationEssentials
internal import HostModel
internal import Planning
internal import Rendering
internal import LinuxHost
internal import SystemPackage

struct BootCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot",
        abstract: "Do at boot what boot.json records: reserve huge pages, keep others off guests' CPUs.",
        discussion: """
            For the unit numactl-plan-hugepages.service: needs no site file, no libvirt and no network. If the kernel grants \
            fewer pages, those are kept. numactl-plan=off on the kernel's command line makes it do nothing, numactl-plan=report \
            only report what it would do.
            """)

    enum Emission: String, ExpressibleByArgument, CaseIterable {
        case kernelArgs = "kernel-args"
        case grub, grubby
        case systemdBoot = "systemd-boot"
        case ostree, units, tmpfiles
    }

    @Argument(
        help: ArgumentHelp(
            "With --emit: take the targets from this site file instead of the boot file.", valueName: "site"),
        completion: .siteFile)
    var site: String?

    @OptionGroup var host: HostOptions

    @Option(help: ArgumentHelp("The boot file.", valueName: "file"), completion: .jsonFile) var bootFile = BootFile
        .standardPath.string

    @Option(help: ArgumentHelp("Print boot settings instead of reserving pages.", valueName: "what")) var emit:
        Emission?

    @Option(
        help: ArgumentHelp("With --emit units: write them into this folder.", valueName: "dir"), completion: .directory)
    var out: String?

    @Option(help: ArgumentHelp("How long growing pools may take.", valueName: "seconds")) var growTimeout = 60

    func validate() throws {
        if site != nil, emit == nil { throw ValidationError("A site file needs --emit.") }
        if out != nil, emit != .units { throw ValidationError("--out needs --emit units.") }
        if !(0...86_400).contains(growTimeout) { throw ValidationError("--grow-timeout takes 0 to 86400 seconds.") }
    }

    func run(in world: World) throws {
        try report(in: world) { try emit.map { try emit($0, world) } ?? reserve(world) }
    }

    private func reserve(_ world: World) throws -> ExitStatus {
        let outcome = BootRun(root: FilePath(host.root ?? "/"), limits: .within(.seconds(growTimeout)))
            .run(FilePath(bootFile))
        for grant in outcome.grants {
            let line = "\(grant.pool.pageSize) cell \(grant.pool.cell): asked \(grant.asked), granted \(grant.granted)"
            world.say(line + "\n")
        }
        world.tell(outcome.diagnostics)
        switch outcome.verdict {
        case .complete, .reported, .disabled: return .done
        case .short: return .poolsShort
        case .mismatch: return .doesNotFit
        case .unusable:
            if outcome.diagnostics.contains(where: { $0.code == .fileUntrusted }) { return .notPermitted }
            let isMissing = outcome.diagnostics.contains { $0.code == .sysfsUnreadable }
            return isMissing ? .inputMissing : .invalidInput
        }
    }

    private func emit(_ emission: Emission, _ world: World) throws -> ExitStatus {
        let (targets, isolation, facts) = try targets(world)
        let arguments = KernelArguments(targets, atLeast: KernelArguments.bootPageSize, isolation: isolation)
        switch emission {
        case .kernelArgs: if !arguments.text.isEmpty { world.say(arguments.text + "\n") }
        case .tmpfiles: world.say(TmpfilesText(targets).text)
        case .units: try emitUnits(targets, facts, world)
        case .grub, .grubby, .systemdBoot, .ostree:
            guard let loader = BootLoader(rawValue: emission.rawValue) else { return .unexpected }
            world.say(loader.text(arguments))
        }
        if ![.units, .tmpfiles].contains(emission), arguments.text.isEmpty { noteOfNone(targets, world) }
        if ![.units, .tmpfiles].contains(emission), let facts {
            world.tell(KernelOptions.findings(for: arguments, on: facts))
        }
        return .done
    }

    /// Says why there is no argument.
    private func noteOfNone(_ targets: [PoolID: PageCount], _ world: World) {
        let sizes = Set(targets.filter { $0.value > .zero }.keys.map { "\($0.pageSize)" }).sorted()
        let reason =
            sizes.isEmpty
            ? "no huge pages are wanted"
            : "pages of \(sizes.joined(separator: " and ")) are reserved by the boot unit, cell by cell"
        world.warn("no kernel arguments: \(reason)\n")
    }

    private func emitUnits(_ targets: [PoolID: PageCount], _ facts: HostFacts?, _ world: World) throws {
        let units = BootUnit.all(
            program: RunningProgram.path, sizes: targets.filter { $0.value > .zero }.map(\.key.pageSize),
            standard: facts == nil ? PageSize(2_048) : facts?.defaultHugePage)
        guard let out else {
            for unit in units { world.say("# /etc/systemd/system/\(unit.name)\n\(unit.text)\n") }
            return
        }
        for unit in units {
            let path = FilePath(out).appending(unit.name)
            do {
                try FileManager.default.createDirectory(
                    atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try AtomicFile.write(Array(unit.text.utf8), to: path)
            } catch {
                throw CommandFailure(.unexpected, [Diagnostic(.outputUnwritable, "cannot write \(path): \(error)")])
            }
        }
        world.note("wrote \(units.count) files to \(out)\n")
    }

    /// The pools' targets, what is kept off CPUs, and the host they are for where that is known.
    private func targets(
        _ world: World
    ) throws -> (pools: [PoolID: PageCount], isolation: CPUIsolation?, facts: HostFacts?) {
        if let site {
            let session = try PlanningSession(site: site, host: host, world: world)
            guard [.changes, .noChanges].contains(session.result.plan.verdict) else {
                throw CommandFailure(
                    session.status(detailed: false), session.result.plan.diagnostics, sources: session.sources)
            }
            return (session.result.poolTargets, session.result.isolation, session.facts)
        }
        let file = BootFile.read(FilePath(bootFile))
        guard let boot = file.value else { throw CommandFailure(.inputMissing, file.diagnostics) }
        let found =
            try host.facts.map { try FactsInput(file: $0, world: world) }
            ?? (try? FactsInput(root: host.root, libvirt: .none))
        let pools = Dictionary(boot.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
        return (pools, boot.isolation, found?.facts)
    }
}
