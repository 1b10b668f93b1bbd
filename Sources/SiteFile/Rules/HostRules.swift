internal import Diagnostics
internal import HostModel

/// Turns an entry of `hosts` into a policy, and checks what concerns the entry alone.
struct HostRules {
    let name: Located<String>
    let draft: HostDraft
    var report = Findings()

    init(_ name: Located<String>, _ draft: HostDraft) {
        self.name = name
        self.draft = draft
    }

    mutating func policy() -> HostPolicy {
        var policy = HostPolicy(name: name, connect: draft.connect)
        policy.dedicatedCPUs = draft.cpus?.value.dedicated
        policy.sharedCPUs = draft.cpus?.value.shared
        checkCPUs()
        if let ratio = draft.cpuAllocationRatio { policy.cpuAllocationRatio = ratio.value }
        if let ratio = draft.ramAllocationRatio { policy.ramAllocationRatio = ratio.value }
        if let memory = draft.reserved?.value.memory { policy.reserved = memory.value }
        for entry in draft.reserved?.value.cells?.value ?? [] {
            if let memory = entry.value.value.memory { policy.reservedPerCell[entry.cell.value] = memory }
        }
        if let overhead = draft.guestOverhead { policy.guestOverhead = overhead.value }
        policy.ignoredDomains = draft.ignoredDomains?.value.map(\.value) ?? []
        if let manages = draft.pools?.value.manages { policy.managesPools = manages.value }
        policy.pools = pools()
        if let moves = draft.moves { policy.moves = moves.value }
        if let isolation = draft.isolation { policy.isolation = isolation.value }
        policy.housekeepingCPUs = draft.housekeeping
        policy.idleCPUs = idleCPUs()
        if let placement = draft.placement { policy.placement = placement.value }
        var rules = ActorRules(host: draft)
        policy.actors = rules.actors()
        report.append(rules.report.diagnostics)
        return policy
    }

    private mutating func checkCPUs() {
        if let housekeeping = draft.housekeeping, let dedicated = draft.cpus?.value.dedicated {
            let both = dedicated.value.intersection(housekeeping.value)
            if !both.isEmpty {
                report.error(
                    .conflictingKeys, "CPU \(both) is both dedicated and for housekeeping",
                    at: max(housekeeping.mark, dedicated.mark),
                    label: "the other list is at line \(min(housekeeping.mark, dedicated.mark).line)",
                    hint: "remove \(both) from one of the lists")
            }
        }
        guard let dedicated = draft.cpus?.value.dedicated, let shared = draft.cpus?.value.shared else { return }
        let both = dedicated.value.intersection(shared.value)
        guard !both.isEmpty else { return }
        report.error(
            .conflictingKeys, "CPU \(both) is both dedicated and shared", at: max(shared.mark, dedicated.mark),
            label: "the other list is at line \(min(shared.mark, dedicated.mark).line)",
            hint: "remove \(both) from one of the lists")
    }

    /// Which CPUs may go offline follows from the list of dedicated ones.
    private mutating func idleCPUs() -> HostPolicy.IdleCPUs {
        guard let idle = draft.idleCPUs, idle.value == .offline else { return .keep }
        if draft.cpus?.value.dedicated == nil {
            report.error(
                .idleCPUsNeedDedicated, "idle_cpus: offline needs a list of dedicated CPUs", at: idle.mark,
                hint: "name the CPUs that guests may have alone: 'cpus: {dedicated: …}'")
        }
        return idle.value
    }

    /// The pools by cell and page size; two spellings of one page size are an error.
    private mutating func pools() -> [PoolRequest] {
        var requests: [PoolRequest] = []
        var seen: [PageSize: SourceMark] = [:]
        for pool in draft.pools?.value.pools ?? [] {
            guard let pageSize = pool.pageSize else { continue }
            if let first = seen[pageSize.value] {
                report.error(
                    .conflictingKeys, "duplicate pools of \(pageSize.value)", at: pageSize.mark,
                    label: "first given at line \(first.line)", hint: "write one entry for each page size")
            }
            seen[pageSize.value] = pageSize.mark
            for entry in pool.cells?.value ?? [] {
                let pages = PageCount(UInt64(entry.value.value))
                guard pages.count <= Size.maximum.count / pageSize.value.size.count else {
                    report.error(
                        .badNumber, "\(pages) pages of \(pageSize.value) are more than any host has",
                        at: entry.value.mark)
                    continue
                }
                let id = PoolID(cell: entry.cell.value, pageSize: pageSize.value)
                requests.append(PoolRequest(pool: Located(id, at: entry.cell.mark), pages: pages))
            }
        }
        return requests.sorted { $0.pool.value < $1.pool.value }
    }
}
