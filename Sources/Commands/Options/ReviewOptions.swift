internal import ArgumentParser
internal import Rendering

/// How a plan is shown, and what is shown with it.
struct ReviewOptions: ParsableArguments {
    @Option(help: "The output's form.") var format: PlanFormat = .text

    @Flag(help: "Add how definitions change as XML, as far as they are managed: a unified diff.") var xml = false

    @Option(
        help: ArgumentHelp(
            "With --format markdown: leave out details and rows beyond this size (at least \(PlanMarkdown.leastBytes)).",
            valueName: "bytes"))
    var maxBytes = PlanMarkdown.standardBytes

    @Option(
        help: ArgumentHelp(
            "Warn of facts that are older, such as 24h or 7d, or that do not say, and end with 14.",
            valueName: "age"))
    var maxFactsAge: DurationText?

    func validate() throws {
        if maxBytes < PlanMarkdown.leastBytes {
            throw ValidationError("--max-bytes takes \(PlanMarkdown.leastBytes) or more.")
        }
        if xml, ![.text, .markdown, .html].contains(format) {
            throw ValidationError("--xml goes with --format text, markdown or html.")
        }
    }

    /// Whether the form is a picture or a page, which only shows a plan.
    var isPicture: Bool { [.svg, .html].contains(format) }
}

/// How a plan is shown.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json, markdown, html, svg }
