internal import ArgumentParser
internal import Rendering

struct SchemaCommand: WorldCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of a file format, for editors and checks.",
        discussion: """
            The schema is draft-07. That of the site file is generated from the parser's tables of keys; rules about several keys are \
            checked by the validate command. facts is the format that --facts reads; plan and fleet-plan are what the plan \
            command prints as JSON, for one host and for all.
            """)

    enum SchemaSubject: String, ExpressibleByArgument, CaseIterable {
        case site, facts, plan
        case fleetPlan = "fleet-plan"
    }

    @Argument(help: ArgumentHelp("The format.", valueName: "format")) var subject: SchemaSubject = .site

    func run(in world: World) throws {
        switch subject {
        case .site: world.say(try JSONText.of(SiteJSONSchema.document))
        case .facts: world.say(try JSONText.of(FactsJSONSchema.document))
        case .plan: world.say(try JSONText.of(PlanJSON.schema))
        case .fleetPlan: world.say(try JSONText.of(FleetJSON.schema))
        }
    }
}
