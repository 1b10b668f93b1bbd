internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Virtual functions of devices: those that could be made for guests that ask for such, and what is made in the end.
struct VirtualFunctions {
    private let host: HostFacts

    init(_ host: HostFacts) { self.host = host }

    /// The host with the virtual functions that could be made of some devices as well.
    ///
    /// The kernel changes their number only by way of none. So more are made only of a device of which nobody uses any. A device that
    /// is asked to be divided is not given away itself.
    ///
    /// - Parameters:
    ///   - wishes: What guests ask for.
    ///   - inUse: Devices that domains have which run or guests name.
    func possible(for wishes: [DeviceWish], inUse: Set<PCIAddress>) -> HostFacts {
        var next = host
        for (index, device) in host.devices.enumerated() {
            guard let functions = device.virtualFunctions, wishes.contains(where: { $0.divides(device) }),
                !inUse.contains(device.address)
            else { continue }
            next.devices[index].virtualFunctions?.now = max(1, functions.now)
            let present = host.devices.filter { $0.physicalFunction == device.address }
            guard present.allSatisfy({ !$0.isInUse && !inUse.contains($0.address) }) else { continue }
            next.devices += device.possibleFunctions.dropFirst(functions.now).filter { host.device($0) == nil }.map {
                HostDevice(
                    address: $0, cell: device.cell, socket: device.socket, deviceClass: device.deviceClass,
                    vendor: device.vendor, physicalFunction: device.address)
            }
        }
        next.devices.sort { $0.address < $1.address }
        return next
    }

    /// How many virtual functions devices must have for these guests, ascending; never fewer than they have.
    func needed(for guests: [GuestPlacement]) -> [DividedDevice] {
        let chosen = Set(guests.flatMap(\.devices).filter(\.isChosen).map(\.address))
        return host.devices.compactMap { device in
            guard let functions = device.virtualFunctions else { return nil }
            let present = host.devices.filter { $0.physicalFunction == device.address }.map(\.address)
            let last = device.possibleFunctions.lastIndex(where: chosen.contains).map { $0 + 1 } ?? 0
            guard last > 0 || !chosen.isDisjoint(with: present) else { return nil }
            return DividedDevice(device: device.address, count: max(last, functions.now))
        }
    }

    /// The steps that make them.
    func steps(_ needed: [DividedDevice]) -> [SetVFsStep] {
        needed.compactMap { wanted in
            guard let now = host.device(wanted.device)?.virtualFunctions?.now, now < wanted.count else { return nil }
            return SetVFsStep(device: wanted.device, prior: now, target: wanted.count)
        }
    }

    /// The change that a step comes to.
    static func change(_ step: SetVFsStep) -> Change {
        let part = ChangedPart(
            .virtualFunctions, now: .number(UInt64(step.prior)), want: .number(UInt64(step.target)), when: .live)
        return Change(subject: step.subject, action: .update, disruption: .live, parts: [part])
    }
}
