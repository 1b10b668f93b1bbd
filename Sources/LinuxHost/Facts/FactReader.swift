internal import Diagnostics
internal import HostModel
internal import SystemPackage

/// Reads one host's files, and keeps what could not be read and what made no sense.
///
/// A file that does not exist is no finding by itself: kernels differ. A file that cannot be read is NP402, one that holds
/// something else than the kernel writes is NP404, a fact that no file tells is NP405. All are warnings: the rest goes on.
struct FactReader {
    let files: HostFiles
    private(set) var diagnostics: [Diagnostic] = []
    /// By cell: memory that the kernel keeps free.
    var lowWatermarks: [CellID: KiB] = [:]

    init(files: HostFiles) { self.files = files }

    /// The text of a file, or nil when it is absent or cannot be read.
    mutating func text(_ name: String, limit: Int = 1 << 20) -> String? {
        do {
            return try files.text(name, limit: limit)
        } catch {
            unreadable(error)
            return nil
        }
    }

    /// What a file holds, or nil when it is absent, cannot be read or makes no sense.
    mutating func value<Value>(_ name: String, as wanted: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = parse(text) { return value }
        garbled(name, "'\(SysfsText.excerpt(text))' is not \(wanted)")
        return nil
    }

    /// The set of a list file.
    mutating func list<Element>(_ name: String) -> IDSet<Element>? {
        value(name, as: "a list such as 0-3,8", SysfsText.list)
    }

    /// The CPUs that a list file names, else those of a mask file.
    mutating func cpus(list: String, mask: String) -> CPUSet? {
        self.list(list) ?? value(mask, as: "a mask such as 00000000,0000ffff", SysfsText.mask)
    }

    /// The number of a file.
    mutating func number(_ name: String) -> UInt64? {
        value(name, as: "a number") { SysfsText.number(SysfsText.trimmed($0)) }
    }

    /// The names in a folder, ascending; nil when it is absent or cannot be read.
    mutating func names(in folder: String) -> [String]? {
        do {
            return try files.names(in: folder)
        } catch {
            unreadable(error)
            return nil
        }
    }

    /// The numbers in the names of a folder's entries: 0 and 8 for `node0` and `node8`; ascending.
    mutating func numbers(in folder: String, after prefix: String) -> [Int]? {
        names(in: folder)?.compactMap { SysfsText.number(in: $0, after: prefix) }.sorted()
    }

    /// Notes that a file makes no sense.
    mutating func garbled(_ name: String, _ what: String) {
        diagnostics.append(Diagnostic(.sysfsGarbled, "\(files.path(name)): \(what)", severity: .warning))
    }

    /// Notes that a fact is not told by any file.
    mutating func missing(_ what: String, severity: Diagnostic.Severity = .warning, hint: String? = nil) {
        diagnostics.append(Diagnostic(.factMissing, what, severity: severity, hint: hint))
    }

    private mutating func unreadable(_ error: SysfsError) {
        diagnostics.append(Diagnostic(.sysfsUnreadable, "\(error)", severity: .warning))
    }
}
