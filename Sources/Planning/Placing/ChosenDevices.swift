internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile
internal import XMLTree

extension DomainRecord {
    /// The PCI devices of the host that the domain has, or has once it is started.
    var hostDevices: Set<PCIAddress> {
        let elements = [present, document].flatMap { $0.element(named: "devices")?.elements(named: "hostdev") ?? [] }
        return Set(elements.compactMap(PCIAddress.init(hostDevice:)))
    }

    /// Those that the site gave it: what its mark says counts, since a definition that was changed by hand is drift.
    var givenDevices: Set<PCIAddress> { mark?.machine.map { Set($0.hostDevices) } ?? hostDevices }
}

extension SiteDomains {
    /// The host with what the guests' own domains tell of their devices.
    ///
    /// A device that a guest has is bound to another driver, and has no interface by whose name it could be found: the guest's mark
    /// has the name. Between two starts it is the host's again, which may use it for all that it matters here.
    ///
    /// Virtual functions that could be made of a device are there as well.
    var knownDevices: HostFacts {
        var host = request.host
        let wishing = placed.filter { !$0.demand.deviceWishes.isEmpty }
        guard !wishing.isEmpty, !host.devices.isEmpty else { return host }
        var own: Set<PCIAddress> = []
        for guest in wishing {
            guard let record = records[guest.name.value] else { continue }
            own.formUnion(record.hostDevices)
            for (address, netdev) in record.mark?.machine?.hostNetdevs ?? [:] where record.hostDevices.contains(address)
            {
                guard let index = host.devices.firstIndex(where: { $0.address == address }),
                    host.devices[index].netdevs.isEmpty
                else { continue }
                host.devices[index].netdevs = [netdev]
            }
        }
        for index in host.devices.indices where own.contains(host.devices[index].address) {
            host.devices[index].isInUse = false
        }
        let wishes = wishing.flatMap { $0.demand.deviceWishes.map(\.value.wish) }
        guard wishes.contains(where: \.isVirtualFunction) else { return host }
        let running = records.values.filter(\.isRunning).reduce(into: Set<PCIAddress>()) {
            $0.formUnion($1.hostDevices)
        }
        let named = placed.flatMap { $0.demand.devices.map(\.value) }
        return VirtualFunctions(host).possible(for: wishes, inUse: running.union(named))
    }
}

extension GuestDemand {
    /// The same with the devices that were chosen, as if they were named.
    func having(_ placed: [PlacedDevice]) -> GuestDemand {
        guard let mark = deviceWishes.first?.mark else { return self }
        var demand = self
        for device in placed where device.isChosen {
            demand.devices.append(Located(device.address, at: mark))
            demand.deviceNetdevs[device.address] = device.netdev
        }
        demand.deviceWishes = []
        return demand
    }
}
