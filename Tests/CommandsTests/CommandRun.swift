import Commands
import Foundation
import LinuxHost
import Testing

/// What a command printed and ended with.
struct CommandRun {
    var status: Int32
    var output: String
    var errors: String

    /// Runs a command in this process.
    ///
    /// - Parameters:
    ///   - program: The program's own name, with which a command line begins.
    ///   - files: Files that exist only for this run, by name; `-` is standard input.
    ///   - time: The time that it is, in seconds since 1970; nil for the machine's.
    ///   - ticks: Whether it is a second later each time that somebody looks.
    ///   - folder: Where relative names start from.
    ///   - width: How many columns the terminal has; without it text has 80, and findings are not wrapped.
    ///   - startLater: What is done instead of starting this program later; without it there are no timers.
    ///   - outputFailure: Why standard output cannot be written.
    init(
        _ arguments: [String], program: [String] = ["numactl-plan"], files: [String: String] = [:],
        answer: String? = nil, time: Int64? = nil, ticks: Bool = false,
        folder: URL = examples, hostName: String = "test-host", width: Int? = nil, outputFailure: OutputFailure? = nil,
        startLater: @escaping World.StartLater = { _, _, _ in throw NoTimers() }
    ) {
        final class Streams { var (output, errors) = ("", "") }
        final class Clock { var looks: Int64 = 0 }
        let (streams, clock) = (Streams(), Clock())
        let live = World.live
        let absolute = { (path: String) in
            path.hasPrefix("/") || path == "-" ? path : folder.appending(path: path).path
        }
        var world = World(
            say: { streams.output += $0 }, warn: { streams.errors += $0 },
            ask: { question in
                streams.errors += question
                return answer
            },
            read: { path, limit in
                if let text = files[path] { return Array(text.utf8) }
                return try live.read(absolute(path), limit)
            },
            hasColor: false, hostName: hostName,
            list: { path in
                let named = files.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }
                return named.isEmpty ? live.list(absolute(path)) : named
            },
            now: {
                if ticks { clock.looks += 1 }
                return (time ?? World.clock()) + clock.looks
            }, startLater: startLater,
            inspect: { path, limit in
                if let text = files[path] { return FileContents(Array(text.utf8)) }
                return try live.inspect(absolute(path), limit)
            },
            outputFailure: { outputFailure })
        world.width = width ?? 80
        world.errorWidth = width ?? 10_000
        status = NumactlPlan.run(commandLine: program + arguments, in: world)
        (output, errors) = (streams.output, streams.errors)
    }
}

/// Why nothing can be started later: the program that runs is the tests themselves.
struct NoTimers: Error {}

/// The package's root.
let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The package's examples.
let examples = packageRoot.appending(path: "examples")
