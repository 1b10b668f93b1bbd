internal import CLinux
internal import Glibc
internal import SystemPackage

/// The files of one host below a root: `/`, or the folder of a captured machine.
///
/// Under `/` symbolic links are followed, as sysfs is full of them. Under any other root a link is followed only where it
/// stays inside that root, so that a captured tree never answers with the files of the machine it is looked at on.
struct HostFiles: Sendable {
    /// The root as it was given.
    let root: FilePath
    /// The root without links, or nil when there is no such folder. Texts, for a host has thousands of files to read.
    private let realRoot: String?

    /// Whether this is the running machine.
    var isLive: Bool { realRoot == "/" }
    /// Whether the root is there.
    var exists: Bool { realRoot != nil }

    init(root: FilePath) {
        self.root = root
        realRoot = try? HostFiles.resolved(root.string)
    }

    /// The whole path of a file named from the root: `sys/devices/system/cpu/online`.
    func path(_ name: String) -> FilePath { root.appending(name) }

    /// The text of a file, or nil when it does not exist. Bytes that are not UTF-8 become U+FFFD.
    func text(_ name: String, limit: Int = 1 << 20) throws(SysfsError) -> String? {
        guard let path = try located(name) else { return nil }
        let file = try Descriptor(path, O_RDONLY | lastLink)
        guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: self.path(name)) }
        return String(decoding: try file.readAll(limit: limit), as: UTF8.self)
    }

    /// The names in a folder, ascending, or nil when it does not exist.
    func names(in name: String) throws(SysfsError) -> [String]? {
        guard let path = try located(name) else { return nil }
        guard let folder = opendir(path) else { throw .failed(.list, path: self.path(name), .current) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    /// The names on the way to which a symbolic link leads, the last one its target's: `pci0000:3a`, `0000:3a:00.0`. Empty for what is
    /// no link; what the link itself says counts, whether its target is there or not.
    func linkParts(_ name: String) -> [String] {
        guard realRoot != nil,
            let target = try? Descriptor(path(name).string, OPEN_NAME_ONLY | O_NOFOLLOW).linkTarget()
        else { return [] }
        return target.split(separator: "/").map(String.init).filter { $0 != ".." && $0 != "." }
    }

    /// The name of that to which a symbolic link leads, or nil for what is no link.
    func linkName(_ name: String) -> String? { linkParts(name).last }

    /// Opens an existing regular file for writing; never makes one.
    func openForWriting(_ name: String) throws(SysfsError) -> Descriptor {
        guard let path = try located(name) else {
            throw .failed(.open, path: self.path(name), .noSuchFileOrDirectory)
        }
        let file = try Descriptor(path, O_WRONLY | O_TRUNC | lastLink)
        guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: self.path(name)) }
        return file
    }

    /// Writes a line to a file of the kernel.
    func write(line: String, to name: String) throws(SysfsError) {
        try openForWriting(name).writeAll(Array("\(line)\n".utf8))
    }

    /// Whether nobody has the right to write the file, whoever that is; false as well where it does not exist.
    func isReadOnly(_ name: String) -> Bool {
        guard let path = try? located(name) else { return false }
        return (try? Descriptor(path, OPEN_NAME_ONLY).status().st_mode & 0o222 == 0) ?? false
    }

    /// Whether this process may write the file, as the system judges it.
    func mayWrite(_ name: String) -> Bool {
        guard let path = try? located(name) else { return false }
        return access(path, W_OK) == 0
    }

    /// Where a file really is, or nil when it does not exist.
    private func located(_ name: String) throws(SysfsError) -> String? {
        guard let realRoot else { return nil }
        let path = "\(root.string)/\(name)"
        guard isThere(path) else { return nil }
        guard !isLive else { return path }
        let real = try HostFiles.resolved(path)
        guard real == realRoot || real.hasPrefix("\(realRoot)/") else { throw .outsideRoot(path: self.path(name)) }
        return real
    }

    /// Below a root that is not `/` the path is free of links already; one that appears since is refused.
    private var lastLink: CInt { isLive ? 0 : O_NOFOLLOW }

    private static func resolved(_ path: String) throws(SysfsError) -> String {
        guard let text = realpath(path, nil) else { throw .failed(.resolve, path: FilePath(path), .current) }
        defer { free(text) }
        return String(cString: text)
    }
}

/// Whether there is something of that name, be it a link that leads nowhere.
private func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
}
