internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// Where the memory of cells comes from, and how it is bound there: as the guest's, or in a way of their own.
    mutating func bindMemory(of demand: inout GuestDemand, hasCells: Bool) {
        if !hasCells, !isPartial { refuseBindingWithoutCells() }
        bindOnlyCell(of: &demand)
        let asked = settings.memoryPolicy
        let withMemory = demand.cells.filter { $0.memory > .zero }
        if let asked { demand.memoryPolicy = asked.value }
        // What is said of single cells only is no word on all memory.
        demand.bindsWhole =
            demand.memoryPolicy != .none && !withMemory.contains { demand.policy(of: $0) == .none }
            && (asked != nil || !withMemory.contains { $0.policy != nil })
        if asked == nil, let policy = withMemory.first?.policy, withMemory.allSatisfy({ $0.policy == policy }) {
            demand.memoryPolicy = policy
        }
        for index in demand.cells.indices where demand.cells[index].policy == demand.memoryPolicy {
            demand.cells[index].policy = nil
        }
        checkModes(demand)
        for cell in demand.cells { checkMemoryCells(cell, demand) }
    }

    private mutating func refuseBindingWithoutCells() {
        if let wish = settings.memoryPolicy, wish.value != .strict {
            report.error(
                .policyNeedsCells, "numa_policy: \(wish.value.rawValue) needs guest cells", at: wish.mark,
                hint: "add numa_nodes: 1")
        }
        if let cells = settings.memoryCells {
            report.error(
                .policyNeedsCells, "memory_cells needs guest cells", at: cells.mark, hint: "add numa_nodes: 1")
        }
    }

    /// `memory_cells` of the guest is that of its only cell.
    private mutating func bindOnlyCell(of demand: inout GuestDemand) {
        guard let asked = settings.memoryCells, !demand.cells.isEmpty else { return }
        if demand.cells.count > 1 {
            report.error(
                .conflictingKeys, "memory_cells is for a guest of one cell, and this one has \(demand.cells.count)",
                at: asked.mark, hint: "set it for each cell: numa_cells: [{cpus: …, ram: …, memory_cells: […]}, …]")
        } else if let own = demand.cells[0].memoryCells {
            report.error(
                .conflictingKeys, "memory_cells is given for the guest and for its cell", at: asked.mark,
                label: "the cell's is at line \(own.mark.line)", hint: "keep one of the two")
        }
        demand.cells[0].memoryCells = asked.map { CellSet(numbers: $0.map(\.value)) }
    }

    /// libvirt has `restrictive` for all memory or for none.
    private mutating func checkModes(_ demand: GuestDemand) {
        var modes = Set(demand.cells.map { demand.policy(of: $0) })
        if demand.bindsWhole { modes.insert(demand.memoryPolicy) }
        guard modes.contains(.restrictive), modes.count > 1, let mark = bindingMark else { return }
        report.error(
            .bindingContradicts, "numa_policy: restrictive must apply to all cells of a guest or to none", at: mark,
            hint: "write it once for the guest, or choose another policy")
    }

    /// Where something is said of how memory is bound.
    private var bindingMark: SourceMark? {
        let own = settings.numaCells?.value.compactMap { $0.value.policy?.mark } ?? []
        return own.first ?? settings.memoryPolicy?.mark
    }

    private mutating func checkMemoryCells(_ cell: GuestCellDemand, _ demand: GuestDemand) {
        guard let cells = cell.memoryCells else { return }
        if cell.memory == .zero {
            report.error(
                .bindingContradicts, "guest cell \(cell.id) has no memory to bind",
                at: cells.mark,
                hint: "remove memory_cells, or give the cell memory")
        }
        switch demand.policy(of: cell) {
        case .none:
            report.error(
                .bindingContradicts, "numa_policy: none leaves memory unbound, and memory_cells binds it",
                at: cells.mark,
                hint: "keep one of the two")
        case .preferred where cells.value.count > 1:
            report.error(
                .bindingContradicts, "numa_policy: preferred takes one host cell, and memory_cells names several",
                at: cells.mark, hint: "name the preferred one, or write numa_policy: interleave")
        case .preferred, .strict, .restrictive, .interleave: break
        }
    }

    /// Cells that the guest does not see: what is said of them must be sayable of all its memory as one.
    mutating func hideCells(of demand: inout GuestDemand, hasCells: Bool) {
        guard let wish = settings.guestNUMA, wish.value == .hidden else { return }
        demand.hidesCells = true
        guard hasCells || isPartial else {
            report.error(
                .policyNeedsCells, "guest_numa: hidden needs cells to hide", at: wish.mark, hint: "add numa_nodes: 1")
            return
        }
        let bound = demand.cells.filter { $0.memory > .zero }
        func refuse(_ what: String, _ hint: String) {
            report.error(.bindingContradicts, "guest_numa: hidden: \(what)", at: wish.mark, hint: hint)
        }
        if Set(bound.map { demand.policy(of: $0) }).count > 1 {
            refuse("cells cannot have different policies", "write one numa_policy for the guest")
        } else if bound.count > 1, demand.policy(of: bound[0]) == .preferred {
            refuse(
                "numa_policy: preferred takes one host cell, and the guest has \(bound.count) cells with memory",
                "write numa_nodes: 1, or another numa_policy")
        } else if Set(bound.map(\.memory)).count > 1 {
            refuse(
                "cells cannot have different amounts of memory",
                "give the cells equal memory, all memory to one of them, or let the guest see them")
        } else if Set(bound.map(\.memoryCells?.value)).count > 1 {
            refuse("cells cannot have different memory_cells", "give each cell the same memory_cells")
        } else if !demand.isBound, !demand.cells.isEmpty {
            refuse(
                "cells with numa_policy: none and shared CPUs have no effect",
                "remove guest_numa and the cells, or let the guest see them")
        }
    }
}
