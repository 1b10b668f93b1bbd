import Foundation

/// The parts of a command's manual page that follow from the parser's own definitions: which words it takes, and what its help says
/// of each.
struct ManualOptions {
    let verb: CommandTree.Command
    /// All options of the program, as `Fl` takes them.
    let flags: Set<String>

    private var positionals: [CommandTree.Command.Argument] {
        (verb.arguments ?? []).filter { $0.shouldDisplay && $0.kind == "positional" }
    }

    /// The lines of the section SYNOPSIS.
    var synopsis: String {
        let names = [verb.commandName] + (verb.aliases ?? [])
        let words = positionals.map { $0.isOptional ? ".Op \($0.placeholder)" : ".\($0.placeholder)" }
        let options = verb.options.map { option in
            let word = "Fl \(option.flags.joined(separator: " | "))\(option.value)"
            return option.isOptional ? ".Op \(word)" : ".\(word)"
        }
        return ([".Nm numactl-plan", ".Cm \(names.joined(separator: " | "))"] + words + options)
            .map { $0 + "\n" }.joined()
    }

    /// The lines of the section OPTIONS; empty when there is nothing to say.
    var options: String {
        let items =
            positionals.map { ".It \($0.placeholder)\n" + $0.words(flags) }
            + verb.options.map { ".It Fl \($0.flags.joined(separator: " , "))\($0.value)\n" + $0.words(flags) }
        return items.isEmpty ? "" : ".Bl -tag -width indent\n\(items.joined()).El\n"
    }
}

extension CommandTree.Command.Argument {
    /// What stands for the value: its words, or its name.
    fileprivate var placeholder: String {
        (allValues.map { "Cm " + $0.joined(separator: " | ") } ?? "Ar \(valueName ?? "")") + (isRepeating ? " ..." : "")
    }

    /// What follows the option, with a blank before it; nothing for a flag.
    fileprivate var value: String { kind == "option" ? " \(placeholder)" : "" }

    /// What the help says, one sentence a line.
    fileprivate func words(_ flags: Set<String>) -> String {
        var text = [abstract, discussion].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        for value in allValues ?? [] {
            guard let description = allValueDescriptions?[value], description != value else { continue }
            text += " \(value): \(description)"
            if text.last != "." { text += "." }
        }
        if let standard = defaultValue, kind == "option" { text += " Default: \(standard)." }
        return text.mdocLines(flags)
    }
}

extension String {
    /// Sentences as lines of mdoc, each ended.
    ///
    /// - Parameter flags: The program's options as `Fl` takes them.
    func mdocLines(_ flags: Set<String>) -> String { sentences.flatMap { $0.mdoc(flags) }.map { $0 + "\n" }.joined() }

    /// The sentences; a full stop ends one when a blank and a capital or an option follow.
    fileprivate var sentences: [String] {
        var (start, found) = (startIndex, [String]())
        for end in matches(of: /[.!?]\)? (?=[A-Z(-])/).map(\.range.upperBound) {
            found.append(String(self[start..<end]).trimmingCharacters(in: .whitespaces))
            start = end
        }
        return found + [String(self[start...]).trimmingCharacters(in: .whitespaces)]
    }

    /// A sentence as lines of mdoc: options and paths are set apart, so that they look and can be searched for as such. Options of
    /// other programs stay words.
    fileprivate func mdoc(_ flags: Set<String>) -> [String] {
        var (lines, line) = ([String](), [String]())
        for word in split(separator: " ").map(String.init) {
            guard let parts = word.wholeMatch(of: /(-(-?[a-z][a-z-]*)|\/[\w.\/-]*\w)([).,;:]*)/)?.output,
                parts.2.map({ flags.contains(String($0)) }) ?? true
            else {
                line.append(word.replacing("\\", with: "\\e"))
                continue
            }
            if !line.isEmpty { lines.append(line.joined(separator: " ")) }
            line = []
            lines.append(".\(parts.2.map { "Fl \($0)" } ?? "Pa \(parts.1)")\(parts.3.map { " \($0)" }.joined())")
        }
        if !line.isEmpty { lines.append(line.joined(separator: " ")) }
        return lines.map { $0.hasPrefix("'") ? "\\&\($0)" : $0 }
    }
}
