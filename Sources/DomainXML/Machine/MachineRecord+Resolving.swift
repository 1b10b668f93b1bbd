internal import HostModel
public import XMLTree

extension MachineRecord {
    /// The record of what the site says now, with the disks' names as the domain has them.
    ///
    /// A disk keeps its name as long as the site keeps its path, wherever it stands in the list, and the name that somebody gave it
    /// in the domain; one whose path the site changes keeps the name that is left over. A new disk takes the first name that is free.
    public init(_ wish: MachineWish, prior: MachineRecord?, in domain: XMLElement?) {
        let devices = wish.devices
        self.init(
            base: wish.base, hypervisor: wish.hypervisor, machine: wish.machine,
            interfaces: devices?.interfaces ?? [], hostDevices: wish.hostDevices, kernel: devices?.kernel,
            initrd: devices?.initrd, commandLine: devices?.commandLine, hasConsole: devices?.hasConsole,
            description: wish.description, isPartial: wish.isPartial)
        hostNetdevs = wish.hostNetdevs
        deviceCells = wish.deviceCells(prior: prior, in: domain)
        var naming = DiskNaming(
            prior: domain.flatMap { prior?.namingDisks(in: $0) }?.disks ?? prior?.disks,
            present: domain?.element(named: "devices")?.elements(named: "disk"),
            isPartial: wish.isPartial)
        disks = naming.named(devices?.disks ?? [])
    }

    /// The record with the names that its disks have in the domain: somebody may have given one another name.
    func namingDisks(in domain: XMLElement) -> MachineRecord {
        let elements = domain.element(named: "devices")?.elements(named: "disk") ?? []
        let targets = elements.map { $0.element(named: "target")?[attribute: "dev"] }
        var record = self
        var named = Set(disks.map(\.target))
        for (index, disk) in disks.enumerated() where !targets.contains(disk.target) {
            let place = elements.indices.first { place in
                !(targets[place].map(named.contains) ?? true) && elements[place].isDisk(disk.disk)
            }
            guard let place, let target = targets[place] else { continue }
            record.disks[index].target = target
            named.insert(target)
        }
        return record
    }

    /// The record with what the site took out of the one before, as far as a running domain still has it: only a restart may rid the
    /// domain of that, and until then it is the site's to tell.
    ///
    /// - Parameters:
    ///   - prior: The record of the definition before this one.
    ///   - definition: That definition.
    ///   - live: What the domain runs with.
    public func remembering(_ prior: MachineRecord, of definition: XMLElement, in live: XMLElement) -> MachineRecord {
        var record = self
        let devices = live.element(named: "devices")
        let targets = Set(
            (devices?.elements(named: "disk") ?? []).compactMap { $0.element(named: "target")?[attribute: "dev"] })
        let addresses = Set((devices?.elements(named: "interface") ?? []).compactMap(\.hardwareAddress))
        let named = Set(disks.map(\.target))
        record.formerDisks = (prior.formerDisks + prior.disks).filter {
            targets.contains($0.target) && !named.contains($0.target)
        }
        let own = Set(namingInterfaces(in: definition).interfaces.compactMap(\.mac))
        record.formerInterfaces = (prior.formerInterfaces + prior.namingInterfaces(in: definition).interfaces).filter {
            $0.mac.map { addresses.contains($0) && !own.contains($0) } ?? false
        }
        return record
    }

    /// The record with the disks and interfaces of a later one besides: what a domain was started with, and what it was given since.
    ///
    /// - Parameter definition: The definition that the later record is of.
    public func adding(_ later: MachineRecord, of definition: XMLElement) -> MachineRecord {
        var record = self
        let targets = Set(disks.map(\.target))
        record.disks += (later.disks + later.formerDisks).filter { !targets.contains($0.target) }
        var known = interfaces
        for (interface, named) in zip(later.interfaces, later.namingInterfaces(in: definition).interfaces) {
            if let place = known.firstIndex(of: interface) {
                known.remove(at: place)
            } else {
                record.interfaces.append(named)
            }
        }
        let addresses = Set(record.namingInterfaces(in: definition).interfaces.compactMap(\.mac))
        record.interfaces += later.formerInterfaces.filter { $0.mac.map { !addresses.contains($0) } ?? false }
        return record
    }

    /// The record with the addresses that the domain's interfaces have, so that they are found in the running domain.
    public func namingInterfaces(in domain: XMLElement) -> MachineRecord {
        let elements = domain.element(named: "devices")?.elements(named: "interface") ?? []
        let pairing = InterfacePairing(
            interfaces, prior: interfaces, present: elements.map(InterfacePairing.Present.init),
            isPartial: isPartial)
        var record = self
        for (index, place) in pairing.places.enumerated() {
            guard let place, record.interfaces[index].mac == nil else { continue }
            record.interfaces[index].mac = elements[place].hardwareAddress
        }
        return record
    }
}

extension MachineWish {
    /// The guest cells that host devices are put on: none where the machine has no buses that belong to cells.
    fileprivate func deviceCells(prior: MachineRecord?, in domain: XMLElement?) -> [PCIAddress: GuestCellID] {
        let present = domain?.element(named: "os")?.element(named: "type")?[attribute: "machine"]
        guard let type = domain == nil ? machine : present, MachineType(type).hasCellBuses else { return [:] }
        let wereOnCells = prior.map { !$0.deviceCells.isEmpty } ?? false
        let hadNone = prior.map(\.hostDevices.isEmpty) ?? (domain == nil)
        return switch deviceView {
        case .onCells: deviceCells
        case .onRoot: [:]
        case .onCellsIfNew: wereOnCells || hadNone ? deviceCells : [:]
        case .asBefore: wereOnCells ? deviceCells : [:]
        }
    }
}

/// Gives the site's disks their names in a domain.
private struct DiskNaming {
    private let recorded: [MachineRecord.RecordedDisk]
    /// Whether a disk that no record has may be one that an older version made in that place.
    private let isInOrder: Bool
    private var present: [String: XMLElement] = [:]
    private var taken: Set<String> = []

    init(prior: [MachineRecord.RecordedDisk]?, present elements: [XMLElement]?, isPartial: Bool) {
        recorded = prior ?? []
        isInOrder = prior == nil && !isPartial
        for element in elements ?? [] {
            if let target = element.element(named: "target")?[attribute: "dev"] { present[target] = element }
        }
    }

    mutating func named(_ disks: [GuestDisk]) -> [MachineRecord.RecordedDisk] {
        var targets: [String?] = disks.map { _ in nil }
        let ways: [(DiskNaming, Int) -> String?] = [
            { naming, index in
                naming.recorded(samePathAs: disks[index]) ?? naming.present(samePathAs: disks[index])
            },
            { naming, index in
                naming.isInOrder ? naming.inOrder(disks, at: index) : naming.leftOver(disks[index])
            },
            { naming, index in naming.free(disks[index]) },
        ]
        for way in ways {
            for index in disks.indices where targets[index] == nil {
                guard let target = way(self, index), taken.insert(target).inserted else { continue }
                targets[index] = target
            }
        }
        return zip(disks, targets).compactMap { disk, target in
            target.map { MachineRecord.RecordedDisk(target: $0, disk: disk) }
        }
    }

    private func recorded(samePathAs disk: GuestDisk) -> String? {
        recorded.first { $0.disk.path == disk.path && $0.disk.bus == disk.bus && !taken.contains($0.target) }?.target
    }

    private func present(samePathAs disk: GuestDisk) -> String? {
        present.sorted { $0.key < $1.key }.first { target, element in
            !taken.contains(target) && element.isDisk(disk)
        }?.key
    }

    private func leftOver(_ disk: GuestDisk) -> String? {
        recorded.first { $0.disk.bus == disk.bus && !taken.contains($0.target) }?.target
    }

    /// The name that an older version gave the disk by its place in the list.
    private func inOrder(_ disks: [GuestDisk], at index: Int) -> String? {
        let disk = disks[index]
        let target = disk.prefix + diskLetters(disks[..<index].count { $0.prefix == disk.prefix })
        return present.isEmpty || (present[target] != nil && !taken.contains(target)) ? target : nil
    }

    private func free(_ disk: GuestDisk) -> String? {
        let used = taken.union(present.keys).union(recorded.map(\.target))
        return (0...).lazy.map { disk.prefix + diskLetters($0) }.first { !used.contains($0) }
    }
}
