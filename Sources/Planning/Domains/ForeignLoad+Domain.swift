internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// Pages of a domain: by pool where a guest cell is bound to one host cell, else by size.
struct DomainPages {
    var bound: [PoolID: PageCount] = [:]
    var unbound: [PageSize: PageCount] = [:]

    init(_ load: DomainLoad, host: HostFacts) {
        for part in load.memory {
            guard let size = part.hugePage(host: host) else { continue }
            let pages = size.pagesNeeded(for: part.memory)
            if let cell = part.onlyCell(of: host) {
                bound[PoolID(cell: cell, pageSize: size), default: .zero] += pages
            } else {
                unbound[size, default: .zero] += pages
            }
        }
    }
}

extension DomainLoad.MemoryDemand {
    /// The size of the huge pages that back it; nil for ordinary pages.
    fileprivate func hugePage(host: HostFacts) -> PageSize? {
        switch pages {
        case .ordinary: nil
        case .defaultHuge: host.defaultHugePage
        case .size(let size): size == host.host.basePage ? nil : size
        }
    }

    /// The one host cell that it comes from, or nil when it may come from several.
    fileprivate func onlyCell(of host: HostFacts) -> CellID? {
        if host.cells.count == 1 { return host.cells.first?.id }
        guard let hostCells, hostCells.count == 1, mode != .preferred else { return nil }
        return hostCells.first
    }
}

extension GuestOverhead {
    /// What the QEMU of a domain needs; nil is nothing.
    func amount(of load: DomainLoad, host: HostFacts) -> KiB? {
        let ordinary = load.memory.filter { $0.hugePage(host: host) == nil }
        let amount = amount(vcpus: load.vcpus.count, ordinary: ordinary.reduce(.zero) { $0 + $1.memory })
        return amount > .zero ? amount : nil
    }
}

extension ForeignLoad {
    /// What a domain that is not the site's takes, from its definition.
    ///
    /// A vCPU, the emulator or an iothread pinned to one CPU takes it; pinned among several, none of these can become dedicated. What
    /// may run anywhere claims no CPU, though its vCPUs count against the ratio over the whole host. Pages of a running domain are in
    /// use already; those of one that libvirt will start with the host are still to come.
    ///
    /// - Parameter overhead: What is counted for its QEMU.
    init(
        _ record: DomainRecord, load: DomainLoad, host: HostFacts, overhead: GuestOverhead
    ) {
        self.init(name: record.facts.name)
        isRunning = record.isRunning
        devices = record.hostDevices
        claimCPUs(load, online: host.onlineCPUs)
        for part in load.memory where part.hugePage(host: host) == nil {
            memory.append(HeldMemory(cell: part.onlyCell(of: host), amount: part.memory))
        }
        if let amount = overhead.amount(of: load, host: host) {
            self.overhead = HeldMemory(cell: load.memory.first?.onlyCell(of: host), amount: amount)
        }
        let pages = DomainPages(load, host: host)
        if record.isRunning {
            // Those that are bound nowhere are among the pages in use, wherever they are.
            pagesHeld = pages.bound
        } else {
            (pagesAtStart, promisedPages) = (pages.bound, pages.unbound)
        }
    }

    private mutating func claimCPUs(_ load: DomainLoad, online: CPUSet) {
        var several: [CPUSet?: Int] = [:]
        /// Where threads are confined to; nil is anywhere.
        func confined(_ cpus: CPUSet?) -> CPUSet? {
            cpus.flatMap { $0.count > 1 && online.isSubset(of: $0) ? nil : $0 }
        }
        for vcpu in load.vcpus {
            guard let cpus = confined(vcpu.cpus) else {
                unconfined.insert(vcpu.vcpu)
                continue
            }
            if cpus.count == 1 { takenCPUs.formUnion(cpus) } else { several[cpus, default: 0] += 1 }
        }
        if !unconfined.isEmpty { several[nil] = unconfined.count }
        let helpers = [load.emulatorCPUs] + load.ioThreadCPUs.values.map { $0 }
        for cpus in helpers.compactMap(confined) {
            if cpus.count == 1 { takenCPUs.formUnion(cpus) } else { several[cpus, default: 0] += 0 }
        }
        sharedVCPUs = several.map { SharedVCPUs(cpus: $0.key, count: $0.value) }
            .sorted { ($0.cpus ?? []) < ($1.cpus ?? []) }
    }

    /// Takes as much as the same domain will take after its next start, too.
    mutating func cover(_ next: ForeignLoad) {
        takenCPUs.formUnion(next.takenCPUs)
        devices.formUnion(next.devices)
        var groups = Dictionary(sharedVCPUs.map { ($0.cpus, 0) }, uniquingKeysWith: { first, _ in first })
        for group in next.sharedVCPUs { groups[group.cpus] = group.count }
        sharedVCPUs = groups.filter { $0.key != nil || $0.value > 0 }
            .map { SharedVCPUs(cpus: $0.key, count: $0.value) }.sorted { ($0.cpus ?? []) < ($1.cpus ?? []) }
        unconfined = next.unconfined
        memory = ForeignLoad.most(of: memory, next.memory)
        if (next.overhead?.amount ?? .zero) > overhead?.amount ?? .zero { overhead = next.overhead }
        let (held, later) = (pagesHeld, next.pagesHeld.merging(next.pagesAtStart) { $0 + $1 })
        if isRunning {
            pagesAtStart = later.reduce(into: [:]) { pages, entry in
                let more = entry.value.subtractingDownToZero(held[entry.key] ?? .zero)
                if more > .zero { pages[entry.key] = more }
            }
        } else {
            (pagesAtStart, promisedPages) = (later, next.promisedPages)
        }
    }

    /// By cell, the larger one of two amounts.
    private static func most(of now: [HeldMemory], _ next: [HeldMemory]) -> [HeldMemory] {
        func sums(_ parts: [HeldMemory]) -> [CellID?: KiB] {
            Dictionary(parts.map { ($0.cell, $0.amount) }, uniquingKeysWith: { $0 + $1 })
        }
        return sums(now).merging(sums(next)) { max($0, $1) }
            .sorted { ($0.key?.rawValue ?? -1) < ($1.key?.rawValue ?? -1) }
            .map { HeldMemory(cell: $0.key, amount: $0.value) }
    }

    /// The domain without its claims to CPUs; its memory and pages stay.
    var withoutCPUs: ForeignLoad {
        var load = self
        (load.takenCPUs, load.sharedVCPUs, load.unconfined) = ([], [], [])
        return load
    }
}
