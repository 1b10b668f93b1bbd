internal import HostModel
internal import XMLTree

extension MemoryBacking {
    /// Reads pages and locking of `<memoryBacking>` of a guest with these cells.
    init(reading domain: XMLElement, cells: [GuestCellID]) throws(DomainXMLError) {
        let backing = domain.element(named: "memoryBacking")
        self.init(
            hugePages: try backing?.element(named: "hugepages").flatMap { (pages) throws(DomainXMLError) in
                try HugePages(reading: pages, cells: cells)
            },
            noSharePages: backing?.element(named: "nosharepages") != nil,
            locked: backing?.element(named: "locked") != nil)
    }
}

extension MemoryBacking.HugePages {
    /// Reads `<hugepages>`. A page without a nodeset is for the cells that no other page names; a guest without cells has one page,
    /// and a nodeset in it says nothing.
    fileprivate init?(reading element: XMLElement, cells: [GuestCellID]) throws(DomainXMLError) {
        let pages = element.elements(named: "page")
        guard !pages.isEmpty else {
            self = .defaultSize
            return
        }
        var rest: PageSize?
        var named: [GuestCellID: PageSize] = [:]
        for page in pages {
            let size = try PageSize(readingPage: page)
            let members: GuestCellSet? = try page.list("nodeset", "memoryBacking.page")
            if let members, !cells.isEmpty {
                for cell in cells where members.contains(cell) && named[cell] == nil { named[cell] = size }
            } else {
                rest = rest ?? size
            }
        }
        guard !cells.isEmpty else {
            guard let rest else { return nil }
            self = .all(rest)
            return
        }
        for cell in cells where named[cell] == nil { named[cell] = rest }
        guard let canonical = Self.perCell(named).canonical(cells: cells, defaultSize: nil) else { return nil }
        self = canonical
    }

    /// The one form of several that mean the same for a guest with these cells: `.all` where each cell has the same pages, no cell
    /// that the guest does not have; nil where nothing is left. `.defaultSize` becomes `.all` when that size is given.
    func canonical(cells: [GuestCellID], defaultSize: PageSize?) -> MemoryBacking.HugePages? {
        switch self {
        case .defaultSize: return defaultSize.map(Self.all) ?? self
        case .all: return self
        case .perCell(let sizes):
            guard !cells.isEmpty else { return sizes.min { $0.key < $1.key }.map { .all($0.value) } }
            let kept = sizes.filter { cells.contains($0.key) }
            guard let first = kept.first?.value else { return nil }
            let isUniform = kept.count == cells.count && kept.values.allSatisfy { $0 == first }
            return isUniform ? .all(first) : .perCell(kept)
        }
    }
}

extension PageSize {
    fileprivate init(readingPage page: XMLElement) throws(DomainXMLError) {
        let path = "memoryBacking.page"
        guard let size = try page.memory(attribute: "size", path) else {
            throw DomainXMLError(path, line: page.line, .missing)
        }
        guard size > .zero else { throw DomainXMLError(path, line: page.line, .outOfRange("0")) }
        self.init(size)
    }
}
