internal import HostModel

extension HostGrid {
    /// Takes CPUs out of a cell for good: each is used by one vCPU or emulator alone.
    ///
    /// - Parameter isolated: Whether the siblings are kept empty as well.
    mutating func commit(_ cpus: CPUSet, on cell: Int, isolated: Bool) {
        for index in cells[cell].cores.indices where !cells[cell].cores[index].threads.isDisjoint(with: cpus) {
            cells[cell].cores[index].isWhole = false
            let lost = isolated ? cells[cell].cores[index].threads : cpus
            cells[cell].cores[index].dedicated.subtract(lost)
            cells[cell].cores[index].shared.subtract(lost)
        }
    }

    /// Whether CPUs are still free to be committed on a cell.
    func areFree(_ cpus: CPUSet, on cell: Int, isolated: Bool) -> Bool {
        var found = CPUSet()
        for core in cells[cell].cores where !core.threads.isDisjoint(with: cpus) {
            guard !isolated || (core.isWhole && core.threads.intersection(cpus).count == 1) else { return false }
            found.formUnion(core.dedicated.intersection(cpus))
        }
        return found == cpus
    }
}
