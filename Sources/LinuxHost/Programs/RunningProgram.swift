internal import Glibc

/// The program that this process runs.
public enum RunningProgram {
    /// Its path, where it is this program and not a test of it, and the path can stand in a unit; else where packages install it.
    public static var path: String {
        let standard = "/usr/bin/numactl-plan"
        guard let text = realpath("/proc/self/exe", nil) else { return standard }
        defer { free(text) }
        let path = String(cString: text)
        let isPlain = path.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"%\"'\\$;".utf8.contains($0) }
        return path.hasSuffix("/numactl-plan") && isPlain ? path : standard
    }
}
