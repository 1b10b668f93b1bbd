public import HostModel

/// What `/proc/PID/stat` tells of a process, or `/proc/PID/task/TID/stat` of a thread.
public struct ThreadStat: Hashable, Sendable {
    /// The name that it, or the kernel, has given it.
    public let name: String
    /// When it began, in clock ticks since the machine did.
    public let began: UInt64
    /// The CPU of its last run.
    public let cpu: CPU
    /// Whether the kernel lets nobody give it other CPUs (`PF_NO_SETAFFINITY`).
    public let isBound: Bool
    /// Whether it only waits for its end to be noticed.
    public let hasEnded: Bool

    /// Reads the line; nil when it is of another form.
    public init?(_ text: String) {
        // The second field is a name in parentheses that may hold anything, parentheses and blanks included.
        guard let begin = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), begin < end else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 36, let flags = UInt64(fields[6]), let began = UInt64(fields[19]),
            let cpu = Int(fields[36]), (0...maximumListNumber).contains(cpu)
        else { return nil }
        name = String(text[text.index(after: begin)..<end])
        self.began = began
        self.cpu = CPU(cpu)
        isBound = flags & 0x0400_0000 != 0
        hasEnded = ["Z", "X"].contains(fields[0])
    }
}
