internal import Glibc

/// The three open files that a program expects to start with.
public enum StandardStreams {
    /// Opens those of standard input, output and error that the caller closed, the wrong way round, so that their use fails.
    ///
    /// Left closed, their numbers would go to the first files that are opened, and what the program says would be written into a
    /// journal or into the lock.
    public static func fillGaps() {
        for (number, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is this one: those below it are open.
            _ = retrying { open("/dev/null", flags) }
        }
    }
}
