internal import ArgumentParser
internal import Diagnostics
internal import FoundationEssentials
internal import HostModel
internal import LinuxHost
internal import Placement
internal import Planning
internal import SiteFile
internal import SystemPackage
internal import XMLTree

struct RenderCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Write the domain definitions that apply would define.",
        discussion: """
            Writes one file DIR/NAME.xml per guest with --out, otherwise all to standard output. With --actor, writes the CPUs of \
            one actor instead, for that program's own configuration.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case list, mask }

    @OptionGroup var site: SiteArgument
    @Argument(
        help: ArgumentHelp("Write the definitions of these guests only.", valueName: "guest"),
        completion: .offering(\.guests))
    var guests: [String] = []

    @OptionGroup var host: HostOptions

    @Option(
        help: ArgumentHelp("Write NAME.xml for each guest into this folder.", valueName: "dir"),
        completion: .directory) var out: String?

    @Option(
        help: ArgumentHelp("Write the CPUs of this actor.", valueName: "name"), completion: .offering(\.actors))
    var actor: String?

    @Option(help: "With --actor: write a list (default) such as 2,18, or a mask such as 0x40004.") var format: Format?

    func validate() throws {
        guard actor != nil else {
            if format != nil { throw ValidationError("--format needs --actor.") }
            return
        }
        if !guests.isEmpty || out != nil {
            throw ValidationError("--actor writes no definitions: it cannot be combined with guests or --out.")
        }
    }

    func run(in world: World) throws {
        try report(in: world) {
            let session = try PlanningSession(site: site.site, host: host, world: world)
            let plan = session.result.plan
            world.tell(plan.diagnostics, sources: session.sources)
            guard [.changes, .noChanges].contains(plan.verdict) else { return session.status(detailed: false) }
            if let actor {
                let cpus = try cpus(of: actor, session)
                world.say((format == .mask ? cpus.mask : cpus.description) + "\n")
                return .done
            }
            let definitions = try chosen(session)
            session.warnOfRedaction(world)
            guard let out else {
                for definition in definitions { world.say(XMLWriter.write(definition.document)) }
                return .done
            }
            try write(definitions, to: FilePath(out))
            world.note("wrote \(definitions.count) definitions to \(out)\n")
            return .done
        }
    }

    /// The CPUs that an actor has after apply.
    private func cpus(of actor: String, _ session: PlanningSession) throws -> CPUSet {
        let actors = session.policy.actors.map(\.name.value)
        guard actors.contains(actor),
            let place = session.result.plan.placement.actors.first(where: { $0.name == actor })
        else {
            let meant = suggestion(for: actor, among: actors).map { "did you mean \($0)?" }
            throw CommandFailure(
                .usage,
                [Diagnostic(.unknownGuest, "the host's entry has no actor '\(displayable(actor))'", hint: meant)])
        }
        return place.cpus
    }

    /// The definitions of the guests that were named, or of all.
    private func chosen(_ session: PlanningSession) throws -> [GuestDefinition] {
        let all = session.result.definitions
        let known = all.map(\.name)
        if let unknown = guests.first(where: { !known.contains($0) }) {
            let meant = suggestion(for: unknown, among: known).map { "did you mean \($0)?" }
            throw CommandFailure(
                .usage, [Diagnostic(.unknownGuest, "the plan has no definition of a guest '\(unknown)'", hint: meant)])
        }
        return guests.isEmpty ? all : all.filter { guests.contains($0.name) }
    }

    private func write(_ definitions: [GuestDefinition], to folder: FilePath) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            for definition in definitions {
                let text = XMLWriter.write(definition.document)
                try AtomicFile.write(
                    Array(text.utf8), to: folder.appending("\(definition.name).xml"),
                    permissions: .ownerReadWrite)
            }
        } catch let error as SysfsError {
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected, [Diagnostic(.outputUnwritable, "\(error)")])
        } catch {
            throw CommandFailure(.unexpected, [Diagnostic(.outputUnwritable, "cannot create the folder \(folder)")])
        }
    }
}
