import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

/// The host at one moment of a run, and what the journal says then.
private struct Moment: Sendable {
    var entries: [String: FakeDomains.Entry]
    var sizes: [PoolID: PageCount]
    var records: [JournalRecord]
}

/// Takes down what a journal would, and the host as it is each time.
private final class Witness: StepObserver {
    private let scenario: Scenario
    private(set) var records: [JournalRecord] = [.opened(.sample)]
    private(set) var moments: [Moment] = []
    private var number = 0

    init(_ scenario: Scenario) { self.scenario = scenario }

    func willRun(_ effect: Effect) throws(StepFailure) {
        number += 1
        add(.begun(number, effect.write))
    }

    func didRun(_ effect: Effect, found: XMLElement?) {
        // The write is done, and nothing says so yet.
        add(nil)
        add(.done(number, found: found))
    }

    func didFail(_ effect: Effect, _ failure: StepFailure) { add(.failed(number, reason: "\(failure)")) }
    func willUndo(_ action: HostWrite) { add(records.last?.isTurn == true ? nil : .rollingBack(.sample, reason: "")) }
    func didUndo(_ result: UndoResult) { add(.undone(what: "\(result.action)", .restored, detail: "")) }

    private func add(_ record: JournalRecord?) {
        if let record { records.append(record) }
        moments.append(Moment(entries: scenario.domains.entries, sizes: scenario.pools.sizes, records: records))
    }
}

extension JournalRecord {
    fileprivate var isTurn: Bool { if case .rollingBack = self { true } else { false } }
}

extension UnixTime {
    static let sample = UnixTime(milliseconds: 1_795_000_000_000)
}

extension JournalHeader {
    static let sample = JournalHeader(
        transaction: "20261125T091530.250Z", time: .sample, host: "hv01", site: "lab", uri: "qemu:///system", root: "/",
        process: 4_711, program: "0.1.0")
}

extension Moment {
    /// The host of that moment, with nobody at work on it.
    fileprivate var scenario: Scenario {
        let scenario = Scenario()
        scenario.domains.entries = entries
        scenario.pools.sizes = sizes
        return scenario
    }

    /// What is read back from what would have been written.
    fileprivate func transaction() throws -> Transaction {
        let read = try records.map {
            try JSONDecoder().decode(JournalRecord.self, from: try JSONEncoder().encode($0))
        }
        return try Transaction(read)
    }
}

extension Scenario {
    /// Undoes a transaction as the rollback command does.
    fileprivate func rollBack(_ transaction: Transaction, observer: any StepObserver = SilentObserver()) throws
        -> RunReport
    {
        let interpreter = Interpreter(domains: domains, pools: pools, observer: observer)
        let check = try interpreter.check(transaction)
        #expect(check.obstacles == [])
        return interpreter.rollBack(transaction, stopping: check.running)
    }

    fileprivate func expectBefore() {
        let before = Scenario()
        #expect(domains.words == before.domains.words)
        #expect(pools.sizes == before.pools.sizes)
    }
}

extension FakeDomains {
    /// Every domain in words: blank text between elements does not outlive a journal, and means nothing.
    fileprivate var words: [String] {
        entries.sorted { $0.key < $1.key }.map { name, entry in
            "\(name) \(entry.autostarts) \(XMLWriter.write(entry.document)) \(entry.live.map(XMLWriter.write) ?? "off")"
        }
    }
}

@Suite("Recovery of a run that was killed")
struct RecoveryTests {
    private func moments(failing: (Int, WriteLog.Way)? = nil) -> [Moment] {
        let scenario = Scenario()
        let witness = Witness(scenario)
        scenario.log.failing = failing.map { (index: $0.0, way: $0.1) }
        _ = scenario.run(observer: witness)
        return witness.moments
    }

    @Test("brings the host back from before, within and after every write")
    func everyMoment() throws {
        let moments = moments()
        #expect(moments.count == 3 * Scenario.writes.count)
        for moment in moments {
            let scenario = moment.scenario
            let report = try scenario.rollBack(try moment.transaction())
            #expect(report.isRolledBack)
            scenario.expectBefore()
        }
    }

    @Test("brings the host back from the middle of an undo", arguments: 1..<9)
    func everyUndo(failing: Int) throws {
        for moment in moments(failing: (failing, .doneAndFailed)) {
            let scenario = moment.scenario
            #expect(try scenario.rollBack(try moment.transaction()).isRolledBack)
            scenario.expectBefore()
        }
    }

    @Test("may itself be killed at every moment, and finds nothing to do the second time")
    func twice() throws {
        let last = try #require(moments().last)
        let transaction = try last.transaction()
        let scenario = last.scenario
        let witness = Witness(scenario)
        _ = try scenario.rollBack(transaction, observer: witness)
        #expect(witness.moments.count > 20)
        for moment in witness.moments {
            let broken = moment.scenario
            #expect(try broken.rollBack(transaction).isRolledBack)
            broken.expectBefore()
        }
        let writes = scenario.log.lines.count
        let again = try scenario.rollBack(transaction)
        #expect(scenario.log.lines.count == writes)
        #expect(again.undone.allSatisfy { $0.result == .notNeeded })
    }

    @Test("takes pools that had got only some of their pages", arguments: [0, 1, 2] as [PageCount])
    func partialPools(pages: PageCount) throws {
        let first = try #require(moments().first)
        let scenario = first.scenario
        scenario.pools.sizes[Scenario.large] = pages
        scenario.pools.sizes[Scenario.small] = 15
        #expect(try scenario.rollBack(try first.transaction()).isRolledBack)
        scenario.expectBefore()
    }
}

@Suite("What stands in the way of a rollback")
struct RollbackCheckTests {
    /// The host after a whole run, with its transaction.
    private func applied() throws -> (Scenario, Transaction) {
        let scenario = Scenario()
        let witness = Witness(scenario)
        guard case .applied = scenario.run(observer: witness), let last = witness.moments.last else {
            throw StepFailure.interrupted
        }
        return (scenario, try last.transaction())
    }

    private func check(_ scenario: Scenario, _ transaction: Transaction) throws -> RollbackCheck {
        try Interpreter(domains: scenario.domains, pools: scenario.pools).check(transaction)
    }

    @Test("is what somebody changed since, thing by thing")
    func changed() throws {
        let (scenario, transaction) = try applied()
        #expect(try check(scenario, transaction).obstacles == [])
        scenario.pools.sizes[Scenario.small] = 21
        scenario.domains.entries["db"]?.document = .domain("db", pins: [0: "0"])
        scenario.domains.entries["web"]?.live?.setPin(of: 0, to: [5])
        scenario.domains.entries["old"] = .init(document: .domain("old", pins: [0: "7"]))
        #expect(
            try check(scenario, transaction).obstacles == [
                .pool(Scenario.small, found: 21, known: [10, 20]), .definition("db", isGone: false),
                .pin("web", thread: "vCPU 0", found: [5]), .definition("old", isGone: false),
            ])
    }

    @Test("is a disk that was added to a definition after it was written, though nothing of it is ours")
    func unmanaged() throws {
        let (scenario, transaction) = try applied()
        scenario.domains.entries["db"]?.document.children.append(.element(XMLElement("devices")))
        #expect(try check(scenario, transaction).obstacles == [.definition("db", isGone: false)])
    }

    @Test("is a pool that is gone with its cell; only what it had before cannot be put back")
    func movedAway() throws {
        let (scenario, transaction) = try applied()
        scenario.pools.sizes[Scenario.small] = nil
        #expect(try check(scenario, transaction).obstacles == [.poolGone(Scenario.small)])
        for (prior, isRolledBack) in [(0, true), (4, false)] as [(UInt64, Bool)] {
            let change = PoolChange(
                pool: PoolID(cell: 9, pageSize: Scenario.small.pageSize), prior: PageCount(prior), target: 8)
            let write = ReversibleWrite(.setPools([change]), inverse: [.setPools([change.inverse])])
            let grown = try Transaction([.opened(.sample), .begun(1, write), .done(1, found: nil)])
            scenario.pools.limits[change.pool] = 0
            let report = Interpreter(domains: scenario.domains, pools: scenario.pools).rollBack(grown)
            #expect(report.isRolledBack == isRolledBack)
        }
    }

    @Test("is a domain that is gone")
    func gone() throws {
        let (scenario, transaction) = try applied()
        scenario.domains.entries["web"] = nil
        #expect(try check(scenario, transaction).obstacles == [.definition("web", isGone: true)])
    }

    @Test("are guests that were started or made, by whomever, until they are down")
    func running() throws {
        let (scenario, transaction) = try applied()
        #expect(try check(scenario, transaction).running == ["new"])
        scenario.domains.entries["new"]?.live = nil
        let after = try check(scenario, transaction)
        #expect(after.running.isEmpty && after.obstacles.isEmpty)
    }

    @Test("is a domain that bears no mark of ours, neither now nor in what the transaction tells")
    func notManaged() throws {
        let (scenario, transaction) = try applied()
        let after = try check(scenario, transaction)
        #expect(after.notManaged == ["old"] && !after.isClear)
    }

    @Test("are pages in use, once no guest of ours has to go first")
    func pagesInUse() throws {
        let (scenario, transaction) = try applied()
        scenario.domains.entries["new"]?.live = nil
        scenario.pools.used[Scenario.small] = 15
        #expect(
            try check(scenario, transaction).obstacles == [.poolInUse(Scenario.small, spare: 5, excess: 10)])
    }

    @Test("is not a size between for a write that is known to be done")
    func sizeBetween() throws {
        let (scenario, transaction) = try applied()
        scenario.pools.sizes[Scenario.small] = 15
        #expect(
            try check(scenario, transaction).obstacles == [.pool(Scenario.small, found: 15, known: [10, 20])])
    }

    @Test("keeps a guest that does not shut down from being undone by halves")
    func deaf() throws {
        let (scenario, transaction) = try applied()
        scenario.domains.deaf = ["new"]
        let report = Interpreter(domains: scenario.domains, pools: scenario.pools)
            .rollBack(transaction, stopping: ["new"])
        #expect(!report.isRolledBack)
        #expect(report.undone.map(\.result) == [.failed(.stillRunning("new"))])
        #expect(scenario.domains.entries["db"]?.document != Scenario().domains.entries["db"]?.document)
    }

    @Test("names guests that were asked to shut down, with nothing known of what came of it")
    func stopInDoubt() throws {
        let scenario = Scenario()
        let stop = ReversibleWrite(.stop(name: "old"), inverse: [.start(name: "old")])
        let transaction = try Transaction([.opened(.sample), .begun(1, stop)])
        #expect(try check(scenario, transaction).mayStillStop == ["old"])
        #expect(
            try check(scenario, try Transaction([.opened(.sample), .begun(1, stop), .done(1, found: nil)])).mayStillStop
                == [])
    }
}
