public import Execution
internal import Glibc
public import HostModel
public import SystemPackage

/// The pools of huge pages below a root, read and written through the cells' own files.
///
/// Only a cell's `nr_hugepages` is ever written: the file for the whole host spreads pages as it likes. Calls may come from
/// several threads.
public struct SysfsPools: PoolAccess {
    private let files: HostFiles

    /// The pools of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// The pool as it is now.
    ///
    /// - Throws: ``SysfsError`` with the file that is absent, cannot be read or makes no sense.
    public func read(_ pool: PoolID) throws(SysfsError) -> HugepagePool {
        let folder = folder(of: pool)
        return HugepagePool(
            pageSize: pool.pageSize, total: try pages("\(folder)/nr_hugepages"),
            free: try pages("\(folder)/free_hugepages"), surplus: try pages("\(folder)/surplus_hugepages"))
    }

    /// Every pool of every cell.
    ///
    /// - Throws: ``SysfsError`` with the first file that cannot be read or makes no sense.
    public func all() throws(SysfsError) -> [PoolID: HugepagePool] {
        var pools: [PoolID: HugepagePool] = [:]
        for node in try files.names(in: nodeFolder) ?? [] {
            guard let cell = SysfsText.number(in: node, after: "node") else { continue }
            for name in try files.names(in: "\(nodeFolder)/\(node)/hugepages") ?? [] {
                guard let size = SysfsText.pageSize(folderName: name) else { continue }
                let pool = PoolID(cell: CellID(cell), pageSize: size)
                pools[pool] = try read(pool)
            }
        }
        return pools
    }

    /// The pages of one size on the whole host.
    ///
    /// - Throws: ``SysfsError`` with the file that is absent, cannot be read or makes no sense.
    public func overall(_ pageSize: PageSize) throws(SysfsError) -> OverallPool {
        let folder = "sys/kernel/mm/hugepages/\(pageSize.folderName)"
        return OverallPool(
            free: try pages("\(folder)/free_hugepages"), reserved: try pages("\(folder)/resv_hugepages"),
            surplus: try pages("\(folder)/surplus_hugepages"))
    }

    /// Asks for `pages` persistent pages in one `write(2)`, which no signal cuts short.
    ///
    /// - Throws: ``SysfsError``: not permitted, the pool is absent, or the kernel refuses pages of that size.
    public func write(_ pages: PageCount, to pool: PoolID) throws(SysfsError) {
        try write("\(pages)\n", to: "\(folder(of: pool))/nr_hugepages")
    }

    /// Lets the kernel move the cell's pages together.
    ///
    /// - Throws: ``SysfsError``: not permitted, or a kernel that cannot compact.
    public func compact(_ cell: CellID) throws(SysfsError) {
        try write("1\n", to: "\(nodeFolder)/node\(cell)/compact")
    }

    /// Whether this process may change the pool's size; false as well where there is no such pool.
    public func mayWrite(_ pool: PoolID) -> Bool { files.mayWrite("\(folder(of: pool))/nr_hugepages") }

    private func folder(of pool: PoolID) -> String {
        "\(nodeFolder)/node\(pool.cell)/hugepages/\(pool.pageSize.folderName)"
    }

    private func pages(_ name: String) throws(SysfsError) -> PageCount {
        let path = files.path(name)
        guard let text = try files.text(name) else { throw .failed(.open, path: path, .noSuchFileOrDirectory) }
        guard let pages = SysfsText.pages(text) else { throw .garbled(path: path, text: SysfsText.excerpt(text)) }
        return pages
    }

    /// The kernel takes each `write(2)` for a whole order, so a text that went out in parts is an error.
    private func write(_ text: String, to name: String) throws(SysfsError) {
        let file = try files.openForWriting(name)
        let bytes = Array(text.utf8)
        let (written, code) = withSignalsBlocked {
            let written = bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
            return (written, Errno.current)
        }
        guard written >= 0 else { throw .failed(.write, path: files.path(name), code) }
        guard written == bytes.count else { throw .failed(.write, path: files.path(name), .ioError) }
    }
}

/// Runs `body` while this thread takes no signal: a pending one makes the kernel stop allocating and call it a success.
private func withSignalsBlocked<Result>(_ body: () -> Result) -> Result {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return body()
}
