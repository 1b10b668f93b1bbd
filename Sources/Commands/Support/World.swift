internal import Diagnostics
internal import Execution
internal import FoundationEssentials
internal import Glibc
public import LinuxHost
internal import Rendering

/// What a command sees of the process that it runs in.
public struct World {
    /// Writes to standard output; nothing is added.
    public var say: (String) -> Void
    /// Writes to standard error; nothing is added.
    public var warn: (String) -> Void
    /// Reads one line from the operator, or nil when nobody is there to answer.
    public var ask: (String) -> String?
    /// Reads a whole file, at most `limit` bytes; `-` is standard input.
    public var read: (_ path: String, _ limit: Int) throws -> [UInt8]
    /// Reads a whole file as ``read`` does, with what is known of who could have written it.
    public var inspect: (_ path: String, _ limit: Int) throws -> FileContents
    /// Whether the command changes the host: it then follows no file that another user can change.
    public var isWriting = false
    /// Why standard output could not be written, once; nil while all is well.
    public var outputFailure: () -> OutputFailure?
    /// Whether standard output may be coloured.
    public var hasColor: Bool
    /// How many columns a line on standard output has.
    public var width = standardWidth
    /// How many columns a line on standard error has.
    public var errorWidth = standardWidth
    /// Draws on the terminal at standard error, for progress; nil where that is no terminal.
    public var progress: ProgressTerminal?
    /// Whether only errors are said of what is found.
    var isQuiet = false
    /// The machine's own host name.
    public var hostName: String
    /// The names in a folder, in any order; nil for what is no folder, or may not be read.
    public var list: (_ path: String) -> [String]?
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    public var now: () -> Int64
    /// Starts this program again after a delay, on its own, whatever becomes of this process; the transaction names the timer.
    public var startLater: StartLater

    /// Has the program run with these arguments for a transaction, after a delay.
    public typealias StartLater = (_ arguments: [String], _ transaction: String, _ delay: Duration) throws -> Void

    /// Without other word its folders, its clock and its timers are the machine's.
    public init(
        say: @escaping (String) -> Void, warn: @escaping (String) -> Void, ask: @escaping (String) -> String?,
        read: @escaping (_ path: String, _ limit: Int) throws -> [UInt8], hasColor: Bool, hostName: String,
        list: @escaping (_ path: String) -> [String]? = InputFile.names(in:), now: @escaping () -> Int64 = World.clock,
        startLater: @escaping StartLater = World.startThisProgram,
        inspect: ((_ path: String, _ limit: Int) throws -> FileContents)? = nil,
        outputFailure: @escaping () -> OutputFailure? = { nil }
    ) {
        self.inspect = inspect ?? { FileContents(try read($0, $1)) }
        self.outputFailure = outputFailure
        self.list = list
        self.say = say
        self.warn = warn
        self.ask = ask
        self.read = read
        self.hasColor = hasColor
        self.hostName = hostName
        self.now = now
        self.startLater = startLater
    }

    /// Shows findings on standard error: errors only where that is asked for.
    func tell(_ findings: [Diagnostic], sources: [SourceText] = []) {
        let shown = isQuiet ? findings.filter { $0.severity == .error } : findings
        if !shown.isEmpty { warn(DiagnosticText(sources: sources, width: errorWidth).render(shown)) }
    }

    /// Says on standard error what was done besides, unless only errors are asked for.
    func note(_ text: String) { if !isQuiet { warn(text) } }

    /// The machine's clock.
    public static func clock() -> Int64 { UnixTime.now.milliseconds / 1_000 }

    /// The process's own streams and files.
    public static var live: World {
        StandardStreams.fillGaps()
        let output = Output()
        var world = World(
            say: { output.write($0) },
            warn: { _ = write($0, to: STDERR_FILENO) },
            ask: { question in
                guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
                _ = write(question, to: STDERR_FILENO)
                return readLine()
            },
            read: { try InputFile.inspect($0, limit: $1).bytes },
            hasColor: isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR") == nil && variable("TERM") != "dumb",
            hostName: machineName, inspect: { try InputFile.inspect($0, limit: $1) },
            outputFailure: { output.failure })
        world.width = columns(of: STDOUT_FILENO)
        world.errorWidth = columns(of: STDERR_FILENO)
        if isatty(STDERR_FILENO) == 1, variable("TERM") != "dumb" {
            world.progress = ProgressTerminal(width: world.errorWidth) { text in
                UnfinishedLine.wipeWhenEnded()
                _ = write(text, to: STDERR_FILENO)
            }
        }
        return world
    }

    /// The width of the terminal that a stream goes to; what COLUMNS says goes before that.
    private static func columns(of stream: Int32) -> Int {
        if let said = variable("COLUMNS").flatMap({ Int($0) }), said > 0 { return max(leastWidth, said) }
        var size = winsize()
        guard isatty(stream) == 1, ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return standardWidth
        }
        return max(leastWidth, Int(size.ws_col))
    }

    /// Text is laid out for no fewer columns.
    private static let leastWidth = 40

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static var machineName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "localhost" }
        return withUnsafeBytes(of: name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Writes all of a text; the system's code of the call that failed, or nil.
    fileprivate static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? EIO : errno }
            bytes = bytes.dropFirst(count)
        }
        return nil
    }
}

/// Why standard output could not be written.
public enum OutputFailure: Hashable, Sendable {
    /// Its reader has gone, of which nothing is said.
    case readerGone
    /// The system's words for it.
    case failed(String)
}

/// Standard output. It ends with the first write that fails. A reader that has gone (`| head`) knows that it did not read all, and
/// is not told; the program still ends as one whose result was not taken.
private final class Output {
    private(set) var failure: OutputFailure?

    func write(_ text: String) {
        guard failure == nil, let code = World.write(text, to: STDOUT_FILENO) else { return }
        failure = code == EPIPE ? .readerGone : .failed(String(cString: strerror(code)))
    }
}
