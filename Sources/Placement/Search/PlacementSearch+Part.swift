/// What a search is asked about alone.
enum PlacementPart { case cpus, memory }

extension PlacementSearch {
    /// The question without all that is not of the part; nil where no more host cells or guests are alike then.
    ///
    /// What does not fit with fewer rules does not fit. And with fewer rules more is alike: host cells whose pools differ have the same
    /// CPUs, guests of different memory take the same. Of all that is alike one order is tried, so that may be refuted at once where
    /// the whole question has many orders. That it fits proves nothing.
    func asking(of part: PlacementPart) -> PlacementSearch? {
        var grid = state.grid
        grid.keep(part)
        var search = PlacementSearch(
            grid: grid, needs: needs.map { $0.keeping(part) }, allowsMixedPages: allowsMixedPages,
            prefersPack: prefersPack, limit: limit)
        for (guest, assignment) in fixed.sorted(by: { $0.key < $1.key }) {
            var kept = assignment
            if part == .cpus { kept.pages = kept.pages.map { _ in nil } }
            guard search.fix(guest, kept) else { return nil }
        }
        for need in search.needs { search.state.addFloating(need) }
        let isMoreAlike = Set(search.likenessOfCells).count < Set(likenessOfCells).count
        return isMoreAlike || Set(search.needs).count < Set(needs).count ? search : nil
    }
}

extension HostGrid {
    fileprivate mutating func keep(_ part: PlacementPart) {
        stock = DeviceStock()
        for index in cells.indices { cells[index].keep(part) }
        switch part {
        case .cpus:
            foreignFloatingMemory = 0
            promisedPages = promisedPages.map { _ in 0 }
        case .memory:
            foreignFloatingShared = 0
        }
    }
}

extension GridCell {
    fileprivate mutating func keep(_ part: PlacementPart) {
        switch part {
        case .cpus:
            // A cell whose memory is not for guests still has none; any other has enough for all of them, at one KiB each.
            (memory, foreignMemory, foreignOverhead) = (1 << 30, 0, 0)
            poolTotal = poolTotal.map { _ in nil }
            poolBase = poolBase.map { _ in 0 }
        case .memory:
            (cores, hasSMT, foreignShared) = ([], false, 0)
        }
    }
}

extension GuestCounts {
    fileprivate func keeping(_ part: PlacementPart) -> GuestCounts {
        var need = self
        (need.devices, need.floatingDevices, need.shouldTouch) = ([], [], [])
        switch part {
        case .cpus:
            (need.pages, need.keptPages, need.isUniform, need.spread) = ([nil], nil, false, [])
            (need.floatingMemory, need.floatingOverhead, need.mayUseReserve) = (0, 0, false)
        case .memory:
            (need.floatingShared, need.needsSharedCPU) = (0, false)
        }
        need.cells = cells.map { $0.keeping(part) }
        return need
    }
}

extension CellCounts {
    fileprivate func keeping(_ part: PlacementPart) -> CellCounts {
        var need = CellCounts()
        switch part {
        case .cpus:
            (need.wholeCores, need.paired, need.singles, need.shared) = (wholeCores, paired, singles, shared)
            (need.needsSMT, need.memory) = (needsSMT, min(1, memory))
        case .memory:
            (need.memory, need.overhead, need.isReserved) = (memory, overhead, isReserved)
        }
        return need
    }
}
