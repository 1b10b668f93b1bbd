internal import FoundationEssentials
internal import Glibc

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
    /// Whether standard output may be coloured.
    public var hasColor: Bool
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

    /// Puts a world together; without other word its folders, its clock and its timers are the machine's.
    public init(
        say: @escaping (String) -> Void, warn: @escaping (String) -> Void, ask: @escaping (String) -> String?,
        read: @escaping (_ path: String, _ limit: Int) throws -> [UInt8], hasColor: Bool, hostName: String,
        list: @escaping (_ path: String) -> [String]? = InputFile.names(in:), now: @escaping () -> Int64 = World.clock,
        startLater: @escaping StartLater = World.startThisProgram
    ) {
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

    /// The machine's clock.
    public static func clock() -> Int64 { Int64(Date().timeIntervalSince1970) }

    /// The process's own streams and files.
    public static var live: World {
        World(
            say: { write($0, to: STDOUT_FILENO) },
            warn: { write($0, to: STDERR_FILENO) },
            ask: { question in
                guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
                write(question, to: STDERR_FILENO)
                return readLine()
            },
            read: InputFile.read,
            hasColor: isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR") == nil && variable("TERM") != "dumb",
            hostName: machineName)
    }

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

    /// Writes all of a text. A reader that has gone (`| head`) ends the output and is no error.
    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
