internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// Translates a placement into what a definition must say.
struct WantedParts {
    let host: HostFacts
    /// The priority of real-time vCPUs under the FIFO scheduler.
    static let realtimePriority = 1

    /// What is wanted of a guest at its place.
    func settings(of demand: GuestDemand, at placement: GuestPlacement) -> WantedSettings {
        var wanted = WantedSettings(vcpus: demand.vcpus, memory: demand.startMemory)
        wanted.currentVCPUs = demand.currentVCPUs
        wanted.currentMemory = demand.currentMemory
        wanted.vcpuCPUs = placement.floatingCPUs
        wanted.ioThreads = demand.ioThreads
        pin(&wanted, demand, placement)
        wanted.numaTune = numaTune(demand, placement)
        wanted.hugePages = hugePages(demand, placement)
        wanted.pluggableMemory = pluggableMemory(demand, placement)
        wanted.noSharePages = !demand.realtimeVCPUs.isEmpty
        wanted.isLocked = !demand.realtimeVCPUs.isEmpty || demand.lockedMemory
        wanted.isMemoryShared = isShared(demand)
        wanted.cpuMode = demand.cpuMode
        wanted.topology = SeenTopology(host: host).topology(of: demand, at: placement).map(Topology.init)
        wanted.cpuCache = cpuCache(demand, placement)
        wanted.maximumPhysicalAddress = demand.physicalAddress.map(MaximumPhysicalAddress.init)
        wanted.guestCells = guestCells(demand, placement)
        wanted.hasACPI = !demand.cells.isEmpty && !demand.hidesCells && hasACPI
        return wanted
    }

    /// On x86 and Arm a guest's kernel reads its cells from ACPI tables; elsewhere there are none.
    private var hasACPI: Bool {
        switch host.host.arch {
        case nil, "x86_64", "i686", "aarch64": true
        default: false
        }
    }

    private func pin(_ wanted: inout WantedSettings, _ demand: GuestDemand, _ placement: GuestPlacement) {
        wanted.vcpuPins = placement.cells.reduce(into: placement.pins) { pins, cell in
            pins.merge(cell.pins) { first, _ in first }
        }
        if demand.pins.vcpuSet != nil {
            wanted.vcpuPins = wanted.vcpuPins.filter { vcpu, _ in
                demand.dedicatedVCPUs.contains(vcpu) || demand.pins.vcpus[vcpu] != nil
            }
        }
        wanted.emulatorPin = placement.emulatorCPUs.isEmpty ? nil : placement.emulatorCPUs
        for number in 0..<(demand.ioThreads ?? 0) {
            wanted.ioThreadPins[number + 1] = demand.pins.ioThreads[number + 1]?.value ?? wanted.emulatorPin
        }
        wanted.schedulers = WantedParts.schedulers(demand)
    }

    /// The schedulers of vCPUs that have one of their own.
    static func schedulers(_ demand: GuestDemand) -> [VCPU: Scheduler] {
        let realtime = Scheduler(policy: "fifo", priority: WantedParts.realtimePriority)
        var schedulers = Dictionary(uniqueKeysWithValues: demand.realtimeVCPUs.map { ($0, realtime) })
        guard let asked = demand.scheduler else { return schedulers }
        for vcpu in asked.vcpus {
            schedulers[vcpu] = Scheduler(policy: asked.policy.rawValue, priority: asked.priority)
        }
        return schedulers
    }

    private func numaTune(_ demand: GuestDemand, _ placement: GuestPlacement) -> NUMATune? {
        let policies = Dictionary(uniqueKeysWithValues: demand.cells.map { ($0.id, demand.policy(of: $0)) })
        let nodes = placement.cells.compactMap { cell -> (GuestCellID, NUMATune.MemNode)? in
            guard !cell.boundTo.isEmpty, let mode = policies[cell.id].flatMap(NUMATune.Mode.init) else { return nil }
            return (cell.id, NUMATune.MemNode(mode: mode, hostCells: cell.boundTo))
        }
        guard let first = nodes.first?.1 else { return nil }
        let all = nodes.reduce(into: CellSet()) { $0.formUnion($1.1.hostCells) }
        if demand.hidesCells { return NUMATune(mode: first.mode, hostCells: all) }
        let whole = demand.bindsWhole ? NUMATune.Mode(demand.memoryPolicy) : nil
        return NUMATune(
            mode: whole ?? .strict, hostCells: whole == nil ? nil : all,
            memNodes: Dictionary(uniqueKeysWithValues: nodes))
    }

    private func hugePages(_ demand: GuestDemand, _ placement: GuestPlacement) -> HugePages? {
        let huge = placement.cells.filter { $0.pageSize > host.host.basePage && $0.memory > .zero }
        if demand.hidesCells { return huge.first.map { .all($0.pageSize) } }
        return huge.isEmpty ? nil : .perCell(Dictionary(uniqueKeysWithValues: huge.map { ($0.id, $0.pageSize) }))
    }

    /// Memory is plugged in pages of the cell's size, and no less than virtio-mem does.
    private func pluggableMemory(_ demand: GuestDemand, _ placement: GuestPlacement) -> [GuestCellID: MemoryPlug] {
        guard let growth = demand.growth else { return [:] }
        let plugs = placement.cells.filter { $0.memory > .zero }.map { cell in
            let block = max(cell.pageSize.size, MemoryGrowth.leastBlock)
            return (cell.id, MemoryPlug(size: growth.size, requested: growth.requested, block: block))
        }
        return Dictionary(uniqueKeysWithValues: plugs)
    }

    private func isShared(_ demand: GuestDemand) -> Bool? { demand.memoryAccess.map { $0 == .shared } }

    private func guestCells(_ demand: GuestDemand, _ placement: GuestPlacement) -> [GuestCell] {
        guard !demand.hidesCells else { return [] }
        let isHuge = placement.cells.contains { $0.pageSize > host.host.basePage }
        let isShared = isShared(demand) ?? (isHuge ? true : nil)
        return demand.cells.map { cell in
            GuestCell(
                id: cell.id, vcpus: cell.vcpus, memory: demand.startMemory(of: cell), isShared: isShared,
                distances: distances(from: cell.id, demand, placement))
        }
    }

    /// Distances of a guest cell: those of its host cell, or those that say nothing. Empty to leave them as they are.
    private func distances(
        from guestCell: GuestCellID, _ demand: GuestDemand, _ placement: GuestPlacement
    ) -> [GuestCellID: Int] {
        guard let home = placement.cells.first(where: { $0.id == guestCell })?.hostCell else { return [:] }
        let saysHost = demand.view.distances == .host || (demand.view.distances == .auto && differ(placement))
        guard saysHost || demand.view.distances == .none else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: placement.cells.map { cell in
                // A guest's kernel takes no matrix in which another cell is as near as the own one, or none can be reached.
                let distance = saysHost ? min(max(host.distance(from: home, to: cell.hostCell), 11), 254) : 20
                return (cell.id, cell.id == guestCell ? 10 : distance)
            })
    }

    /// Whether some of a guest's host cells are further from each other than others.
    private func differ(_ placement: GuestPlacement) -> Bool {
        let hosts = placement.cells.map(\.hostCell)
        let distances = hosts.flatMap { from in hosts.filter { $0 != from }.map { host.distance(from: from, to: $0) } }
        return Set(distances).count > 1
    }

    /// A guest that sees its CPUs as they are pinned has the host's own caches where these are so for it, else QEMU's, which follow its
    /// topology.
    private func cpuCache(_ demand: GuestDemand, _ placement: GuestPlacement) -> CPUCache? {
        guard demand.view.mirrorsCPUs, host.hasX86Guests else { return nil }
        let passes = ["host-passthrough", "maximum"].contains(demand.cpuMode)
        return passes && MirroredCPUs(demand, at: placement, on: host).isWhole ? .passed : .emulated
    }
}

extension Topology {
    /// The topology that a site asks for.
    init(_ topology: CPUTopology) {
        self.init(
            sockets: topology.sockets, dies: topology.dies, cores: topology.cores, threads: topology.threads)
    }
}

extension MaximumPhysicalAddress {
    /// The setting that a site asks for.
    init(_ address: PhysicalAddress) { self.init(mode: address.mode, bits: address.bits) }
}

extension NUMATune.Mode {
    /// libvirt's mode for a policy; nil for a guest that is bound to nothing.
    fileprivate init?(_ policy: GuestDemand.MemoryPolicy) {
        switch policy {
        case .strict: self = .strict
        case .preferred: self = .preferred
        case .restrictive: self = .restrictive
        case .interleave: self = .interleave
        case .none: return nil
        }
    }
}
