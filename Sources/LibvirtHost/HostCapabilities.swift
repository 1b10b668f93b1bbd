public import HostModel
public import XMLTree

/// The host as libvirt sees it: to be held against sysfs, since libvirt may have started before a pool or a CPU was there.
public struct HostCapabilities: Hashable, Sendable {
    /// One cell as libvirt sees it.
    public struct Cell: Hashable, Sendable {
        /// The kernel's number of the node.
        public var id: CellID
        /// The cell's memory; nil for a cell without any.
        public var memory: KiB?
        /// All pages of each size, the ordinary size too; free or not.
        public var pages: [PageSize: PageCount]
        /// The cell's online CPUs.
        public var cpus: CPUSet
    }

    /// The architecture in libvirt's words, the same as the kernel's for those that matter; nil when not said.
    public var arch: String?
    /// The cells, ascending; empty when libvirt knows of none.
    public var cells: [Cell]

    /// Reads a capabilities document; what it does not say, or says in a way that is not understood, is left out.
    ///
    /// - Throws: ``XMLError`` for a text that is no XML.
    public init(reading text: String) throws(XMLError) {
        let host = try XMLReader.read(text).element(named: "host")
        arch = host?.element(named: "cpu")?.element(named: "arch")?.text
        let cells = host?.element(named: "topology")?.element(named: "cells")?.elements(named: "cell") ?? []
        self.cells = cells.compactMap(Cell.init(reading:)).sorted { $0.id < $1.id }
    }

    /// The pages of that size that libvirt sees on the cell; nil when it sees no such pool.
    public func pages(of pool: PoolID) -> PageCount? {
        cells.first { $0.id == pool.cell }?.pages[pool.pageSize]
    }
}

extension HostCapabilities.Cell {
    /// libvirt writes all amounts in KiB.
    fileprivate init?(reading element: XMLElement) {
        guard let id = element[attribute: "id"].flatMap({ Int($0) }), id >= 0 else { return nil }
        self.id = CellID(id)
        memory = element.element(named: "memory").flatMap { UInt64($0.text) }.map { KiB($0) }
        let pages = element.elements(named: "pages").compactMap { pages -> (PageSize, PageCount)? in
            guard let size = pages[attribute: "size"].flatMap({ UInt64($0) }), size > 0,
                let count = UInt64(pages.text)
            else { return nil }
            return (PageSize(KiB(size)), PageCount(count))
        }
        self.pages = Dictionary(pages) { first, _ in first }
        let cpus = element.element(named: "cpus")?.elements(named: "cpu") ?? []
        self.cpus = CPUSet(
            numbers: cpus.compactMap { $0[attribute: "id"].flatMap { Int($0) } }
                .filter { (0...maximumListNumber).contains($0) })
    }
}

extension Connection {
    /// The host as libvirt sees it now.
    ///
    /// - Throws: ``LibvirtError``, or ``XMLError`` when libvirt's document cannot be read.
    public func capabilities() throws -> HostCapabilities { try HostCapabilities(reading: try capabilitiesXML()) }
}
