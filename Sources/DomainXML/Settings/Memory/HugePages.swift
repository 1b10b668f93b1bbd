public import HostModel

internal import XMLTree

/// `<memoryBacking><hugepages>`: which huge pages back the memory.
public enum HugePages: Hashable, Sendable {
    /// `<hugepages/>` alone: the host's default size for all memory.
    case defaultSize
    /// One size for a guest without cells, or for cells that no other page names.
    case all(PageSize)
    /// A size for each guest cell that has one; cells not named have ordinary pages.
    case perCell([GuestCellID: PageSize])

    /// The page size of one guest cell, or nil for ordinary pages.
    ///
    /// - Parameter defaultSize: What `<hugepages/>` alone means; nil when not known.
    public func size(of cell: GuestCellID, defaultSize: PageSize?) -> PageSize? {
        switch self {
        case .defaultSize: defaultSize
        case .all(let size): size
        case .perCell(let sizes): sizes[cell]
        }
    }
}

extension HugePages: SettingRules {
    /// The pages.
    public typealias Value = HugePages
    static var field: SettingField<HugePages> { SettingField(.hugePages, \.hugePages) }
    static let path = "memoryBacking.page"
    static let amounts = [path]
    static let isShownByCell = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> HugePages? {
        guard let pages = reading.backing?.element(named: "hugepages") else { return nil }
        return try HugePages(reading: pages, cells: reading.cells.map(\.id))
    }

    /// Pages are written with the cells that they are for, cells of one size together.
    static func write(_ value: HugePages?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let pages = value?.element(cells: wanted.guestCells.map(\.id))
        domain.edit("memoryBacking") { backing in
            backing.replaceElements(
                named: "hugepages", with: pages.map { [$0] } ?? [], order: LibvirtOrder.memoryBacking)
        }
    }

    static func entries(of value: HugePages, in all: FoundSettings) -> [SettingEntry] {
        switch value {
        case .defaultSize: return entry(.text("default"))
        case .all(let size) where all.guestCells.isEmpty: return entry(.number(size.size.count))
        case .all(let size): return all.guestCells.filter { $0.memory > .zero }.map { entry(of: $0.id, size) }
        case .perCell(let sizes): return sizes.sorted { $0.key < $1.key }.map { entry(of: $0.key, $0.value) }
        }
    }

    private static func entry(of cell: GuestCellID, _ size: PageSize) -> SettingEntry {
        SettingEntry(key: SettingKey(HugePages.self, cell.rawValue), value: .number(size.size.count))
    }

    static func canonical(_ value: HugePages, in all: FoundSettings, defaultHugePage: PageSize?) -> HugePages? {
        // A cell without memory has no pages.
        let cells = all.guestCells.filter { $0.memory > .zero }.map(\.id)
        return value.canonical(cells: cells, defaultSize: defaultHugePage)
    }
}

extension SettingValues {
    /// The huge pages that back the memory; nil is ordinary pages.
    public var hugePages: HugePages? {
        get { self[HugePages.self] }
        set { self[HugePages.self] = newValue }
    }
}

extension HugePages {
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
            let members: GuestCellSet? = try page.list("nodeset", Self.path)
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
    fileprivate func canonical(cells: [GuestCellID], defaultSize: PageSize?) -> HugePages? {
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

    fileprivate func element(cells: [GuestCellID]) -> XMLElement? {
        let sizes: [GuestCellID: PageSize]
        switch canonical(cells: cells, defaultSize: nil) {
        case nil: return nil
        case .defaultSize: return XMLElement("hugepages")
        case .all(let size) where cells.isEmpty:
            return XMLElement("hugepages", children: [.element(.page(size, cells: nil))])
        case .all(let size): sizes = Dictionary(cells.map { ($0, size) }) { first, _ in first }
        case .perCell(let some): sizes = some
        }
        let groups = Dictionary(grouping: sizes.keys) { sizes[$0] }
        let pages = groups.compactMap { size, members in size.map { (size: $0, cells: GuestCellSet(members)) } }
        let sorted = pages.sorted { $0.cells < $1.cells }
        return XMLElement("hugepages", children: sorted.map { .element(.page($0.size, cells: $0.cells)) })
    }
}

extension PageSize {
    fileprivate init(readingPage page: XMLElement) throws(DomainXMLError) {
        guard let size = try page.memory(attribute: "size", HugePages.path) else {
            throw DomainXMLError(HugePages.path, line: page.line, .missing)
        }
        guard size > .zero else { throw DomainXMLError(HugePages.path, line: page.line, .outOfRange("0")) }
        self.init(size)
    }
}

extension XMLElement {
    fileprivate static func page(_ size: PageSize, cells: GuestCellSet?) -> XMLElement {
        var page = XMLElement("page", [Attribute("size", "\(size.size.count)"), Attribute("unit", "KiB")])
        page[attribute: "nodeset"] = cells?.description
        return page
    }
}
