import Foundation

/// Runs a program to its end and measures it from outside.
struct Child {
    let time: Duration
    /// The largest resident set in MiB.
    let peak: Int
    /// The exit code, or nil when it did not run.
    let status: Int32?

    init(_ arguments: [String]) {
        var attributes = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&attributes)
        posix_spawn_file_actions_addopen(&attributes, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&attributes, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer {
            words.forEach { free($0) }
            posix_spawn_file_actions_destroy(&attributes)
        }
        var id: pid_t = 0
        var usage = rusage()
        var result: Int32 = 0
        var didRun = false
        time = ContinuousClock().measure {
            didRun = posix_spawn(&id, arguments[0], &attributes, nil, words, environ) == 0
            if didRun { didRun = wait4(id, &result, 0, &usage) == id }
        }
        status = didRun && result & 0x7F == 0 ? (result >> 8) & 0xFF : nil
        peak = Int(usage.ru_maxrss) / 1_024
    }
}
