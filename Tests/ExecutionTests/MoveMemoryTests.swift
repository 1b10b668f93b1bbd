import DomainXML
import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

/// The memory of one guest, which is moved as told.
private final class FakeMemory: MemoryHost {
    var places: [CellID: KiB] = [0: 65_536]
    var mems: CellSet = [0]
    /// How much is moved before it fails; nil moves all.
    var failsAfter: KiB?
    /// The cell on the way to which it fails; nil for any.
    var failsOn: CellID?
    let log: WriteLog

    init(_ log: WriteLog) { self.log = log }

    func places(of memory: PieceOfMemory) -> [CellID: KiB] { places }

    func admit(_ cell: CellID, to guest: String) { mems.formUnion([cell]) }

    func move(_ memory: PieceOfMemory, to cell: CellID) throws(StepFailure) {
        guard mems.contains(cell) else {
            throw .refused(HostRefusal(call: "move_pages", kind: .other, code: 13, message: "not allowed"))
        }
        let all = places.values.reduce(KiB.zero) { $0 + $1 }
        if let part = failsAfter, failsOn == nil || failsOn == cell {
            failsAfter = nil
            let from = places.keys.first { $0 != cell } ?? 0
            places = [from: all.subtractingDownToZero(part), cell: part]
            throw .refused(HostRefusal(call: "move_pages", kind: .other, code: 12, message: "no room"))
        }
        try log.write("move \(memory.guest) to \(cell)") { places = [cell: all] }
    }

    /// How many writes were made before the guest was confined; nil where it was not.
    var confinedAfter: Int?

    func confine(_ guest: String, to cells: CellSet) { (mems, confinedAfter) = (cells, log.lines.count) }
}

@Suite("Moving a running guest's memory")
struct MoveMemoryTests {
    private static let step = Step.moveMemory(name: "web", cell: nil, prior: 0, target: 1, memory: 65_536)
    private static let write = ReversibleWrite(
        .moveMemory(name: "web", cell: nil, from: 0, to: 1),
        inverse: [.moveMemory(name: "web", cell: nil, from: 1, to: 0)])

    /// A running guest on cell 0, and its memory.
    private static func host() -> (Scenario, FakeMemory) {
        let scenario = Scenario()
        let tune = XMLElement(
            "numatune", children: [.element(XMLElement("memory", [.init("mode", "strict"), .init("nodeset", "0")]))])
        scenario.domains.entries["web"]?.live?.children.append(.element(tune))
        return (scenario, FakeMemory(scenario.log))
    }

    private static func interpreter(_ host: (Scenario, FakeMemory)) -> Interpreter {
        Interpreter(domains: host.0.domains, pools: host.0.pools, memory: host.1)
    }

    private static func noted(_ scenario: Scenario) -> [CellID] {
        scenario.domains.entries["web"]?.live.map { MovedMemory(reading: $0).cells.values.sorted() } ?? []
    }

    @Test("widens, moves, narrows, and only then notes that all is done; the second time it writes nothing")
    func once() {
        let host = Self.host()
        guard case .applied(let report) = Self.interpreter(host).run([Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(host.0.log.lines == ["note web []", "move web to 1", "note web [1]"])
        #expect(host.1.confinedAfter == 2, "after a kill before it nobody would come back to it")
        #expect(report.writes == 1 && report.verified > 0)
        #expect(host.1.places == [1: 65_536] && host.1.mems == [1] && Self.noted(host.0) == [1])
        guard case .applied(let again) = Self.interpreter(host).run([Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(again.writes == 0 && again.inSync == [Self.step])
    }

    @Test("goes on where a run was killed in the middle")
    func goesOn() {
        let host = Self.host()
        (host.1.places, host.1.mems) = ([0: 30_000, 1: 35_536], [0, 1])
        guard case .applied = Self.interpreter(host).run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(host.1.places == [1: 65_536] && Self.noted(host.0) == [1])
    }

    @Test("puts back what was moved where the cell runs out of room")
    func noRoom() {
        let host = Self.host()
        host.1.failsAfter = 20_000
        guard case .failed(Self.step, _, let report) = Self.interpreter(host).run([Self.step]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(report.isRolledBack)
        #expect(host.1.places == [0: 65_536] && host.1.mems == [0] && Self.noted(host.0).isEmpty)
    }

    @Test("is undone after a later failure")
    func undone() {
        let host = Self.host()
        host.0.log.failing = (2, .refused)
        guard
            case .failed(_, WriteLog.failure, let report) = Self.interpreter(host).run([
                Self.step, .start(name: "db"),
            ])
        else { return #expect(Bool(false), "did not fail") }
        #expect(report.isRolledBack)
        #expect(host.1.places == [0: 65_536] && host.1.mems == [0] && Self.noted(host.0).isEmpty)
    }

    @Test("is not believed where memory stays behind: of ordinary pages one in a hundred may, of huge pages none")
    func leftBehind() throws {
        let host = Self.host()
        host.0.domains.entries["web"]?.live?.note(MovedMemory([nil: 1]))
        func writes(_ left: KiB) throws -> Int {
            host.1.places = [0: left, 1: KiB(65_536).subtractingDownToZero(left)]
            return Self.interpreter(host).run([Self.step]).report.writes
        }
        #expect(try writes(600) == 0)
        #expect(try writes(700) == 1)
        let pages = XMLElement(
            "memoryBacking", children: [.element(XMLElement("hugepages"))])
        host.0.domains.entries["web"]?.live?.children.append(.element(pages))
        #expect(try writes(4) == 1)
    }

    /// By way of cell 2.
    private static let way = [
        Step.moveMemory(name: "web", cell: nil, prior: 0, target: 2, memory: 65_536),
        Step.moveMemory(name: "web", cell: nil, prior: 2, target: 1, memory: 65_536),
    ]

    @Test("goes by way of another cell; from there or from the end it writes no more than is left")
    func byWay() {
        for (places, writes) in [([0: 65_536], 2), ([0: 30_000, 2: 35_536], 2), ([2: 65_536], 1), ([1: 65_536], 0)]
            as [([CellID: KiB], Int)]
        {
            let host = Self.host()
            (host.1.places, host.1.mems) = (places, CellSet(places.keys))
            if places.count == 1, let cell = places.keys.first, cell != 0 {
                host.0.domains.entries["web"]?.live?.note(MovedMemory([nil: cell]))
            }
            guard case .applied(let report) = Self.interpreter(host).run(Self.way) else {
                return #expect(Bool(false), "failed from \(places)")
            }
            #expect(report.writes == writes && report.verified > 0)
            #expect(host.1.places == [1: 65_536] && Self.noted(host.0) == [1])
            #expect(host.1.mems == [1] || writes == 0)
        }
    }

    @Test("comes all the way back where the last cell has no room, and where the process is interrupted at the stop")
    func backFromWay() {
        let host = Self.host()
        (host.1.failsAfter, host.1.failsOn) = (20_000, 1)
        guard case .failed(Self.way[1], _, let report) = Self.interpreter(host).run(Self.way) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(report.isRolledBack)
        #expect(host.1.places == [0: 65_536] && host.1.mems == [0] && Self.noted(host.0).isEmpty)
        #expect(
            host.0.log.lines.filter { $0.hasPrefix("move") } == ["move web to 2", "move web to 2", "move web to 0"])
    }

    @Test("is rolled back from a journal that ends anywhere on the way")
    func journalOfWay() throws {
        func write(_ from: CellID, _ to: CellID) -> ReversibleWrite {
            ReversibleWrite(
                .moveMemory(name: "web", cell: nil, from: from, to: to),
                inverse: [.moveMemory(name: "web", cell: nil, from: to, to: from)])
        }
        let (first, second) = (write(0, 2), write(2, 1))
        let ends: [([JournalRecord], [CellID: KiB], CellID?)] = [
            ([.begun(1, first)], [0: 40_000, 2: 25_536], nil),
            ([.begun(1, first), .done(1, found: nil)], [2: 65_536], 2),
            ([.begun(1, first), .done(1, found: nil), .begun(2, second)], [2: 40_000, 1: 25_536], 2),
            ([.begun(1, first), .done(1, found: nil), .begun(2, second)], [1: 65_536], 1),
        ]
        for (records, places, noted) in ends {
            let host = Self.host()
            (host.1.places, host.1.mems) = (places, CellSet(places.keys))
            if let noted { host.0.domains.entries["web"]?.live?.note(MovedMemory([nil: noted])) }
            let transaction = try Transaction([.opened(.sample)] + records)
            let interpreter = Self.interpreter(host)
            #expect(try interpreter.check(transaction).obstacles.isEmpty)
            #expect(interpreter.rollBack(transaction).isRolledBack)
            #expect(host.1.places == [0: 65_536] && host.1.mems == [0] && Self.noted(host.0).isEmpty)
        }
    }

    @Test("has nothing to do for a domain that does not run")
    func down() {
        let host = Self.host()
        host.0.domains.entries["web"]?.live = nil
        #expect(Self.interpreter(host).run([Self.step]).writes == 0)
    }

    @Test("is told in a journal, and rolled back from it unless the memory is on a third cell")
    func journal() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(Self.write)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"action":{"do":"move","from":0,"guest":"web","to":1},"#
                + #""inverse":[{"do":"move","from":1,"guest":"web","to":0}]}"#)
        #expect(try JSONDecoder().decode(ReversibleWrite.self, from: json) == Self.write)
        let transaction = try Transaction([.opened(.sample), .begun(1, Self.write)])
        let host = Self.host()
        let interpreter = Self.interpreter(host)
        for (places, isKnown) in [([0: 65_536], true), ([0: 30_000, 1: 35_536], true), ([2: 65_536], false)]
            as [([CellID: KiB], Bool)]
        {
            host.1.places = places
            let expected: [RollbackCheck.ForeignChange] = isKnown ? [] : [.memoryPlace("web", found: 2)]
            #expect(try interpreter.check(transaction).obstacles == expected)
        }
        (host.1.places, host.1.mems) = ([0: 30_000, 1: 35_536], [0, 1])
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(host.1.places == [0: 65_536] && host.1.mems == [0])
        let wrong = ReversibleWrite(Self.write.action, inverse: [.moveMemory(name: "web", cell: nil, from: 2, to: 0)])
        #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, wrong)]) }
    }

    private static let late = Step.setPool(Scenario.small, prior: 10, target: 20, beforeMoves: 12)

    @Test("lets a pool grow into what it leaves, and goes on from any size on the way")
    func latePool() throws {
        let host = Self.host()
        guard case .applied(let report) = Self.interpreter(host).run([Self.late, Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        let writes = ["pools 2MiB@0=12", "note web []", "move web to 1", "note web [1]", "pools 2MiB@0=20"]
        #expect(host.0.log.lines == writes)
        #expect(report.done == [Self.late, Self.step], "each step once")
        guard case .applied(let again) = Self.interpreter(host).run([Self.late, Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(again.writes == 0 && again.inSync.count == 2)
        for written in 0...writes.count {
            let killed = Self.host()
            killed.0.log.failing = (written, .refused)
            _ = Self.interpreter(killed).run([Self.late, Self.step])
            #expect(killed.0.pools.sizes[Scenario.small] == (written < writes.count ? 10 : 20))
            #expect(killed.1.places == (written < writes.count ? [0: 65_536] : [1: 65_536]))
        }
        // A run that was killed has left the pool half grown.
        let half = Self.host()
        half.0.pools.sizes[Scenario.small] = 12
        guard case .applied = Self.interpreter(half).run([Self.late, Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(half.0.log.lines == Array(writes.dropFirst()))
    }

    @Test("comes back where the kernel does not grant a pool what it has left")
    func latePoolShort() {
        let host = Self.host()
        host.0.pools.limits[Scenario.small] = 15
        guard case .poolsShort = Self.interpreter(host).run([Self.late, Self.step]) else {
            return #expect(Bool(false), "not short")
        }
        #expect(host.0.pools.sizes[Scenario.small] == 10 && host.1.places == [0: 65_536] && host.1.mems == [0])
        // Where all of it waits, nothing is written before.
        let whole = Self.host()
        let step = Step.setPool(Scenario.small, prior: 10, target: 20, beforeMoves: 10)
        guard case .applied = Self.interpreter(whole).run([step, Self.step]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(whole.0.log.lines == ["note web []", "move web to 1", "note web [1]", "pools 2MiB@0=20"])
        whole.0.pools.sizes[Scenario.small] = 13
        guard case .failed(_, .poolChanged, _) = Self.interpreter(whole).run([step, Self.step]) else {
            return #expect(Bool(false), "another size is taken")
        }
    }

    @Test("frees the pages of a pool that grew for it when it goes back")
    func poolsOfMoves() throws {
        let host = Self.host()
        let pages = XMLElement(
            "memoryBacking",
            children: [
                .element(
                    XMLElement(
                        "hugepages", children: [.element(XMLElement("page", [.init("size", "1048576")]))]))
            ])
        host.0.domains.entries["web"]?.live?.children.append(.element(pages))
        host.1.places = [1: 2_097_152]
        let grown = PoolChange(pool: Scenario.large, prior: 0, target: 2)
        let transaction = try Transaction([
            .opened(.sample), .begun(1, ReversibleWrite(.setPools([grown]), inverse: [.setPools([grown.inverse])])),
            .begun(2, Self.write),
        ])
        host.0.pools.sizes[Scenario.large] = 2
        host.0.pools.used[Scenario.large] = 2
        #expect(try Self.interpreter(host).check(transaction).obstacles.isEmpty)
        host.1.places = [0: 2_097_152]
        #expect(
            try Self.interpreter(host).check(transaction).obstacles == [.poolInUse(Scenario.large, spare: 0, excess: 2)]
        )
    }
}
