internal import ArgumentParser
internal import Rendering

struct SchemaCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of a file format, for editors and checks.",
        discussion: """
            The schema is draft-07. It is made from the tables that the reader of the site file walks; what joins several keys \
            is left to the validate command.
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable { case site }

    @Argument(help: ArgumentHelp("The format.", valueName: "format")) var subject: Subject = .site

    func run(in world: World) throws {
        switch subject {
        case .site: world.say(try JSONText.of(SiteJSONSchema.document))
        }
    }
}
