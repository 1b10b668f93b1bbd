internal import CLinux
internal import Glibc
public import SystemPackage

/// Runs this program again, on its own: in a session of its own, without a terminal and without any of this process's files, so that
/// it goes on when the terminal, the session and this process are gone.
public enum DetachedProgram {
    /// The file of the program that runs.
    public static var path: FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return FilePath(String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Starts `program` with these arguments, each as it is: no shell sees them.
    ///
    /// - Returns: The number of its process.
    /// - Throws: ``SysfsError`` with the system's code.
    public static func start(_ program: FilePath, _ arguments: [String]) throws(SysfsError) -> Int {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for number in 0...2 as ClosedRange<CInt> {
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
        }
        // Whoever waits for this process by what it has inherited must not wait for that one.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | newSession)
        var words: [UnsafeMutablePointer<CChar>?] = ([program.string] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, program.string, &actions, &attributes, &words, environ)
        guard code == 0 else { throw .failed(.start, path: program, Errno(rawValue: code)) }
        return Int(process)
    }

    /// `POSIX_SPAWN_SETSID`, which glibc declares for _GNU_SOURCE alone.
    private static let newSession: Int16 = 0x80
}

extension DetachedProgram {
    /// Waits for a process that ``start(_:_:)`` has started.
    ///
    /// - Returns: What it ended with; 128 and the signal's number when a signal ended it.
    public static func status(of process: Int) -> Int {
        var status: CInt = 0
        guard retrying({ waitpid(pid_t(process), &status, 0) }) == process else { return 127 }
        return status & 0x7f == 0 ? Int(status >> 8) & 0xff : 128 + Int(status & 0x7f)
    }
}
