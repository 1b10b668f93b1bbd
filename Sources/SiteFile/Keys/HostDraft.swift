internal import Diagnostics
internal import HostModel
internal import YAMLTree

/// An entry of `hosts` as it is written.
struct HostDraft: Sendable {
    struct DeclaredCPUs: Sendable {
        var dedicated: Located<CPUSet>?
        var shared: Located<CPUSet>?
    }

    struct Reserved: Sendable {
        var memory: Located<KiB>?
        var cells: Located<[CellEntry<CellID, ReservedCell>]>?
    }

    struct ReservedCell: Sendable {
        var memory: Located<KiB>?
    }

    struct DeclaredPools: Sendable {
        var manages: Located<Bool>?
        var pools: [DeclaredPool] = []
    }

    struct DeclaredPool: Sendable {
        var pageSize: Located<PageSize>?
        var cells: Located<[CellEntry<CellID, Int>]>?
    }

    var connect: Located<String>?
    var cpus: Located<DeclaredCPUs>?
    var cpuAllocationRatio: Located<Ratio>?
    var ramAllocationRatio: Located<Ratio>?
    var reserved: Located<Reserved>?
    var guestOverhead: Located<GuestOverhead>?
    var moves: Located<HostPolicy.MoveTime>?
    var ignoredDomains: Located<[Located<String>]>?
    var pools: Located<DeclaredPools>?
    var placement: Located<HostPolicy.Preference>?
    var isolation: Located<HostPolicy.Isolation>?
    var housekeeping: Located<CPUSet>?
    var idleCPUs: Located<HostPolicy.IdleCPUs>?
    var actors: Located<[Named<ActorDraft>]>?

    static let table = KeyTable<HostDraft>(
        .host,
        [
            Key(
                "connect", \.connect, .text(.uri), defaultValue: "qemu:///system",
                "The libvirt connection; --connect overrides it"),
            Key(
                "cpus", \.cpus, .mapping(DeclaredCPUs.table, { DeclaredCPUs() }), "The CPUs for guests"),
            Key(
                "cpu_allocation_ratio", \.cpuAllocationRatio, .ratio, defaultValue: "4.0",
                "How many shared vCPUs one CPU may carry"),
            Key(
                "ram_allocation_ratio", \.ramAllocationRatio, .ratio, defaultValue: "1.0",
                "How far shared guests may overcommit ordinary memory"),
            Key("reserved", \.reserved, .mapping(Reserved.table, { Reserved() }), "Ordinary memory left to the host"),
            Key(
                "guest_overhead", \.guestOverhead, .overhead, defaultValue: "auto",
                "Ordinary memory set aside for each guest's QEMU process: by formula (auto), none, or a size"),
            Key(
                "ignore_domains", \.ignoredDomains, .sequence(.text(.line)),
                "Domains outside the site whose CPUs do not count; * and ? are wildcards"),
            Key("pools", \.pools, DeclaredPools.reader, "Huge pages beyond what the guests need, by page size"),
            Key(
                "placement", \.placement, .choice, defaultValue: "spread",
                "Whether guests go to the emptiest cell (spread) or the fullest (pack) if several suit equally"),
            Key(
                "moves", \.moves, .choice, defaultValue: "restart",
                "When a running guest's memory goes to other cells: at its next start (restart) or while it runs (live)"
            ),
            Key(
                "isolation", \.isolation, .choice, defaultValue: "none",
                "What is kept off CPUs dedicated to guests beside other guests: nothing, the interrupts of devices, or programs too (full)"
            ),
            Key(
                "housekeeping", \.housekeeping, .list(),
                "CPUs that are never dedicated to guests and take what isolation keeps off those that are"),
            Key(
                "idle_cpus", \.idleCPUs, .choice, defaultValue: "keep",
                "Whether dedicated CPUs that no guest has are taken offline (offline) or stay as they are (keep)"),
            Key(
                "actors", \.actors, .named(.mapping(ActorDraft.table, { ActorDraft() })),
                "Programs beside the guests that have CPUs to themselves, by name"),
        ])
}

extension HostDraft.DeclaredCPUs {
    static let table = KeyTable<Self>(
        .hostCPUs,
        [
            Key("dedicated", \.dedicated, .list(), "CPUs for dedicated vCPUs and for isolated emulator threads"),
            Key("shared", \.shared, .list(), "CPUs for shared vCPUs, and for emulator threads with 'share'"),
        ])
}

extension HostDraft.Reserved {
    static let table = KeyTable<Self>(
        .reserved,
        [
            Key("memory", \.memory, .size(), defaultValue: "256MiB", "Ordinary memory left to the host on every cell"),
            Key(
                "cells", \.cells,
                .byCell(.mapping(HostDraft.ReservedCell.table, { HostDraft.ReservedCell() })),
                "Other amounts for single cells"),
        ])
}

extension HostDraft.ReservedCell {
    static let table = KeyTable<Self>(
        .reservedCell,
        [Key("memory", \.memory, .size(), required: true, "Ordinary memory left to the host on this cell")])
}

extension HostDraft.DeclaredPools {
    static let table = KeyTable<Self>(
        .pools,
        [
            Key(
                "manage", \.manages, .boolean, defaultValue: "true",
                "Whether pools are sized for the guests; false leaves them as they are")
        ])

    /// The keys of the table, and page sizes beside them.
    static let reader = ValueReader<Self>(
        .dictionary(.pageSize, .mapping(.pool), beside: .pools), isCollection: true
    ) { entry, report in
        var pools = HostDraft.DeclaredPools()
        let wasRead = table.read(entry, into: &pools, &report) { pair, pools, report in
            guard pair.name.first?.isNumber == true else { return false }
            var pool = HostDraft.DeclaredPool()
            if HostDraft.DeclaredPool.table.read(Entry(pair), into: &pool, &report),
                let size = readSize(pair.name, "pools", at: pair.mark, &report),
                let pageSize = possiblePage(size, at: pair.mark, &report)
            {
                pool.pageSize = Located(pageSize, at: pair.mark)
                pools.pools.append(pool)
            }
            return true
        }
        return wasRead ? pools : nil
    }
}

extension HostDraft.DeclaredPool {
    static let table = KeyTable<Self>(
        .pool,
        [
            Key(
                "cells", \.cells, .byCell(.integer(0...1_000_000_000)), required: true,
                "The number of pages on each cell")
        ])
}
