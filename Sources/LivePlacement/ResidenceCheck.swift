internal import HostModel
internal import Placement
internal import Planning

/// Compares a guest's process with the plan.
public enum ResidenceCheck {
    /// Where the guest is, against where it should be.
    ///
    /// - Parameter process: The guest's process, or why it could not be looked at.
    public static func residence(
        of process: Result<GuestProcess, Unread>, _ expectation: Expectation
    ) -> GuestResidence {
        let name = expectation.placement.name
        switch process {
        case .failure(let reason):
            return GuestResidence(
                guest: name, process: nil, isRestartPending: expectation.isRestartPending, unknown: [reason])
        case .success(let process): return residence(of: process, expectation, name: name)
        }
    }

    private static func residence(
        of process: GuestProcess, _ expectation: Expectation, name: String
    ) -> GuestResidence {
        let threads = threads(process, expectation)
        let (memory, missing) = memory(process, expectation, threads)
        return GuestResidence(
            guest: name, process: process.id, threads: threads, memory: memory,
            isRestartPending: expectation.isRestartPending,
            unknown: process.unread + threadless(process, expectation) + missing)
    }

    private static func threads(_ process: GuestProcess, _ expectation: Expectation) -> [GuestResidence.Threads] {
        var groups: [ThreadGroup: [Int]] = [:]
        for thread in process.threads where !thread.isPreallocation {
            let allowed = thread.allowed.intersection(expectation.onlineCPUs)
            groups[ThreadGroup(role: thread.role, allowed: allowed), default: []].append(thread.id)
        }
        return groups.sorted { $0.key < $1.key }.map {
            GuestResidence.Threads(
                role: $0.key.role, ids: $0.value.sorted(), allowed: $0.key.allowed,
                wanted: expectation.cpus(of: $0.key.role), staysWithMemory: expectation.isMovePending)
        }
    }

    /// The host cells on whose CPUs the vCPUs of a piece of memory may run; nil when CPUs or threads are not known.
    private static func cells(
        of piece: GuestShape.BackedMemory, _ expectation: Expectation, _ threads: [GuestResidence.Threads]
    ) -> CellSet? {
        let vcpus = expectation.planned(piece)?.vcpus
        let allowed = threads.reduce(into: CPUSet()) { cpus, group in
            guard case .vcpu(let vcpu) = group.role, vcpus?.contains(vcpu) ?? true else { return }
            cpus.formUnion(group.allowed)
        }
        guard !allowed.isEmpty, !expectation.hostCPUs.isEmpty else { return nil }
        return CellSet(expectation.hostCPUs.filter { !$0.value.isDisjoint(with: allowed) }.map(\.key))
    }

    /// vCPUs of the plan without a thread.
    private static func threadless(_ process: GuestProcess, _ expectation: Expectation) -> [Unread] {
        guard !process.threads.isEmpty else { return [] }
        let present = VCPUSet(
            process.threads.compactMap { if case .vcpu(let vcpu) = $0.role { vcpu } else { nil } })
        let missing = expectation.vcpus.subtracting(present)
        return missing.isEmpty ? [] : [Unread("no thread of vCPU \(missing) was found")]
    }

    private static func memory(
        _ process: GuestProcess, _ expectation: Expectation, _ threads: [GuestResidence.Threads]
    ) -> (pieces: [GuestResidence.ResidentMemory], missing: [Unread]) {
        guard let areas = process.areas else { return ([], []) }
        let found = expectation.shape.areas(in: areas)
        var (pieces, missing): ([GuestResidence.ResidentMemory], [Unread]) = ([], [])
        for piece in expectation.shape.pieces {
            guard let areas = found[piece.cell] else {
                let what = piece.cell.map { "the memory of guest cell \($0)" } ?? "its memory"
                missing.append(Unread("\(what) was not found among the process's"))
                continue
            }
            let planned = expectation.planned(piece)
            pieces.append(
                GuestResidence.ResidentMemory(
                    cell: piece.cell, size: piece.total, wantedCell: planned?.onlyMemoryCell,
                    wantedPage: planned?.pageSize,
                    pages: areas.reduce(into: [:]) { pages, area in
                        for (cell, count) in area.pages {
                            pages[area.pageSize, default: [:]][cell, default: .zero] += count
                        }
                    }, tolerance: expectation.tolerance, vcpuCells: cells(of: piece, expectation, threads),
                    policyCells: areas.reduce(into: []) { $0.formUnion($1.boundTo) }))
        }
        return (pieces, missing)
    }
}

/// Threads that are shown as one.
private struct ThreadGroup: Hashable, Comparable {
    var role: GuestThread.Role
    var allowed: CPUSet

    static func < (left: ThreadGroup, right: ThreadGroup) -> Bool {
        left.role.order == right.role.order ? left.allowed < right.allowed : left.role.order < right.role.order
    }
}

extension GuestThread.Role {
    /// vCPUs first, ascending; then iothreads; then the emulator.
    fileprivate var order: (Int, Int) {
        switch self {
        case .vcpu(let vcpu): (0, vcpu.rawValue)
        case .ioThread(let number): (1, number)
        case .emulator: (2, 0)
        }
    }
}
