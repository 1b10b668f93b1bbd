public import Diagnostics
public import HostModel

/// A program beside the guests that has CPUs of the host to itself: a virtual switch, a storage target.
public struct ActorSpec: Hashable, Sendable {
    /// Which CPUs it has.
    public enum CPUChoice: Hashable, Sendable {
        /// So many of one cell, chosen with the places of guests; at least one.
        case count(Int)
        /// These, by the operator's hand; not empty.
        case list(CPUSet)
    }

    /// Its name, at the place of its entry.
    public var name: Located<String>
    /// Which CPUs it has.
    public var cpus: Located<CPUChoice>
    /// The PCI device that it is near to; nil for none.
    public var device: Located<PCIAddress>?
    /// The host cell that it is on; nil leaves that to placement.
    public var cell: Located<CellID>?
    /// How it uses siblings.
    public var threadPolicy: GuestDemand.ThreadPolicy
    /// Its huge pages on each cell that it has CPUs on; nil for none.
    public var pages: Located<ActorPages>?
    /// Its ordinary memory on the first cell that it has CPUs on.
    public var memory: KiB
    /// The systemd unit that is confined to its CPUs; nil for none.
    public var unit: Located<String>?

    package init(
        name: Located<String>, cpus: Located<CPUChoice>, device: Located<PCIAddress>? = nil,
        cell: Located<CellID>? = nil, threadPolicy: GuestDemand.ThreadPolicy = .prefer,
        pages: Located<ActorPages>? = nil, memory: KiB = .zero, unit: Located<String>? = nil
    ) {
        self.name = name
        self.cpus = cpus
        self.device = device
        self.cell = cell
        self.threadPolicy = threadPolicy
        self.pages = pages
        self.memory = memory
        self.unit = unit
    }
}

extension ActorSpec {
    /// The CPUs by the operator's hand; nil for those that are chosen.
    public var listedCPUs: CPUSet? { if case .list(let cpus) = cpus.value { cpus } else { nil } }

    /// The actor as a guest of one cell with dedicated vCPUs: what the placement asks of a guest it asks of the actor; nil for one whose
    /// CPUs are not chosen.
    package var demand: GuestDemand? {
        guard case .count(let count) = cpus.value else { return nil }
        let (vcpus, own) = (VCPUSet(numbers: 0..<count), pages?.value.memory ?? memory)
        var demand = GuestDemand(
            vcpus: count, memory: own, cells: [GuestCellDemand(id: 0, vcpus: vcpus, memory: own)],
            cpuPolicy: .dedicated, dedicatedVCPUs: vcpus, threadPolicy: threadPolicy,
            pageSize: pages?.map { .exactly($0.size) }, forcedCells: cell.map { [0: $0] } ?? [:],
            devices: device.map { [$0] } ?? [])
        demand.fixedOverhead = pages == nil ? .zero : memory
        return demand
    }
}
