internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What becomes of the pools of huge pages.
struct PoolChanges {
    let request: PlanRequest
    let placement: Placement
    /// How far pools can grow for now.
    let room: PoolGrowthRoom
    /// Pages that pools get on top for memory that moves by way of them, and keep.
    var onTheWay: [PoolID: PageCount] = [:]
    /// How far they can grow once memory of running guests has moved; nil where none does.
    var roomAfterMoves: PoolGrowthRoom?

    /// What each pool must hold for good, and at the next boot; empty when the pools are taken as they are.
    var lasting: [PoolID: PageCount] { pools.mapValues(\.lasting) }

    /// What each pool is set to; empty when the pools are taken as they are. One that grows takes surplus pages in: the kernel makes
    /// those persistent first, and what is needed comes on top.
    var targets: [PoolID: PageCount] {
        Dictionary(
            uniqueKeysWithValues: pools.map { id, pool in
                (id, pool.lasting > persistent(id) ? pool.wanted : pool.lasting)
            })
    }

    private var pools: [PoolID: CellUsage.PoolUsage] {
        guard request.policy.managesPools else { return [:] }
        var pools: [PoolID: CellUsage.PoolUsage] = [:]
        for cell in placement.cells {
            for pool in cell.pools { pools[PoolID(cell: cell.id, pageSize: pool.pageSize)] = pool }
        }
        return pools
    }

    private func persistent(_ id: PoolID) -> PageCount {
        request.host.cell(id.cell)?.pool(of: id.pageSize)?.persistent ?? .zero
    }

    /// Pools that grow while some process holds surplus pages of them.
    var surplusDiagnostics: [Diagnostic] {
        let pools = pools
        return changes.compactMap { change, _ in
            guard change.action == .grow, case .pool(let id) = change.subject, let pool = pools[id],
                pool.passing > .zero
            else { return nil }
            return Diagnostic(
                .surplusKept,
                "\(pool.passing) surplus pages of \(id.pageSize) on cell \(id.cell) that a process uses become persistent when "
                    + "the pool grows", at: change.source, severity: .warning,
                notes: ["they stay in the pool when that process ends; the next boot reserves \(pool.lasting) pages"],
                hint: "end the process first, or release the pages afterwards: numactl-plan apply --allow-shrink")
        }
    }

    /// What each pool is to hold and cannot, as long as running guests are where they are.
    var held: [PoolID: PageCount] {
        let reachable = room.reachable(targets)
        return targets.reduce(into: [:]) { held, pool in
            let more = pool.value.subtractingDownToZero(reachable[pool.key] ?? .zero)
            if more > .zero { held[pool.key] = more }
        }
    }

    /// What pools can hold more once memory of running guests has moved.
    var late: [PoolID: PageCount] {
        guard let after = roomAfterMoves?.reachable(targets) else { return [:] }
        return reachable.reduce(into: [:]) { late, pool in
            let more = (after[pool.key] ?? .zero).subtractingDownToZero(max(pool.value, persistent(pool.key)))
            if more > .zero { late[pool.key] = more }
        }
    }

    /// What each pool can hold as long as running guests are where they are.
    var reachable: [PoolID: PageCount] {
        room.reachable(targets).merging(onTheWay) { wanted, _ in wanted }.map { id, wanted in
            (id, onTheWay[id].map { max(wanted, persistent(id)) + $0 } ?? wanted)
        }.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }

    /// Growth that waits for a running guest's restart, or may be granted less because of one that goes.
    var heldDiagnostics: [Diagnostic] { (roomAfterMoves ?? room).diagnostics(targets) }

    /// Pools that are larger afterwards than the plan needs them for good.
    var wayDiagnostics: [Diagnostic] {
        onTheWay.sorted { $0.key < $1.key }.map { id, more in
            Diagnostic(
                .poolGrowsForMoves,
                "the pool of \(id.pageSize) pages on cell \(id.cell) gets \(more) more pages than it needs for good, so that "
                    + "running guests find room on their way", severity: .warning,
                hint: "they are free afterwards: numactl-plan apply --allow-shrink returns them")
        }
    }

    /// One change a pool that grows, or shrinks where that is allowed, with its step; ascending by pool.
    var changes: [(change: Change, step: Step)] {
        let late = late
        return reachable.sorted { $0.key < $1.key }.compactMap { id, wanted in
            guard let pool = request.host.cell(id.cell)?.pool(of: id.pageSize) else { return nil }
            if let more = late[id] {
                let first = max(wanted, pool.persistent)
                return change(id, pool, to: first + more, action: .grow, beforeMoves: first)
            }
            if wanted > pool.persistent { return change(id, pool, to: wanted, action: .grow) }
            let lowest = max(wanted, pool.used)
            guard request.allowsShrink, lowest < pool.persistent else { return nil }
            return change(id, pool, to: lowest, action: .shrink)
        }
    }

    private func change(
        _ id: PoolID, _ pool: HugepagePool, to target: PageCount, action: Change.Action, beforeMoves: PageCount? = nil
    ) -> (change: Change, step: Step) {
        let part = ChangedPart(
            .pages, now: .number(pool.persistent.count), want: .number(target.count), when: .live)
        let source = request.policy.pools.first { $0.pool.value == id }?.pool.mark
        let change = Change(
            subject: .pool(id), action: action, disruption: .live, parts: [part],
            consents: action == .shrink ? [.shrink] : [],
            source: source)
        return (change, .setPool(id, prior: pool.persistent, target: target, beforeMoves: beforeMoves))
    }

    /// Pools of pages so large that a running kernel may not find room for more of them.
    var bestEffortDiagnostics: [Diagnostic] {
        let large = changes.map(\.change).filter { change in
            guard case .pool(let pool) = change.subject else { return false }
            return change.action == .grow && pool.pageSize >= KernelArguments.bootPageSize
        }
        guard !large.isEmpty else { return [] }
        let arguments = KernelArguments(lasting, atLeast: KernelArguments.bootPageSize).text
        return [
            Diagnostic(
                .poolBestEffort,
                "the running kernel may grant fewer pages than wanted for \(large.map(\.address).joined(separator: ", "))",
                at: large.compactMap(\.source).first, severity: .warning,
                hint: "if apply gets too few, boot with: \(arguments)")
        ]
    }

    /// Page sizes that guests are given and that no mount of hugetlbfs serves, or none that libvirt knows of.
    var mountDiagnostics: [Diagnostic] {
        guard let libvirt = request.host.libvirt else { return [] }
        let sizes = Set(placement.guests.flatMap { $0.cells.map(\.pageSize) }).filter {
            $0 != request.host.host.basePage
        }
        return sizes.sorted().compactMap { size in
            guard let mount = libvirt.hugetlbfs.first(where: { $0.pageSize == size }) else {
                let folder =
                    size == request.host.defaultHugePage ? "/dev/hugepages" : "/dev/hugepages\(size.kernelName)"
                return Diagnostic(
                    .mountMissing, "no hugetlbfs is mounted for \(size) pages; guests that use them cannot start",
                    severity: .warning,
                    hint:
                        "mkdir -p \(folder) && mount -t hugetlbfs -o pagesize=\(size.kernelName) hugetlbfs \(folder), "
                        + "then systemctl restart libvirtd (guests keep running)")
            }
            guard mount.isKnownToLibvirt == false else { return nil }
            return Diagnostic(
                .libvirtMissesMount, "libvirt has not seen the mount \(mount.path) for \(size) pages",
                severity: .warning,
                hint:
                    "systemctl restart libvirtd (or virtqemud): it reads mounts only when it starts; guests keep running"
            )
        }
    }
}
