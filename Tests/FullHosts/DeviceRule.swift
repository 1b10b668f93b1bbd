internal import Diagnostics
package import HostModel
package import SiteFile

/// The rule of devices as the manual tells it, device by device.
package struct DeviceRule {
    let host: HostFacts
    package init(_ host: HostFacts) { self.host = host }

    /// Whether a guest on these host cells may have its devices.
    package func holds(for demand: GuestDemand, on cells: [CellID]) -> Bool {
        demand.devices.allSatisfy { named in
            guard let device = host.devices.first(where: { $0.address == named.value }) else { return false }
            guard demand.isBound else { return true }
            switch demand.devicePolicy {
            case .preferred: return true
            case .required: return device.cell.map { cells.contains($0) } ?? false
            case .legacy:
                return device.cell.map { cells.contains($0) || host.cell($0)?.cpus.isEmpty == true } ?? true
            case .socket:
                guard let socket = device.socket else { return false }
                return host.cells.contains { cells.contains($0.id) && $0.socket == socket }
            }
        }
    }
}
