internal import ArgumentParser
internal import Diagnostics
internal import FoundationEssentials
internal import LinuxHost
internal import Planning
internal import SystemPackage
internal import XMLTree

struct RenderCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Write the domain definitions that apply would define.",
        discussion: "Writes one file DIR/NAME.xml per guest with --out, otherwise all to standard output.")

    @OptionGroup var site: SiteArgument
    @Argument(
        help: ArgumentHelp("Write the definitions of these guests only.", valueName: "guest"),
        completion: .offering(\.guests))
    var guests: [String] = []

    @OptionGroup var host: HostOptions

    @Option(
        help: ArgumentHelp("Write NAME.xml for each guest into this folder.", valueName: "dir"),
        completion: .directory) var out: String?

    func run(in world: World) throws {
        try report(in: world) {
            let session = try PlanningSession(site: site.site, host: host, world: world)
            let plan = session.result.plan
            world.tell(plan.diagnostics, sources: session.sources)
            guard [.changes, .noChanges].contains(plan.verdict) else { return session.status(detailed: false) }
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
