import Foundation
import Testing

/// The commands of a text's `console` blocks with what they print, as far as they are the same on every machine.
///
/// A block's lines are commands after `$ `, the text that they read after `> `, and output. Of a shell this knows `| head -n N`,
/// `| tail -n N`, a text to read (`<<'END'`), output into a file (`> site.yaml`) that later commands of the block read, `cat` and
/// `echo $?`. A block in which all commands are among `numactl-plan` on a facts file or without any host, `cat` and `echo $?` is run;
/// others are left alone.
struct Transcript {
    struct Step: Equatable {
        var command: String
        var input: [String] = []
        var output: [String] = []

        var lines: [String] { ["$ \(command)"] + input.map { "> \($0)" } + output }

        /// Whether it does the same on every machine.
        var isPortable: Bool {
            let words = command.split(separator: " ")
            if command == "echo $?" || words.first == "cat" { return true }
            return words.first == "numactl-plan" && (words.contains("--facts") || words.dropFirst().first == "validate")
        }
    }

    enum Part {
        case text(String)
        case steps([Step])
    }

    /// The text cut into lines that stay and blocks that can be run.
    var parts: [Part] = []

    init(_ text: String) {
        var block: [String]?
        for line in text.components(separatedBy: "\n") {
            guard let lines = block else {
                parts.append(.text(line))
                if line == "```console" { block = [] }
                continue
            }
            guard line == "```" else {
                block?.append(line)
                continue
            }
            let steps = Transcript.steps(lines)
            if !steps.isEmpty, steps.allSatisfy(\.isPortable) {
                parts.append(.steps(steps))
            } else {
                parts += lines.map(Part.text)
            }
            parts.append(.text(line))
            block = nil
        }
    }

    private static func steps(_ lines: [String]) -> [Step] {
        var steps: [Step] = []
        for line in lines {
            if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if steps.isEmpty {
                return []
            } else if line.hasPrefix("> ") {
                steps[steps.count - 1].input.append(String(line.dropFirst(2)))
            } else {
                steps[steps.count - 1].output.append(line)
            }
        }
        return steps
    }

    /// The blocks that can be run.
    var blocks: [[Step]] { parts.compactMap { if case .steps(let steps) = $0 { steps } else { nil } } }

    /// The same text with what the commands print now.
    func played() throws -> String {
        try parts.flatMap { part in
            switch part {
            case .text(let line): [line]
            case .steps(let steps): try Transcript.play(steps).flatMap(\.lines)
            }
        }.joined(separator: "\n")
    }

    /// Runs a block from the package's root.
    static func play(_ steps: [Step]) throws -> [Step] {
        var status: Int32 = 0
        var files: [String: String] = [:]
        return try steps.map { step in
            var step = step
            let (text, end) = try play(step, after: status, &files)
            status = end
            step.output = text.isEmpty ? [] : text.components(separatedBy: "\n")
            if step.output.last == "" { step.output.removeLast() }
            return step
        }
    }

    private static func play(
        _ step: Step, after status: Int32, _ files: inout [String: String]
    ) throws -> (String, Int32) {
        if step.command == "echo $?" { return ("\(status)\n", 0) }
        let stages = step.command.components(separatedBy: " | ")
        var words = stages[0].split(separator: " ").map(String.init)
        if let place = words.firstIndex(where: { $0.hasPrefix("<<") }) {
            let end = words.remove(at: place).trimmingCharacters(in: CharacterSet(charactersIn: "<'"))
            try #require(step.input.last == end)
            files["-"] = step.input.dropLast().map { $0 + "\n" }.joined()
        }
        if words[0] == "cat", let text = files[words[1]] { return (text, 0) }
        if words[0] == "cat" {
            return (try String(contentsOf: packageRoot.appending(path: words[1]), encoding: .utf8), 0)
        }
        let target = words.firstIndex(of: ">").map { Array(words[$0...]) }
        words.removeLast(target?.count ?? 0)
        let run = CommandRun(Array(words.dropFirst()), files: files, folder: packageRoot, width: 80)
        if let target {
            files[target[1]] = run.output
            return (run.errors, run.status)
        }
        let text = try stages.dropFirst().reduce(run.output + run.errors, cut)
        return (text, stages.count == 1 ? run.status : 0)
    }

    /// What `head -n N` or `tail -n N` leave of a text.
    private static func cut(_ text: String, by stage: String) throws -> String {
        let words = stage.split(separator: " ")
        try #require(words.count == 3 && words[1] == "-n", "\(stage) is beyond this shell")
        let count = try #require(Int(words[2]))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let kept = words[0] == "head" ? lines.prefix(count) : lines.suffix(count)
        return kept.map { $0 + "\n" }.joined()
    }
}
