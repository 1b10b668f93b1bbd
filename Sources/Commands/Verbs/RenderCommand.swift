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
        discussion: "With --out each guest's definition goes to DIR/NAME.xml, else all of them to standard output.")

    @OptionGroup var site: SiteArgument
    @OptionGroup var host: HostOptions

    @Option(
        help: ArgumentHelp("Write one NAME.xml for each guest into this folder.", valueName: "dir"),
        completion: .directory) var out: String?

    func run(in world: World) throws {
        try report(in: world) {
            let session = try PlanningSession(site: site.site, host: host, world: world)
            let plan = session.result.plan
            world.warn(DiagnosticText(sources: session.sources).render(plan.diagnostics))
            guard [.changes, .noChanges].contains(plan.verdict) else { return session.status(detailed: false) }
            session.warnOfRedaction(world)
            guard let out else {
                for definition in session.result.definitions { world.say(XMLWriter.write(definition.document)) }
                return .done
            }
            try write(session.result.definitions, to: FilePath(out))
            world.warn("wrote \(session.result.definitions.count) definitions to \(out)\n")
            return .done
        }
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
            throw CommandFailure(.unexpected, [Diagnostic(.outputUnwritable, "cannot make the folder \(folder)")])
        }
    }
}
