internal import HostModel
internal import Placement
internal import Planning

/// What a picture shows of one host cell.
struct CellPicture: Hashable, Sendable {
    /// One hardware thread.
    struct Thread: Hashable, Sendable {
        var cpu: CPU
        var use: ThreadUse
    }

    /// The cell's id.
    var id: CellID
    /// The cell's CPUs.
    var cpus: CPUSet
    /// The cell's cores with their threads, ascending; in groups that share a last-level cache, all in one group where nothing
    /// is known of caches.
    var caches: [[[Thread]]]
    /// The distance to each cell, or nil when the host does not tell.
    var distances: [CellID: Int]?
    /// The cell's memory and its pools.
    var memory: MemoryBars
    /// CPUs that vCPUs share.
    var sharedCPUs: CPUSet
    /// vCPUs that share these CPUs, those of other domains included.
    var sharedVCPUs: Int
    /// The guests whose vCPUs share these CPUs, as places in ``HostPicture/guests``.
    var sharing: [Int]

    init(_ cell: Cell, uses: ThreadUses, memory: MemoryBars, usage: CellUsage? = nil, sharing: [Int] = []) {
        id = cell.id
        cpus = cell.cpus
        distances = cell.distances
        self.memory = memory
        self.sharing = sharing
        sharedCPUs = usage?.sharedCPUs ?? []
        sharedVCPUs = usage?.sharedVCPUs ?? 0
        let cores = cell.siblings.map { $0.map { Thread(cpu: $0, use: uses[$0]) } }
        var groups = cell.lastLevelCaches.map { cache in
            cores.filter { $0.first.map { cache.contains($0.cpu) } ?? false }
        }
        groups.append(
            cores.filter { core in
                core.first.map { thread in !cell.lastLevelCaches.contains { $0.contains(thread.cpu) } } ?? false
            })
        caches = groups.filter { !$0.isEmpty }
    }

    /// The most threads that any core has.
    var threadsPerCore: Int { caches.joined().map(\.count).max() ?? 0 }
}
