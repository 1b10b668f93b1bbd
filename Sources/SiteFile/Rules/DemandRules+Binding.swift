internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// How cells are bound to host cells. Pinned CPUs and pages that are asked for only make sense on a host cell.
    mutating func memoryPolicy(_ policy: PolicyChoice?, hasCells: Bool) -> GuestDemand.MemoryPolicy {
        guard let wish = specs.memoryPolicy else { return .strict }
        if !hasCells, !isPartial, wish.value != .strict {
            report.error(
                .policyNeedsCells, "numa_policy: \(wish.value.rawValue) needs guest cells", at: wish.mark,
                hint: "add numa_nodes: 1")
        }
        guard wish.value == .none else { return wish.value }
        if policy?.isDedicating == true {
            report.error(
                .policyNeedsCells, "vCPUs with a CPU of their own must be bound to host cells", at: wish.mark,
                hint: "remove numa_policy: none, or write cpu_policy: shared")
        }
        if let pages = specs.pageSize, pages.value != .small {
            report.error(
                .policyNeedsCells, "memory in \(pages.value.phrase) must be bound to host cells", at: wish.mark,
                label: "mem_page_size is at line \(pages.mark.line)",
                hint: "remove numa_policy: none, or the page size")
        }
        return .none
    }

    /// Host cells that the operator chose: for cells that exist, and a host cell for each.
    mutating func forcedCells(_ cells: [GuestCellDemand], _ policy: PolicyChoice?) -> [GuestCellID: Located<CellID>] {
        guard let placement, !placement.value.isEmpty else { return [:] }
        if specs.memoryPolicy?.value == GuestDemand.MemoryPolicy.none {
            report.error(
                .policyNeedsCells, "numa_placement has no effect with numa_policy: none", at: placement.mark,
                hint: "remove one of the two")
        } else if !hasCells(policy), !isPartial {
            report.error(
                .policyNeedsCells, "numa_placement needs guest cells", at: placement.mark, hint: "add numa_nodes: 1")
        }
        var forced: [GuestCellID: Located<CellID>] = [:]
        var taken: [Int: GuestCellID] = [:]
        for entry in placement.value {
            if !cells.isEmpty, !cells.contains(where: { $0.id == entry.cell.value }) {
                report.error(
                    .cellsDoNotMatch, "guest cell \(entry.cell.value) does not exist", at: entry.cell.mark,
                    label: cells.count == 1
                        ? "the guest has cell 0 only" : "the guest has cells 0 to \(cells.count - 1)")
            }
            if let other = taken[entry.value.value] {
                report.error(
                    .conflictingKeys,
                    "guest cells \(other) and \(entry.cell.value) cannot both be on host cell \(entry.value.value)",
                    at: entry.value.mark, hint: "every cell of a guest goes to a host cell of its own")
            }
            taken[entry.value.value] = entry.cell.value
            forced[entry.cell.value] = entry.value.map { CellID($0) }
        }
        return forced
    }

    /// Which host devices suit; flavor and image must agree.
    mutating func devicePolicy() -> GuestDemand.DevicePolicy {
        if let flavor = specs.devicePolicy, let image = image.devicePolicy, flavor.value != image.value {
            conflict("pci_numa_affinity_policy", at: image.mark, flavor: flavor.mark)
        }
        return (specs.devicePolicy ?? image.devicePolicy)?.value ?? .legacy
    }

    /// The guest's physical address bits: a number goes with `emulate` and with nothing else.
    mutating func physicalAddress() -> PhysicalAddress? {
        guard !isBroken("maxphysaddr_mode", "maxphysaddr_bits") else { return nil }
        let bits = specs.addressBits ?? image.addressBits
        guard let mode = specs.addressMode ?? image.addressMode else {
            if let bits {
                report.error(
                    .missingKey, "maxphysaddr_bits needs maxphysaddr_mode", at: bits.mark,
                    hint: "add maxphysaddr_mode: emulate")
            }
            return nil
        }
        if mode.value == .emulate, bits == nil {
            report.error(
                .missingKey, "maxphysaddr_mode: emulate needs maxphysaddr_bits", at: mode.mark,
                hint: "add maxphysaddr_bits: 42")
        }
        if mode.value == .passthrough {
            if let bits {
                report.error(
                    .conflictingKeys, "maxphysaddr_mode: passthrough takes the host's bits, so none can be given",
                    at: bits.mark, hint: "remove maxphysaddr_bits, or write maxphysaddr_mode: emulate")
            }
            if let cpuMode = specs.cpuMode, cpuMode.value != .hostPassthrough {
                report.error(
                    .conflictingKeys, "maxphysaddr_mode: passthrough needs cpu_mode: host-passthrough", at: mode.mark)
            }
        }
        return PhysicalAddress(mode: mode.value.rawValue, bits: bits?.value)
    }
}
