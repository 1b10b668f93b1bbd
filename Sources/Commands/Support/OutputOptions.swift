internal import ArgumentParser
internal import Planning
internal import Rendering

/// How much a command says, and whether in colour.
struct OutputOptions: ParsableArguments {
    @Option(help: "Colour the output: on a terminal unless NO_COLOR is set, always, or never.")
    var color: ColorChoice = .auto

    @Flag(name: .shortAndLong, help: "Print errors only; no text on standard output, no warnings.") var quiet = false
}

/// When the output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

/// A command that reports to people in a text that may be coloured or left out.
protocol ReportingCommand: WorldCommand {
    var output: OutputOptions { get }
    /// Whether the result is a text for people, and no document that was asked for by its form.
    var isText: Bool { get }
}

extension ReportingCommand {
    func shown(in world: World) -> World {
        var shown = world
        switch output.color {
        case .auto: break
        case .always: shown.hasColor = true
        case .never: shown.hasColor = false
        }
        guard output.quiet else { return shown }
        shown.isQuiet = true
        shown.progress = nil
        if isText { shown.say = { _ in } }
        return shown
    }
}
