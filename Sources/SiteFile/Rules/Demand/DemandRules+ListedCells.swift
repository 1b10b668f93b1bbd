internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// The cells of a list, each vCPU in exactly one of them and the memory adding up.
    mutating func listedCells(_ wish: CellWish) -> [GuestCellDemand] {
        if let vcpus { checkVCPUs(wish, VCPUSet(numbers: 0..<vcpus)) }
        if let memory { checkMemory(wish, memory) }
        return zip(wish.cpus, wish.memory).enumerated().map { number, cell in
            let binding = wish.bindings.indices.contains(number) ? wish.bindings[number] : nil
            return GuestCellDemand(
                id: GuestCellID(number), vcpus: cell.0.value, memory: cell.1.value, memoryCells: binding?.memoryCells,
                policy: binding?.policy?.value)
        }
    }

    private mutating func checkVCPUs(_ wish: CellWish, _ all: VCPUSet) {
        var assigned = VCPUSet()
        for (number, cpus) in wish.cpus.enumerated() {
            let outside = cpus.value.subtracting(all)
            if !outside.isEmpty {
                report.error(
                    .vcpuOutOfRange, "cell \(number) names vCPU \(outside), which does not exist", at: cpus.mark,
                    label: "the guest has vCPUs \(all)", hint: "raise vcpus, or correct the list")
            }
            let twice = cpus.value.intersection(assigned)
            if !twice.isEmpty {
                report.error(
                    .vcpuTwice, "vCPU \(twice) of cell \(number) is in an earlier cell as well", at: cpus.mark,
                    hint: "name each vCPU in one cell")
            }
            assigned.formUnion(cpus.value)
        }
        let missing = all.subtracting(assigned)
        if !missing.isEmpty {
            report.error(
                .vcpuUnassigned, "vCPU \(missing) is in no cell", at: wish.mark, hint: "add \(missing) to a cell")
        }
    }

    private mutating func checkMemory(_ wish: CellWish, _ memory: KiB) {
        let sum = wish.memory.reduce(KiB.zero) { $0 + $1.value }
        guard sum != memory else { return }
        report.error(
            .memorySumDiffers, "the cells add up to \(sum), but the guest has \(memory)", at: wish.mark,
            hint: "write ram: \(sum), or correct the cells")
    }
}
