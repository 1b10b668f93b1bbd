internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// Host cells that the operator chose, for cells that exist. Several on one host cell are there together.
    mutating func forcedCells(_ cells: [GuestCellDemand], _ policy: PolicyChoice?) -> [GuestCellID: Located<CellID>] {
        guard let placement, !placement.value.isEmpty else { return [:] }
        if !hasCells(policy), !isPartial {
            report.error(
                .policyNeedsCells, "numa_placement needs guest cells", at: placement.mark, hint: "add numa_nodes: 1")
        }
        var forced: [GuestCellID: Located<CellID>] = [:]
        for entry in placement.value {
            if !cells.isEmpty, !cells.contains(where: { $0.id == entry.cell.value }) {
                report.error(
                    .cellsDoNotMatch, "guest cell \(entry.cell.value) does not exist", at: entry.cell.mark,
                    label: cells.count == 1
                        ? "the guest has cell 0 only" : "the guest has cells 0 to \(cells.count - 1)")
            }
            forced[entry.cell.value] = entry.value.map { CellID($0) }
        }
        return forced
    }

    /// Which host devices suit; flavor and image must agree.
    mutating func devicePolicy() -> GuestDemand.DevicePolicy {
        if let flavor = settings.devicePolicy, let image = image.devicePolicy, flavor.value != image.value {
            conflict("pci_numa_affinity_policy", at: image.mark, flavor: flavor.mark)
        }
        return (settings.devicePolicy ?? image.devicePolicy)?.value ?? .legacy
    }

    /// The guest's physical address bits: a number goes with `emulate` and with nothing else.
    mutating func physicalAddress() -> PhysicalAddress? {
        guard !isBroken("maxphysaddr_mode", "maxphysaddr_bits") else { return nil }
        let bits = settings.addressBits ?? image.addressBits
        guard let mode = settings.addressMode ?? image.addressMode else {
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
                    .conflictingKeys,
                    "maxphysaddr_mode: passthrough uses the host's bits and excludes maxphysaddr_bits",
                    at: bits.mark, hint: "remove maxphysaddr_bits, or write maxphysaddr_mode: emulate")
            }
            if let cpuMode = settings.cpuMode, cpuMode.value != .hostPassthrough {
                report.error(
                    .conflictingKeys, "maxphysaddr_mode: passthrough needs cpu_mode: host-passthrough", at: mode.mark)
            }
        }
        return PhysicalAddress(mode: mode.value.rawValue, bits: bits?.value)
    }
}
