internal import HostModel

extension FactReader {
    /// The pools below a `hugepages` folder, ascending by page size; empty when there is no such folder.
    mutating func pools(in folder: String) -> [HugepagePool] {
        (names(in: folder) ?? []).compactMap { pageSize(folderName: $0).map { ($0, folder) } }
            .sorted { $0.0 < $1.0 }
            .compactMap { pool(of: $0.0, in: $0.1) }
    }

    /// One pool; nil when its size is not told. Without a number of free pages none counts as free, without one of surplus
    /// pages all are persistent.
    private mutating func pool(of pageSize: PageSize, in folder: String) -> HugepagePool? {
        let folder = "\(folder)/\(pageSize.folderName)"
        guard let total = pages("\(folder)/nr_hugepages") else {
            missing("\(files.path(folder)) does not report the size of the pool; the pool is left out")
            return nil
        }
        let free = pages("\(folder)/free_hugepages")
        if free == nil { missing("\(files.path(folder)) does not report the free pages; assuming none") }
        return HugepagePool(
            pageSize: pageSize, total: total, free: free ?? .zero,
            surplus: pages("\(folder)/surplus_hugepages") ?? .zero)
    }

    private mutating func pages(_ name: String) -> PageCount? {
        value(name, as: "a number of pages", SysfsText.pages)
    }

    private func pageSize(folderName: String) -> PageSize? { SysfsText.pageSize(folderName: folderName) }
}

extension SysfsText {
    /// A number of pages, no higher than any host can have.
    static func pages(_ text: String) -> PageCount? {
        number(trimmed(text)).flatMap { $0 <= Size.maximum.count ? PageCount($0) : nil }
    }

    /// The page size that a folder such as `hugepages-2048kB` is for; nil for any other name.
    static func pageSize(folderName: String) -> PageSize? {
        guard folderName.hasPrefix("hugepages-"), folderName.hasSuffix("kB"),
            let size = number(folderName.dropFirst("hugepages-".count).dropLast(2)),
            (1...Size.maximum.count).contains(size)
        else { return nil }
        return PageSize(KiB(size))
    }
}
