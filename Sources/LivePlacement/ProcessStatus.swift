public import HostModel

/// The texts of `/proc/PID/task/TID/status` and `/proc/uptime`.
public enum ProcessStatus {
    /// The CPUs on which a thread may run, from its `status`; nil when the text does not tell.
    public static func allowedCPUs(in text: String) -> CPUSet? {
        let key = "Cpus_allowed_list:"
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return nil }
        let list = line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first
        return list.flatMap { try? CPUSet(parsing: $0) }
    }

    /// The last part of the control group that libvirt has put a thread into, from its `cgroup`: `emulator`, `vcpu0`, `iothread1`;
    /// nil where the text tells of none.
    public static func group(in text: String) -> String? {
        for line in text.split(separator: "\n") {
            guard let last = line.split(separator: "/").last, line.contains("/libvirt/") else { continue }
            return String(last)
        }
        return nil
    }

    /// The whole seconds that the machine has run, from `/proc/uptime`; nil when the text does not tell.
    public static func uptime(in text: String) -> UInt64? { UInt64(text.prefix { $0.isASCII && $0.isNumber }) }
}
