import Diagnostics
import Foundation
import DomainXML
import HostModel
import Placement
import Planning

/// Values from which the goldens are made.
enum Samples {
    /// The reference host: cells of 4, 2 and 2 CPUs.
    static let referenceHost = HostFacts(
        host: HostIdentity(name: "hv01", arch: "x86_64", kernel: "6.12.9"), onlineCPUs: range(0...7),
        cells: [
            Cell(
                id: 0, cpus: range(0...3), memory: 4_096_000, memoryFree: 3_900_000,
                distances: [0: 10, 1: 20, 2: 20], pools: [pool(2_048, 0), pool(1_048_576, 0)]),
            Cell(
                id: 1, cpus: range(4...5), memory: 2_048_000, memoryFree: 1_900_000,
                distances: [0: 20, 1: 10, 2: 20], pools: [pool(2_048, 0), pool(1_048_576, 0)]),
            Cell(
                id: 2, cpus: range(6...7), memory: 2_048_000, memoryFree: 1_900_000,
                distances: [0: 20, 1: 20, 2: 10], pools: [pool(2_048, 0), pool(1_048_576, 0)]),
        ],
        libvirt: LibvirtFacts(
            version: "9.0.0", hypervisor: "QEMU 7.2.22",
            hugetlbfs: [LibvirtFacts.Mount(pageSize: size(2_048), path: "/dev/hugepages")]),
        domains: [DomainFacts(name: "web01", uuid: nil, state: .running, autostart: true, xml: "<domain/>")])

    /// The guest with two cells.
    static let twoCells = GuestPlacement(
        name: "cirros2", emulatorCPUs: range(0...5), memory: 1_048_576,
        cells: [
            cell(0, on: 0, vcpus: 0...1, memory: 524_288, cpus: range(0...3)),
            cell(1, on: 1, vcpus: 2...3, memory: 524_288, cpus: range(4...5)),
        ])

    /// Creation of the three reference guests.
    static let creation = Plan(
        host: "hv01", site: "rack7", verdict: .changes,
        placement: Placement(
            verdict: .placed,
            guests: [
                GuestPlacement(name: "cirros0", memory: 524_288),
                GuestPlacement(
                    name: "cirros1", emulatorCPUs: range(0...3), memory: 1_048_576,
                    cells: [cell(0, on: 0, vcpus: 0...3, memory: 1_048_576, cpus: range(0...3))]),
                twoCells,
            ],
            cells: [
                CellUsage(
                    id: 0, dedicatedCPUs: [], sharedCPUs: range(0...3), sharedVCPUs: 6, memoryUsed: 1_572_864,
                    pools: [CellUsage.PoolUsage(pageSize: size(2_048), guests: 0, others: 0)]),
                CellUsage(
                    id: 1, dedicatedCPUs: [], sharedCPUs: range(4...5), sharedVCPUs: 2, memoryUsed: 524_288, pools: []),
                CellUsage(
                    id: 2, dedicatedCPUs: [], sharedCPUs: range(6...7), sharedVCPUs: 0, memoryUsed: 0, pools: []),
            ]),
        changes: [
            creation(
                of: "cirros0", line: 11,
                [(SettingKey(Memory.self), .number(524_288)), (SettingKey(VCPUs.self), .number(1))]),
            creation(
                of: "cirros1", line: 12,
                [
                    (SettingKey(Memory.self), .number(1_048_576)), (SettingKey(VCPUs.self), .number(4)),
                    (.vcpuPin(0), .text("0-3")),
                    (.vcpuPin(1), .text("0-3")), (.emulatorPin, .text("0-3")),
                    (.memoryBinding, .text("strict 0")), (SettingKey(ACPI.self), .flag(true)),
                ]),
            creation(
                of: "cirros2", line: 13,
                [
                    (SettingKey(Memory.self), .number(1_048_576)), (SettingKey(VCPUs.self), .number(4)),
                    (.vcpuPin(0), .text("0-3")),
                    (.vcpuPin(2), .text("4-5")), (.emulatorPin, .text("0-5")),
                    (.memoryBinding, .text("strict 0-1")),
                ]),
        ])

    /// A running guest: pins at once, page size at its next start; another guest moves.
    /// A plan with moves that make room, not proven to be the least.
    static let room: Plan = {
        var plan = update
        let pages = size(1_048_576)
        var room = RoomForGuest(
            "new<01>",
            moves: [
                RoomMove(
                    guest: "web01", from: 0, to: 2, memory: 2_097_152, pageSize: pages, morePages: 2,
                    pins: [0: 64, 1: 65], emulator: 66, repinned: ["db01", "db02"]),
                RoomMove(
                    guest: "old", guestCell: 1, cellCount: 2, from: 1, to: 0, memory: 1_572_864, pageSize: size(4),
                    isRunning: false),
                RoomMove(guest: "web01", from: 2, to: 1, memory: 2_097_152, pageSize: pages),
            ], hostCells: [0, 2], atLeast: 1_048_576)
        room.uncounted = ["later"]
        room.fixed = ["gpu01": .held, "dpdk01": .pinned, "dpdk02": .pinned, "wide": .spread, "lost": .misplaced]
        plan.room = room
        return plan
    }()

    static let update = Plan(
        host: "hv01", site: "rack7", verdict: .changes,
        placement: Placement(
            verdict: .placed,
            guests: [
                GuestPlacement(
                    name: "web01", emulatorCPUs: [6], memory: 2_097_152,
                    cells: [
                        GuestCellPlacement(
                            id: 0, hostCell: 0, vcpus: range(0...3), memory: 2_097_152, pageSize: size(1_048_576),
                            pins: [0: [4], 1: [36], 2: [5], 3: range(0...3)], dedicatedVCPUs: range(0...2))
                    ])
            ],
            cells: [
                CellUsage(
                    id: 0, dedicatedCPUs: [4, 5, 6, 36], sharedCPUs: range(0...3), sharedVCPUs: 1, memoryUsed: 0,
                    pools: [CellUsage.PoolUsage(pageSize: size(1_048_576), guests: 2, others: 4)])
            ],
            moved: ["web01"]),
        changes: [
            Change(
                subject: .guest("old"), action: .remove, disruption: .none, parts: [],
                consents: [.remove(isOrphan: true)]),
            Change(
                subject: .guest("web01"), action: .update, disruption: .live,
                parts: [
                    part(.setting(.vcpuPin(0)), .text("0-3"), .text("4"), .live),
                    part(.setting(.vcpuPin(1)), .text("0-3"), .text("36"), .live),
                    part(.setting(.ioThreadPin(1)), .text("0-3"), nil, .live),
                    part(.setting(.cellMemory(0)), .number(4_194_304), .number(2_097_152), .nextStart),
                    part(.setting(SettingKey(HugePages.self, 0)), nil, .text("1GiB"), .nextStart),
                ], source: SourceMark(file: "site.yaml", line: 33, column: 3)),
        ],
        unchanged: ["db01", "db02"], restartPending: ["db02"],
        diagnostics: [
            Diagnostic(
                .runningGuestMoves, "the running guest web01 moves",
                at: SourceMark(file: "site.yaml", line: 2, column: 3), severity: .warning, length: 5,
                hint: "numa_placement: {0: 1} keeps it where it is")
        ])

    /// Pools that grow and one that shrinks.
    static let pools = Plan(
        host: "hv01", site: "rack7", verdict: .changes,
        placement: Placement(verdict: .placed, guests: [], cells: []),
        changes: [
            pool(.grow, cell: 0, 1_048_576, 16, 24, .live), pool(.grow, cell: 1, 1_048_576, 16, 20, .live),
            pool(.shrink, cell: 1, 2_048, 512, 0, .live, consents: [.shrink]),
        ],
        unchanged: ["web01"],
        diagnostics: [
            Diagnostic(.poolBestEffort, "1GiB pages of cell 0 may come out short", severity: .warning)
        ])

    /// Two guests that do not fit, with every kind of shortage.
    static let infeasible = Plan(
        host: "hv01", site: "rack7", verdict: .infeasible,
        placement: Placement(
            verdict: .infeasible, guests: [GuestPlacement(name: "small", floatingCPUs: [0, 1], memory: 524_288)],
            unplaced: [
                UnplacedGuest(
                    name: "big", code: .doesNotFit,
                    reasons: [
                        short(0, .dedicatedCPUs, 8, 4, ["db01"]), short(0, .wholeCores, 8, 2, []),
                        short(1, .siblingPairs, 4, 1, []), short(1, .memory, 67_108_864, 4_096_000, ["db01", "web01"]),
                        short(1, .pages(size(1_048_576)), 16, 4, []), short(1, .sharedCPUs, 8, 2, []),
                        short(nil, .sharedVCPUs, 90, 32, ["a", "b"]),
                    ]),
                UnplacedGuest(
                    name: "odd", code: .pageSizeNotOnHost, reasons: [short(0, .pageSize(size(64)), 1, 0, [])]),
                UnplacedGuest(name: "wide", code: .tooManyCells, reasons: [short(nil, .cells, 4, 3, [])]),
            ],
            cells: [
                CellUsage(id: 0, dedicatedCPUs: [], sharedCPUs: [0, 1], sharedVCPUs: 1, memoryUsed: 524_288, pools: [])
            ]),
        diagnostics: [
            Diagnostic(
                .doesNotFit, "guest big does not fit on hv01", at: SourceMark(file: "site.yaml", line: 2, column: 3),
                length: 3, label: "needs 8 dedicated CPUs", hint: "flavor db with 4 vCPUs would fit")
        ])

    /// The search limit was reached.
    static let undecided = Plan(
        host: "hv01", site: "rack7", verdict: .undecided,
        placement: Placement(
            verdict: .undecided, guests: [], unplaced: [UnplacedGuest(name: "big", code: .undecided, reasons: [])],
            cells: []))

    /// Nothing to do.
    static let empty = Plan(
        host: "hv01", site: "rack7", verdict: .noChanges,
        placement: Placement(verdict: .placed, guests: [twoCells], cells: []), unchanged: ["cirros2"])

    /// A name that tries everything.
    static let hostileName =
        "a|b`c\\|``` <script>alert(1)</script> [x](http://e.vil) @all #1\u{1B}[31m\r\n\u{202E}</details>"

    /// Names of others that try to be markup.
    static let hostile = Plan(
        host: "hv`01` | *x*", site: "--> <b>rack7</b>", verdict: .changes,
        placement: Placement(
            verdict: .placed, guests: [GuestPlacement(name: hostileName, memory: 1_024)],
            unplaced: [
                UnplacedGuest(name: hostileName, code: .doesNotFit, reasons: [short(0, .cells, 1, 0, [hostileName])])
            ],
            cells: [], moved: [hostileName]),
        changes: [
            Change(
                subject: .guest(hostileName), action: .update, disruption: .guest,
                parts: [
                    part(
                        .machine(.disk("vda\n```\n# heading", "source")), .text("now|\u{7}"), .text("```\n</details>"),
                        .nextStart),
                    part(.machine(.boot("cmdline")), nil, .text(""), .live),
                    part(.machine(.console), nil, nil, .define),
                ], consents: [.takeOver(site: hostileName)]),
            Change(
                subject: .guest(String(repeating: "very-long-name-", count: 20)), action: .stop, disruption: .guest,
                parts: []),
        ],
        diagnostics: [Diagnostic(.unknownKey, "the key '\(hostileName)' is not known", hint: "*\u{1B}]0;x\u{7}*")])

    static func range<ID: Identifier>(_ range: ClosedRange<Int>) -> IDSet<ID> { IDSet(numbers: range) }

    static func size(_ kib: UInt64) -> PageSize { PageSize(KiB(kib)) }

    static func pool(_ kib: UInt64, _ total: UInt64) -> HugepagePool {
        HugepagePool(pageSize: size(kib), total: PageCount(total), free: PageCount(total))
    }

    static func cell(
        _ id: GuestCellID, on host: CellID, vcpus: ClosedRange<Int>, memory: KiB, cpus: CPUSet
    ) -> GuestCellPlacement {
        let pins = Dictionary(uniqueKeysWithValues: vcpus.map { (VCPU($0), cpus) })
        return GuestCellPlacement(
            id: id, hostCell: host, vcpus: range(vcpus), memory: memory, pageSize: size(4), pins: pins,
            dedicatedVCPUs: [])
    }

    static func part(
        _ key: ChangedPart.PartKey, _ now: ChangedPart.PartValue?, _ want: ChangedPart.PartValue?,
        _ when: ChangedPart.When
    ) -> ChangedPart { ChangedPart(key, now: now, want: want, when: when) }

    static func creation(of name: String, line: Int, _ parts: [(SettingKey, ChangedPart.PartValue)]) -> Change {
        Change(
            subject: .guest(name), action: .create, disruption: .none,
            parts: parts.map { part(.setting($0.0), nil, $0.1, .define) },
            source: SourceMark(file: "site.yaml", line: line, column: 3))
    }

    static func pool(
        _ action: Change.Action, cell: CellID, _ kib: UInt64, _ now: UInt64, _ want: UInt64, _ disruption: Disruption,
        consents: [Consent] = []
    ) -> Change {
        Change(
            subject: .pool(PoolID(cell: cell, pageSize: size(kib))), action: action, disruption: disruption,
            parts: [part(.pages, .number(now), .number(want), .live)], consents: consents)
    }

    static func short(
        _ cell: CellID?, _ resource: Shortage.Resource, _ needed: UInt64, _ free: UInt64, _ heldBy: [String]
    ) -> Shortage { Shortage(hostCell: cell, resource: resource, needed: needed, free: free, heldBy: heldBy) }
}

/// The document as the commands write it.
func json(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
}
