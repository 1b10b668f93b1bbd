public import HostModel
public import Placement
internal import Planning

/// Where a running guest's threads and memory should be.
public struct Expectation: Hashable, Sendable {
    /// The guest's place in the plan.
    public var placement: GuestPlacement
    /// How the running guest's memory is cut.
    public var shape: GuestShape
    /// The CPUs that are online; others are of no account.
    public var onlineCPUs: CPUSet
    /// Whether the plan's memory settings wait for the guest's next start.
    public var isRestartPending: Bool
    /// How many vCPUs are plugged into the running guest, those with the lowest numbers; nil is all.
    public var presentVCPUs: Int?
    /// How much of a piece of memory may be elsewhere, in per cent of what is there.
    public var tolerance: UInt64
    /// The CPUs of each host cell, to tell whether memory is where its vCPUs run; empty when not known.
    public var hostCPUs: [CellID: CPUSet]

    package init(
        placement: GuestPlacement, shape: GuestShape, onlineCPUs: CPUSet, isRestartPending: Bool = false,
        presentVCPUs: Int? = nil, tolerance: UInt64 = 1, hostCPUs: [CellID: CPUSet] = [:]
    ) {
        self.hostCPUs = hostCPUs
        self.presentVCPUs = presentVCPUs
        self.placement = placement
        self.shape = shape
        self.onlineCPUs = onlineCPUs
        self.isRestartPending = isRestartPending
        self.tolerance = tolerance
    }

    /// Where the plan has a piece of the memory. A guest that has no cells yet and shall have one has all of it there.
    func planned(_ piece: GuestShape.BackedMemory) -> GuestCellPlacement? {
        if piece.cell == nil, shape.pieces.count == 1, placement.cells.count == 1 { return placement.cells.first }
        return placement.cells.first { $0.id == piece.cell }
    }

    /// Whether the running guest's memory was bound to other cells than the plan's, to which it comes with its next start.
    var isMovePending: Bool {
        isRestartPending
            && shape.pieces.contains { piece in
                guard let bound = piece.boundTo, let planned = planned(piece) else { return false }
                let wanted = planned.boundTo.isEmpty ? [planned.hostCell] : planned.boundTo
                return !bound.isEmpty && bound.isDisjoint(with: wanted)
            }
    }

    /// The CPUs of a thread by the plan, as far as they are online; nil for any.
    func cpus(of role: GuestThread.Role) -> CPUSet? {
        let wanted: CPUSet? =
            switch role {
            case .vcpu(let vcpu):
                placement.cells.isEmpty
                    ? placement.pins[vcpu] ?? placement.floatingCPUs
                    : placement.cells.lazy.compactMap { $0.pins[vcpu] }.first
            case .ioThread, .emulator: placement.emulatorCPUs.isEmpty ? nil : placement.emulatorCPUs
            }
        return wanted?.intersection(onlineCPUs)
    }

    /// The vCPUs that must have a thread.
    var vcpus: VCPUSet {
        let all = placement.cells.reduce(VCPUSet()) { $0.union($1.vcpus) }
        return presentVCPUs.map { all.intersection(VCPUSet(numbers: 0..<$0)) } ?? all
    }
}
