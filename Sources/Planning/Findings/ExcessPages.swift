public import Diagnostics
public import HostModel
public import Placement

/// Free huge pages that nobody wants and that only an explicit word gives back.
public struct ExcessPages {
    /// One note for all pools; none where there is no such page.
    public let diagnostics: [Diagnostic]

    /// Compares the pools with what is wanted of them after the placement.
    public init(_ host: HostFacts, _ placement: Placement) {
        let pools = placement.cells.flatMap { usage -> [(id: PoolID, pages: PageCount)] in
            let wanted = Dictionary(usage.pools.map { ($0.pageSize, $0.lasting) }, uniquingKeysWith: max)
            return (host.cell(usage.id)?.pools ?? []).compactMap { pool in
                let needed = max(wanted[pool.pageSize] ?? .zero, pool.used)
                let excess = pool.persistent.subtractingDownToZero(needed)
                return excess > .zero ? (PoolID(cell: usage.id, pageSize: pool.pageSize), excess) : nil
            }
        }
        guard placement.verdict == .placed, !pools.isEmpty else {
            diagnostics = []
            return
        }
        let notes = pools.map {
            "\($0.id.address): \($0.pages) \($0.pages == PageCount(1) ? "page" : "pages") (\($0.pages * $0.id.pageSize))"
        }
        diagnostics = [
            Diagnostic(
                .poolTooLarge,
                pools.count == 1
                    ? "more huge pages are reserved than wanted: \(notes[0])"
                    : "more huge pages are reserved than wanted",
                severity: .note, notes: pools.count == 1 ? [] : notes,
                hint: "numactl-plan apply --allow-shrink returns them to the cell's ordinary memory")
        ]
    }
}
