import Foundation

/// The commands as the parser itself describes them.
struct CommandTree: Decodable {
    struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
            var valueName: String?
            var shouldDisplay: Bool
            var isOptional: Bool
            var isRepeating: Bool
            var abstract: String?
            var discussion: String?
            var allValues: [String]?
            var allValueDescriptions: [String: String]?
            var defaultValue: String?

            /// The option as it is typed, without the first `-`, as mdoc's `Fl` takes it, short names first; none for a positional
            /// argument.
            var flags: [String] {
                let (short, long) = (
                    (names ?? []).filter { $0.kind == "short" }, (names ?? []).filter { $0.kind == "long" }
                )
                return short.map(\.name) + long.map { "-" + $0.name }
            }
        }
        var commandName: String
        var abstract: String?
        var aliases: [String]?
        var arguments: [Argument]?
        var subcommands: [Command]?

        /// The options that an operator sees, without those that every command has.
        var options: [Argument] {
            (arguments ?? []).filter { $0.shouldDisplay && $0.kind != "positional" && !$0.isUniversal }
        }
    }
    var command: Command

    /// Asks the program, once: to describe every command takes it a second.
    static func read() throws -> CommandTree { try told.get() }

    private static let told = Result {
        let run = CommandRun(["--experimental-dump-help"])
        return try JSONDecoder().decode(CommandTree.self, from: Data(run.output.utf8))
    }

    /// The commands of the first level without the parser's own `help`.
    var verbs: [Command] { (command.subcommands ?? []).filter { $0.commandName != "help" } }
}

extension CommandTree.Command.Argument {
    fileprivate var isUniversal: Bool { flags.contains("-help") || flags.contains("-version") }
}
