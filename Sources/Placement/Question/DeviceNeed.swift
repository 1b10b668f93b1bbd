internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Which host cells a guest's devices ask for.
///
/// Under `required`, `legacy` and `preferred` a device asks for its own cell, under `socket` for any cell of its socket. So two
/// devices ask for the same cells or for quite different ones, and what is left is one set of cells for each group of devices.
/// No guest can be on a cell without CPUs: under `legacy` a device there is had from the nearest cell that has some.
struct DeviceNeed {
    private(set) var mustIncludeOneOf: [Set<Int>] = []
    private(set) var shouldTouch: [Set<Int>] = []

    /// Looks the guest's devices up. A guest that is bound to no cell only needs them to be there.
    init(_ demand: GuestDemand, on grid: HostGrid) throws(StaticObstacle) {
        let missing = demand.devices.map(\.value).filter { grid.devices[$0] == nil }
        guard missing.isEmpty else { throw StaticObstacle.devicesMissing(missing) }
        guard demand.isBound else { return }
        for device in demand.devices {
            let near = grid.cells(near: device.value, under: demand.devicePolicy)
            if near.isEmpty {
                guard demand.devicePolicy != .required, demand.devicePolicy != .socket else {
                    throw StaticObstacle.deviceWithoutCell(device.value)
                }
            } else if demand.devicePolicy == .preferred
                || demand.devicePolicy == .legacy && grid.devices[device.value]?.isBesideNoCPU == true
            {
                if !shouldTouch.contains(near) { shouldTouch.append(near) }
            } else if !mustIncludeOneOf.contains(near) {
                mustIncludeOneOf.append(near)
            }
        }
        // The order in which devices are named makes no difference, so that guests that differ in nothing else are alike.
        mustIncludeOneOf.sort { ($0.min() ?? 0) < ($1.min() ?? 0) }
        shouldTouch.sort { ($0.min() ?? 0) < ($1.min() ?? 0) }
    }
}

/// Where a device is, as indices of the grid.
struct DevicePlace: Hashable {
    let cell: Int?
    /// The cells that are on the device's socket; empty when the socket is not known.
    let cellsOfSocket: Set<Int>
    /// Whether its cell has no CPUs, so that no guest can be there.
    let isBesideNoCPU: Bool
}

extension HostGrid {
    /// The cells that count as near a device; empty when the host does not tell.
    func cells(near device: PCIAddress, under policy: GuestDemand.DevicePolicy) -> Set<Int> {
        guard let place = devices[device] else { return [] }
        return policy == .socket ? place.cellsOfSocket : place.cell.map { [$0] } ?? []
    }

    /// By address: where the devices of a host are.
    static func places(of host: HostFacts) -> [PCIAddress: DevicePlace] {
        guard !host.devices.isEmpty else { return [:] }
        let sockets = host.cells.map { host.socket(of: $0.id) }
        return Dictionary(
            host.devices.map { device in
                let socket = host.socket(of: device)
                let near = socket.map { wanted in sockets.indices.filter { sockets[$0] == wanted } } ?? []
                let cell = host.cells.firstIndex { $0.id == device.cell }
                let isBesideNoCPU = cell.map { host.cells[$0].cpus.isEmpty } ?? false
                return (
                    device.address, DevicePlace(cell: cell, cellsOfSocket: Set(near), isBesideNoCPU: isBesideNoCPU)
                )
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension GuestCounts {
    /// Whether a guest on these host cells is near all its devices, as far as it must be.
    func isNearAll(_ hosts: [Int]) -> Bool { mustIncludeOneOf.allSatisfy { !$0.isDisjoint(with: hosts) } }

    /// Whether a guest on these host cells, with so many still to come, may yet be near all its devices.
    ///
    /// No cell is in two sets, so each set that is not touched takes a cell of its own.
    func canTouchAll(_ hosts: [Int], toCome: Int) -> Bool {
        mustIncludeOneOf.isEmpty || mustIncludeOneOf.count { $0.isDisjoint(with: hosts) } <= toCome
    }

    /// Whether the guest has cells enough, and these not bound elsewhere, to be near all its devices.
    var canTouchAll: Bool { canTouchAll(forced.compactMap { $0 }, toCome: forced.count { $0 == nil }) }

    /// How far host cells are from the devices that they should be near to; 0 when there are none.
    func remoteness(of hosts: [Int], _ distances: [[Int]]) -> Int {
        shouldTouch.reduce(0) { sum, cells in
            sum + (cells.flatMap { cell in hosts.map { distances[$0][cell] } }.min() ?? 0)
        }
    }
}
