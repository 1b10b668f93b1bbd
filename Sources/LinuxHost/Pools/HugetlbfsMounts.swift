public import Diagnostics
public import HostModel
public import SystemPackage

/// The mounts of hugetlbfs, through which a hypervisor gets huge pages as files.
public struct HugetlbfsMounts: Sendable {
    private let files: HostFiles

    /// Looks at the running machine, or at the captured file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// The mounts, ascending by page size, then path. Without `pagesize=` a mount serves the default size of `/proc/meminfo`.
    public func mounts() -> (mounts: [LibvirtFacts.Mount], diagnostics: [Diagnostic]) {
        var reader = FactReader(files: files)
        guard let text = reader.text("proc/self/mountinfo", limit: 1 << 24) else {
            reader.missing(
                "\(files.path("proc/self/mountinfo")) does not report the mounts; assuming none", severity: .note)
            return ([], reader.diagnostics)
        }
        let standard = reader.defaultPageSize()
        let mounts = HugetlbfsMounts.mounts(in: text, defaultSize: standard)
        return (mounts, reader.diagnostics)
    }

    /// The hugetlbfs mounts in the text of a `mountinfo` file; of several on one folder the last one counts.
    ///
    /// - Parameter defaultSize: What a mount without `pagesize=` serves; nil leaves such mounts out.
    static func mounts(in text: String, defaultSize: PageSize?) -> [LibvirtFacts.Mount] {
        var sizes: [String: PageSize?] = [:]
        for line in text.split(separator: "\n") {
            // 36 35 0:31 / /dev/hugepages rw,relatime shared:14 - hugetlbfs hugetlbfs rw,pagesize=2M
            let fields = line.split(separator: " ")
            guard fields.count > 4, let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 3 < fields.count else {
                continue
            }
            let path = unescaped(fields[4])
            sizes[path] = fields[dash + 1] == "hugetlbfs" ? pageSize(options: fields[dash + 3]) ?? defaultSize : nil
        }
        return sizes.compactMap { path, size in size.map { LibvirtFacts.Mount(pageSize: $0, path: path) } }
            .sorted { ($0.pageSize, $0.path) < ($1.pageSize, $1.path) }
    }

    private static func pageSize(options: Substring) -> PageSize? {
        let option = options.split(separator: ",").last { $0.hasPrefix("pagesize=") }
        guard let size = option.flatMap({ try? Size.parse($0.dropFirst("pagesize=".count)) }), size > .zero else {
            return nil
        }
        return PageSize(size)
    }
}
