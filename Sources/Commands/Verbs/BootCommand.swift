internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import LinuxHost
internal import SystemPackage

struct BootCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot", abstract: "Reserve huge pages from the file that apply compiled.",
        discussion: """
            For the unit numactl-plan-hugepages.service: needs no site file, no libvirt and no network. A short grant is kept. \
            numactl-plan=off on the kernel's command line makes it do nothing, numactl-plan=report only report.
            """)

    enum Emission: String, ExpressibleByArgument, CaseIterable { case kernelArgs = "kernel-args" }

    @Argument(
        help: ArgumentHelp(
            "With --emit: take the targets from this site file instead of the boot file.", valueName: "site"),
        completion: .siteFile)
    var site: String?

    @OptionGroup var host: HostOptions

    @Option(help: ArgumentHelp("The compiled file.", valueName: "file"), completion: .jsonFile) var bootFile = BootFile
        .standardPath.string

    @Option(help: ArgumentHelp("Print what to boot with instead of reserving anything.", valueName: "what")) var emit:
        Emission?

    @Option(help: ArgumentHelp("How long growing pools may take.", valueName: "seconds")) var growTimeout = 60

    func validate() throws {
        if site != nil, emit == nil { throw ValidationError("A site file goes with --emit only.") }
        if !(0...86_400).contains(growTimeout) { throw ValidationError("--grow-timeout takes 0 to 86400 seconds.") }
    }

    func run(in world: World) throws {
        try report(in: world) { emit == nil ? try reserve(world) : try emitArguments(world) }
    }

    private func reserve(_ world: World) throws -> ExitStatus {
        let outcome = BootRun(root: FilePath(host.root ?? "/"), limits: .within(.seconds(growTimeout)))
            .run(FilePath(bootFile))
        for grant in outcome.grants {
            let line = "\(grant.pool.pageSize) cell \(grant.pool.cell): asked \(grant.asked), granted \(grant.granted)"
            world.say(line + "\n")
        }
        world.warn(DiagnosticText().render(outcome.diagnostics))
        switch outcome.verdict {
        case .complete, .reported, .disabled: return .done
        case .short: return .poolsShort
        case .mismatch: return .doesNotFit
        case .unusable:
            let isMissing = outcome.diagnostics.contains { $0.code == .sysfsUnreadable }
            return isMissing ? .inputMissing : .invalidInput
        }
    }

    private func emitArguments(_ world: World) throws -> ExitStatus {
        world.say(KernelArguments(try targets(world), atLeast: KernelArguments.bootPageSize).text + "\n")
        return .done
    }

    private func targets(_ world: World) throws -> [PoolID: PageCount] {
        if let site {
            let session = try PlanningSession(site: site, host: host, world: world)
            guard [.changes, .noChanges].contains(session.result.plan.verdict) else {
                throw CommandFailure(
                    session.status(detailed: false), session.result.plan.diagnostics, sources: session.sources)
            }
            return session.result.poolTargets
        }
        let file = BootFile.read(FilePath(bootFile))
        guard let boot = file.value else { throw CommandFailure(.inputMissing, file.diagnostics) }
        return Dictionary(boot.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
    }
}
