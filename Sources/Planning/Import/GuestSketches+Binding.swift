internal import DomainXML
internal import HostModel

/// Shapes that are somebody's own: cells that the guest does not see, cells together on one host cell, memory of other host cells.
extension GuestSketches {
    /// The ways to say where a guest without cells is put: as one cell, whose memory comes from the cell of its CPUs or from others, or
    /// as equal cells, one for each host cell that its memory is bound to.
    var hiddenShapes: [[SketchKey]] {
        let bound = parts.numaTune?.hostCells
        let mode = parts.numaTune.map { SketchKey("numa_policy", .word($0.mode.rawValue)) }
        let policy = mode.map { $0.value == .word("strict") ? [] : [$0] } ?? [SketchKey("numa_policy", .word("none"))]
        guard parts.numaTune?.memNodes.isEmpty ?? true, parts.numaTune == nil || bound != nil else { return [] }
        func hidden(_ count: Int) -> [SketchKey] {
            [SketchKey("numa_nodes", .number(count)), SketchKey("guest_numa", .word("hidden"))] + policy
        }
        var shapes = [hidden(1)]
        if let bound {
            shapes.append(hidden(1) + [memoryCells(bound)])
            if bound.count > 1, parts.vcpus % bound.count == 0 { shapes.append(hidden(bound.count)) }
        }
        return shapes
    }

    /// Guest cells one by one, with what is their own of memory's binding.
    var listed: [SketchKey] {
        let cells = parts.pieces.sorted { $0.id < $1.id }
        let whole = parts.numaTune.flatMap { $0.hostCells == nil ? nil : $0.mode }
        let list = cells.map { cell -> SketchValue in
            var keys = cell.vcpus.isEmpty ? [] : [SketchKey("cpus", .word("\(cell.vcpus)"))]
            keys.append(SketchKey("ram", .word(Size.text(of: cell.memory))))
            guard cell.memory > .zero else { return .map(keys) }
            let bound = parts.binding(of: cell)
            if !bound.isEmpty, home(of: cell).map({ bound != [$0] }) ?? (bound.count > 1) {
                keys.append(memoryCells(bound))
            }
            let mode = parts.mode(of: cell)
            if mode != whole || whole == nil { keys.append(SketchKey("numa_policy", .word(mode?.rawValue ?? "none"))) }
            return .map(keys)
        }
        let policy = whole.map { [SketchKey("numa_policy", .word($0.rawValue))] } ?? []
        return [SketchKey("numa_cells", .list(list))] + policy
    }

    /// Host cells by the operator's hand, of those guest cells that have one.
    var together: [SketchKey] {
        let cells = parts.pieces.sorted { $0.id < $1.id }
        let homes = cells.compactMap { cell in home(of: cell).map { SketchKey("\(cell.id)", .number($0.rawValue)) } }
        return homes.isEmpty ? [] : [SketchKey("numa_placement", .map(homes))]
    }

    /// The host cell of a guest cell's CPUs, or else of its memory.
    private func home(of piece: FoundSettings.MemoryPiece) -> CellID? {
        parts.home(ofVCPUs: piece, on: host) ?? parts.home(of: piece, on: host)
    }

    private func memoryCells(_ cells: CellSet) -> SketchKey {
        SketchKey("memory_cells", .list(cells.map { .number($0.rawValue) }))
    }
}
