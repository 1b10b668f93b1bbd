internal import Diagnostics
public import HostModel

/// What a domain has of that which a site file says in numbers: for keys that an entry leaves out.
public struct DomainShape: Hashable, Sendable {
    /// The number of vCPUs.
    public var vcpus: Int
    /// All memory, without memory devices.
    public var memory: KiB
    /// The guest's cells, ascending by id; empty for a domain without.
    public var cells: [GuestCellDemand]
    /// The size of the huge pages that back all memory; nil for ordinary pages and for several sizes.
    public var pageSize: PageSize?
    /// Whether memory is backed by pages of several sizes, cell by cell.
    public var hasSeveralPageSizes: Bool
    /// How memory is bound; nil where that is not one mode for all of it.
    public var memoryPolicy: GuestDemand.MemoryPolicy?
    /// The number of iothreads; nil where nothing is said of them.
    public var ioThreads: Int?

    package init(
        vcpus: Int, memory: KiB, cells: [GuestCellDemand] = [], pageSize: PageSize? = nil,
        hasSeveralPageSizes: Bool = false, memoryPolicy: GuestDemand.MemoryPolicy? = nil, ioThreads: Int? = nil
    ) {
        self.vcpus = vcpus
        self.memory = memory
        self.cells = cells
        self.pageSize = pageSize
        self.hasSeveralPageSizes = hasSeveralPageSizes
        self.memoryPolicy = memoryPolicy
        self.ioThreads = ioThreads
    }

    /// The domain with another amount of memory: cells of one size get the same share each. Nil where cells differ, or where a share
    /// is no whole number of pages.
    func resized(to amount: KiB) -> DomainShape? {
        var shape = self
        shape.memory = amount
        guard !cells.isEmpty else { return shape }
        let count = UInt64(cells.count)
        let page = max(pageSize?.size.count ?? 1_024, 1_024)
        guard Set(cells.map(\.memory)).count == 1, amount.count % (count * page) == 0 else { return nil }
        for index in shape.cells.indices { shape.cells[index].memory = KiB(amount.count / count) }
        return shape
    }

    /// The cells as `numa_cells` would have them.
    func drafts(at mark: SourceMark) -> [Located<NUMACellDraft>] {
        cells.map { cell in
            var draft = NUMACellDraft()
            draft.cpus = Located(cell.vcpus, at: mark)
            draft.ram = Located(cell.memory, at: mark)
            return Located(draft, at: mark)
        }
    }
}
