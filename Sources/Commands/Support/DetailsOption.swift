internal import ArgumentParser
internal import Planning
internal import Rendering

/// Of which guests every setting is shown.
struct DetailsOption: ParsableArguments {
    /// What stands for all guests: no guest has that name.
    private static let all = "*"

    @Option(
        help: ArgumentHelp(
            "Show every setting that changes: of all guests or of the named ones; may be repeated.",
            valueName: "guest"), completion: .offering { $0.guestList })
    var details: [String] = []

    /// The same as a plan's rendering takes it.
    var choice: PlanDetails {
        let names = details.flatMap { $0.split(separator: ",").map(String.init) }
        return names.contains(DetailsOption.all) ? .all : names.isEmpty ? .none : .guests(Set(names))
    }

    /// Refuses a name that no guest has.
    ///
    /// - Throws: ``CommandFailure`` with 64.
    func demandKnown(_ known: [String]) throws {
        guard case .guests(let names) = choice else { return }
        try CommandFailure.demandKnown(names, known, option: "--details")
    }

    /// The arguments with a guest after each `--details`: all where none is named. What looks like an option, a file or the end is no
    /// guest's name.
    static func completed(_ arguments: [String]) -> [String] {
        arguments.enumerated().flatMap { index, word -> [String] in
            guard word == "--details" else { return [word] }
            let next = index + 1 < arguments.count ? arguments[index + 1] : "-"
            let isFile = [".yaml", ".yml", ".json", ".plan"].contains { next.hasSuffix($0) } || next.contains("/")
            return next.hasPrefix("-") || isFile ? ["--details=\(all)"] : [word]
        }
    }
}
