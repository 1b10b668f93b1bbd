internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// Numbers that an entry names alone must go with what the domain keeps: several cells have vCPUs and memory of their own, and
    /// huge pages hold whole pages only.
    ///
    /// - Parameter named: The keys as they are written.
    mutating func check(_ named: FlavorSettings, against shape: DomainShape) {
        let cells = shape.cells.count
        if cells > 1, let vcpus = named.vcpus, vcpus.value != shape.vcpus {
            keepsCells("vcpus is \(vcpus.value)", "\(cells) cells with \(shape.vcpus) vCPUs", at: vcpus.mark)
        }
        guard let ram = named.ram, ram.value != shape.memory else { return }
        if cells > 1, shape.resized(to: ram.value) == nil {
            keepsCells("ram is \(ram.value)", "\(cells) cells with \(shape.memory)", at: ram.mark)
        }
        if let page = shape.pageSize, !page.divides(ram.value) {
            report.error(
                .pageSizeImpossible, "\(ram.value) is not a multiple of the domain's page size, \(page)", at: ram.mark,
                hint: "choose a multiple of \(page), or set mem_page_size as well")
        }
    }

    private mutating func keepsCells(_ wish: String, _ present: String, at mark: SourceMark) {
        report.error(
            .cellsDoNotMatch, "\(wish), but the domain has \(present), which are kept", at: mark,
            hint: "set the cells as well: numa_cells, or numa_nodes for cells of one size")
    }
}

extension FlavorSettings {
    /// Whether anything is said of guest cells.
    var namesCells: Bool { numaNodes != nil || numaCells != nil || numaCPUs != nil || numaMemory != nil }
}
