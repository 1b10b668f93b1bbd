internal import CLinux
internal import Glibc
internal import SystemPackage

/// An open file or folder, and whether all that led to it can be trusted.
///
/// Every folder and link on the way is opened by its name in the folder before it, judged, and held open until the next one is:
/// what was judged is what was opened, whatever is renamed meanwhile.
struct TrustedFile: ~Copyable {
    /// The open file.
    let file: Descriptor
    /// The first thing on the way that is not to be trusted, the file included; nil when all is well.
    let doubt: FileDoubt?

    /// Opens a file for reading, or a folder with `O_DIRECTORY`. Relative paths start from the working folder.
    ///
    /// What the caller of this process opened itself (`/dev/stdin`, `/dev/fd/63`) is trusted as it is.
    /// - Throws: ``SysfsError`` with the call that failed.
    static func open(_ path: FilePath, _ flags: CInt = O_RDONLY) throws(SysfsError) -> TrustedFile {
        guard !isInherited(path) else {
            let file = try Descriptor(path, flags)
            try file.waitForData()
            return TrustedFile(file: file, doubt: nil)
        }
        var walk = try PathWalk(to: path)
        let file = try walk.open(flags)
        return TrustedFile(file: file, doubt: walk.doubt)
    }

    private static func isInherited(_ path: FilePath) -> Bool {
        ["/dev/fd/", "/proc/self/fd/"].contains { path.string.hasPrefix($0) } || path == "/dev/stdin"
    }
}

/// The way to a file, folder by folder.
private struct PathWalk {
    /// A folder on the way.
    private final class Folder {
        let file: Descriptor
        let path: FilePath

        init(_ path: FilePath, _ file: consuming Descriptor) {
            self.path = path
            self.file = file
        }
    }

    /// As many links as the kernel follows.
    private static let maximumLinks = 40

    private let wanted: FilePath
    /// The folders from the root to where the walk is.
    private var folders: [Folder] = []
    /// The names still to go, the next one last.
    private var rest: [String]
    private var links = 0
    private(set) var doubt: FileDoubt?

    init(to path: FilePath) throws(SysfsError) {
        wanted = path
        rest = try PathWalk.names(PathWalk.absolute(path))
        try enterRoot()
    }

    /// Walks to the end and opens what is there.
    mutating func open(_ flags: CInt) throws(SysfsError) -> Descriptor {
        while let name = rest.popLast() {
            guard name != ".." else {
                if folders.count > 1 { folders.removeLast() }
                continue
            }
            guard let folder = folders.last else { preconditionFailure("the root is always there") }
            let path = folder.path.appending(name)
            let found = try Descriptor(wanted, in: folder.file, name, OPEN_NAME_ONLY | O_NOFOLLOW)
            let status = try found.status()
            switch status.st_mode & S_IFMT {
            case S_IFLNK:
                judge(path, status)
                try follow(found)
            case S_IFDIR where !rest.isEmpty || flags & O_DIRECTORY != 0:
                judge(path, status)
                folders.append(Folder(path, found))
            default:
                guard rest.isEmpty else { throw .failed(.open, path: wanted, .notDirectory) }
                let file = try Descriptor(wanted, in: folder.file, name, flags | O_NOFOLLOW)
                judge(path, try file.status())
                return file
            }
        }
        guard let folder = folders.last else { preconditionFailure("the root is always there") }
        return try Descriptor(wanted, in: folder.file, ".", flags)
    }

    private mutating func judge(_ path: FilePath, _ status: stat) { doubt = doubt ?? FileDoubt(path, status) }

    private mutating func enterRoot() throws(SysfsError) {
        let root = try Descriptor("/", OPEN_NAME_ONLY | O_DIRECTORY)
        judge("/", try root.status())
        folders = [Folder("/", root)]
    }

    private mutating func follow(_ link: borrowing Descriptor) throws(SysfsError) {
        links += 1
        guard links <= PathWalk.maximumLinks else { throw .failed(.open, path: wanted, .tooManySymbolicLinkLevels) }
        let target = FilePath(try link.linkTarget())
        if target.isAbsolute { try enterRoot() }
        rest += PathWalk.names(target)
    }

    /// The names of a path, the last one first.
    private static func names(_ path: FilePath) -> [String] {
        path.components.map(\.string).filter { $0 != "." }.reversed()
    }

    private static func absolute(_ path: FilePath) throws(SysfsError) -> FilePath {
        guard !path.isAbsolute else { return path }
        guard let folder = getcwd(nil, 0) else { throw .failed(.resolve, path: path, .current) }
        defer { free(folder) }
        return FilePath(String(cString: folder)).pushing(path)
    }
}
