internal import DomainXML
internal import XMLTree

/// The disks and interfaces that a running guest gets or loses at once, beside its definition.
///
/// Only whole devices: one that is to be another one, with another source or on another bus, waits for the next start, and so does
/// what the machine has no room for.
struct LiveDevices {
    /// One step a device, those that come out first: they make room.
    private(set) var steps: [Step] = []
    /// These devices.
    private(set) var devices: Set<DomainDevice> = []

    /// Nothing at once.
    init() {}

    /// Compares a running domain with what it will be started with.
    ///
    /// - Parameters:
    ///   - merge: The running domain with what the site says of its machine.
    ///   - live: What it runs with.
    init(of guest: String, _ merge: MachineMerge, live: XMLElement) {
        guard var room = HotplugRoom(in: live) else { return }
        let changes = Dictionary(grouping: merge.differences) { DomainDevice(of: $0.key) }
        let moved = Set(sources(of: changes, \.now)).intersection(sources(of: changes, \.want))
        var added: [(DomainDevice, XMLElement)] = []
        for kind in [DomainDevice.DeviceKind.disk, .interface] {
            let present = DomainDevice.elements(of: kind, in: live)
            let wanted = DomainDevice.elements(of: kind, in: merge.document)
            for element in present where !wanted.contains(where: { DomainDevice($0) == DomainDevice(element) }) {
                guard let device = DomainDevice(element), goes(changes[device], moved), room.gives(element) else {
                    continue
                }
                add(guest, .detach, device, element.deviceAsSaid)
            }
            var fresh = 0
            for element in wanted where !present.contains(where: { DomainDevice($0) == DomainDevice(element) }) {
                guard var device = DomainDevice(element) else { continue }
                fresh += 1
                if device.isUnnamed, fresh > 1 { device.name = "new-\(fresh)" }
                if comes(changes[device], moved) { added.append((device, element)) }
            }
        }
        for (device, element) in added where room.take(element) { add(guest, .attach, device, element) }
    }

    private mutating func add(
        _ guest: String, _ direction: SetDeviceStep.Direction, _ device: DomainDevice, _ element: XMLElement
    ) {
        devices.insert(device)
        steps.append(.setDevice(name: guest, direction, path: device.path, device: element))
    }

    /// Whether all of a device goes, and does not come back under another name.
    private func goes(_ changes: [MachineDifference]?, _ moved: Set<SettingValue>) -> Bool {
        guard let changes, !changes.isEmpty else { return false }
        return changes.allSatisfy { $0.want == nil && !($0.now.map(moved.contains) ?? false) }
    }

    private func comes(_ changes: [MachineDifference]?, _ moved: Set<SettingValue>) -> Bool {
        guard let changes, !changes.isEmpty else { return false }
        return changes.allSatisfy { $0.now == nil && !($0.want.map(moved.contains) ?? false) }
    }
}

/// Where the disks have their content that come or go as a whole.
private func sources(
    of changes: [DomainDevice?: [MachineDifference]], _ value: (MachineDifference) -> SettingValue?
) -> [SettingValue] {
    changes.values.joined().compactMap { if case .disk(_, "source") = $0.key { value($0) } else { nil } }
}
