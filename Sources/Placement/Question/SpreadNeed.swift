internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Memory of a guest that is not bound to the host cell of its CPUs: it comes from other cells, or from several.
struct SpreadNeed: Hashable {
    /// The index of the guest cell whose memory it is.
    var cell: Int
    /// The host cells that it may come from, ascending; nil is any.
    var hosts: [Int]?
    /// The host cells that it comes from as far as they have it.
    var first: [Int]
    /// How much, in KiB.
    var memory: Int
    /// The index of the size of its pages; nil is ordinary pages.
    var page: Int?
    /// The sizes that its pages may have, where that is left open: then it counts only as memory of all cells together.
    var openPages: [Int?] = []
    /// Whether it may not be overcommitted.
    var isReserved: Bool
    /// Whether it is laid out over its cells by turns.
    var isEven: Bool
    /// Whether it is what the guest's QEMU needs for itself.
    var isOverhead = false

    /// Whether it fits host cells the better the nearer they are: nothing says that it must not come from others.
    var isAnywhere: Bool { hosts == nil }
}

extension SpreadNeed {
    /// The need as one of a sum: what only says how one guest likes it best is left out, so that the sums of the same needs are the
    /// same in whatever order these came.
    var summed: SpreadNeed {
        SpreadNeed(
            cell: 0, hosts: hosts, first: [], memory: memory, page: page, openPages: openPages, isReserved: isReserved,
            isEven: false)
    }

    /// Whether both are counted in one sum.
    func isSummed(with other: SpreadNeed) -> Bool {
        hosts == other.hosts && page == other.page && openPages == other.openPages && isReserved == other.isReserved
    }

    /// The order of sums: those that have the least choice first.
    func comesBefore(_ other: SpreadNeed) -> Bool {
        func key(_ need: SpreadNeed) -> [Int] {
            [need.hosts?.count ?? .max, need.page ?? -1, need.isReserved ? 0 : 1] + (need.hosts ?? [])
                + need.openPages.map { $0 ?? -1 }
        }
        return key(self).lexicographicallyPrecedes(key(other))
    }
}

/// How the memory of guests whose cells need not have it all is counted.
struct SpreadChoice: Hashable {
    /// Whether it may come from any host cell, its own first.
    var goesElsewhere = false
    /// Host cells that memory is laid out over by turns now, by guest cell: they are kept.
    var present: [GuestCellID: CellSet] = [:]
    /// Which of several possible page sizes such memory has.
    var pages = Pages.round(0)

    /// A choice of page sizes.
    enum Pages: Hashable {
        /// The one of that number, or the last, for all cells of the guest.
        case round(Int)
        /// By guest cell, as indices of sizes.
        case each([Int?])
        /// Any.
        case open
    }
}

extension GuestCounts {
    /// Takes the memory that does not come from the cells' own host cells out of the cells.
    mutating func spread(_ demand: GuestDemand, on grid: HostGrid, by choice: SpreadChoice) throws(StaticObstacle) {
        for (index, cell) in demand.cells.enumerated() where cell.memory > .zero {
            guard let hosts = try spreadHosts(of: cell, demand, on: grid, by: choice) else { continue }
            spread.append(
                SpreadNeed(
                    cell: index, hosts: hosts.all, first: hosts.first, memory: cells[index].memory, page: nil,
                    isReserved: cells[index].isReserved, isEven: demand.policy(of: cell) == .interleave))
            cells[index].memory = 0
        }
        guard !spread.isEmpty else { return }
        // Where the size is a matter of choice, one is tried after the other.
        switch pages.count == 1 ? .round(0) : choice.pages {
        case .open:
            for index in spread.indices { spread[index].openPages = pages }
        case .round(let round):
            pages = [pages[min(round, pages.count - 1)]]
            for index in spread.indices { spread[index].page = pages[0] }
        case .each(let sizes):
            pages = pages.filter(sizes.contains)
            if pages.count > 1 { keptPages = sizes }
            for index in spread.indices { spread[index].page = sizes[spread[index].cell] }
        }
    }

    private func spreadHosts(
        of cell: GuestCellDemand, _ demand: GuestDemand, on grid: HostGrid, by choice: SpreadChoice
    ) throws(StaticObstacle) -> (all: [Int]?, first: [Int])? {
        let mayLeave = choice.goesElsewhere && demand.mayComeFromElsewhere(cell)
        guard let named = cell.memoryCells?.value ?? choice.present[cell.id] else { return mayLeave ? (nil, []) : nil }
        var hosts: [Int] = []
        for id in named {
            guard let index = grid.indexOfCell[id] else { throw StaticObstacle.cellMissing(id) }
            hosts.append(index)
        }
        return mayLeave ? (nil, hosts) : (hosts, hosts)
    }

    /// Where the memory of the guest's QEMU counts: on the host cell of its first cell with memory, or where that comes from.
    mutating func addOverhead(of demand: GuestDemand, on grid: HostGrid) {
        let overhead = Int(grid.overhead(of: demand).count)
        guard let first = demand.cells.firstIndex(where: { $0.memory > .zero }), overhead > 0 else { return }
        guard let home = spread.first(where: { $0.cell == first }), !home.isAnywhere else {
            cells[first].overhead = overhead
            return
        }
        spread.append(
            SpreadNeed(
                cell: first, hosts: home.hosts, first: home.first, memory: overhead, page: nil,
                isReserved: home.isReserved,
                isEven: false, isOverhead: true))
    }

    /// The host cells of guest cells where `fits` allows them, columns offered in turn: each guest cell has a host cell for itself,
    /// but for those that the operator put on one together.
    func match(_ fits: [[Bool]], columns: [Int], oneOfEach groups: [Set<Int>] = []) -> [Int]? {
        guard sharesHosts else { return Matching.first(rows: fits, columns: columns, oneOfEach: groups) }
        let free = forced.indices.filter { forced[$0] == nil }
        guard zip(forced, fits).allSatisfy({ host, row in host.map { row[$0] } ?? true }),
            let hosts = Matching.first(
                rows: free.map { fits[$0] }, columns: columns.filter { !forced.contains($0) }, oneOfEach: groups)
        else { return nil }
        var all = forced
        for (cell, host) in zip(free, hosts) { all[cell] = host }
        return all.compactMap(\.self)
    }

    /// Whether the operator put several guest cells on one host cell.
    var sharesHosts: Bool {
        let hosts = forced.compactMap(\.self)
        return Set(hosts).count < hosts.count
    }

    /// Whether a guest cell may be on a host cell while others of the guest are on `taken`.
    func allows(_ cell: Int, on host: Int, beside taken: [Int]) -> Bool {
        if let wanted = forced[cell] { return wanted == host && (sharesHosts || !taken.contains(host)) }
        return !taken.contains(host) && !forced.contains(host)
    }
}
