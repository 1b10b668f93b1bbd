internal import ArgumentParser
internal import Rendering

/// How a plan is shown, and what is shown with it.
struct ReviewOptions: ParsableArguments {
    @Option(help: "Output format.") var format: PlanFormat = .text

    @Flag(help: "Also show the managed parts of the definitions as a unified XML diff.") var xml = false

    @OptionGroup var details: DetailsOption

    @Option(
        help: ArgumentHelp(
            "With --format markdown: omit details and rows beyond this size (at least \(PlanMarkdown.leastBytes)).",
            valueName: "bytes"))
    var maxBytes = PlanMarkdown.standardBytes

    @Option(
        help: ArgumentHelp(
            "Warn, and exit 14, if the facts are older than this (such as 24h or 7d) or undated.",
            valueName: "age"))
    var maxFactsAge: DurationText?

    func validate() throws {
        if maxBytes < PlanMarkdown.leastBytes {
            throw ValidationError("--max-bytes takes \(PlanMarkdown.leastBytes) or more.")
        }
        if xml, !format.hasDefinitions {
            throw ValidationError("--xml needs --format text, markdown or html.")
        }
    }
}
