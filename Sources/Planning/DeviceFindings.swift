internal import Diagnostics
internal import HostModel
internal import SiteFile

/// What is to be said of the devices that guests have: those that no guest can be on one cell with.
struct DeviceFindings {
    let host: HostFacts
    let guests: [GuestSpec]

    /// One note for each device, in the order of the placement.
    func diagnostics(_ placement: Placement) -> [Diagnostic] {
        let specs = Dictionary(guests.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
        return placement.guests.flatMap { place in
            guard let guest = specs[place.name], guest.demand.devicePolicy == .legacy, !place.cells.isEmpty else {
                return [Diagnostic]()
            }
            let cells = CellSet(place.cells.map(\.hostCell))
            return guest.demand.devices.compactMap { device in
                guard let cell = host.device(device.value)?.cell, host.cellsWithoutCPUs.contains(cell) else {
                    return nil
                }
                return Diagnostic(
                    .deviceOnCellWithoutCPUs,
                    "the device \(device.value) of guest '\(place.name)' is on host cell \(cell), which has no CPUs; the guest is on "
                        + (cells.count == 1 ? "host cell \(cells)" : "host cells \(cells)"),
                    at: device.mark, severity: .note,
                    hint: "'pci_numa_affinity_policy: preferred' says the same and leaves this note out")
            }
        }
    }
}
