import Execution
import HostModel
import Planning
import Testing

/// Devices in memory that can be divided; those in `used` refuse.
private final class FakeFunctions: VirtualFunctionHost {
    var counts: [PCIAddress: Int]
    var used: Set<PCIAddress> = []
    /// What the host makes of a number that it is asked for.
    var granted: (Int) -> Int = { $0 }

    init(_ counts: [PCIAddress: Int]) { self.counts = counts }

    func count(of device: PCIAddress) throws(StepFailure) -> Int? { counts[device] }

    func divide(_ device: PCIAddress, into count: Int) throws(StepFailure) {
        guard !used.contains(device) else { throw .vfsInUse(device, by: [device]) }
        counts[device] = granted(count)
    }
}

@Suite("Dividing devices into virtual functions")
struct SetVFsTests {
    private let card: PCIAddress
    private let step: Step

    init() throws {
        card = try #require(PCIAddress("0000:17:00.0"))
        step = .setVFs(card, prior: 0, target: 4)
    }

    private func run(_ functions: FakeFunctions, _ more: [Step] = [], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, virtualFunctions: functions)
            .run([step] + more)
    }

    @Test("is done once, and the second time nothing is written")
    func once() {
        let functions = FakeFunctions([card: 0])
        guard case .applied(let report) = run(functions) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 1 && report.done == [step] && functions.counts == [card: 4])
        guard case .applied(let again) = run(functions) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == [step])
    }

    @Test("is undone with all else")
    func undone() {
        let functions = FakeFunctions([card: 0])
        guard case .failed = run(functions, [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(functions.counts == [card: 0])
    }

    @Test("is not begun where the device has another number, or is gone", arguments: [2, nil])
    func changed(count: Int?) {
        let functions = FakeFunctions(count.map { [card: $0] } ?? [:])
        if case .applied = run(functions) { #expect(Bool(false), "applied") }
        #expect(functions.counts[card] == count)
    }

    @Test("fails where the host makes fewer than it says, or a guest has one")
    func refused() {
        let functions = FakeFunctions([card: 0])
        functions.granted = { min($0, 2) }
        if case .applied = run(functions) { #expect(Bool(false), "applied") }
        let used = FakeFunctions([card: 0])
        used.used = [card]
        if case .applied = run(used) { #expect(Bool(false), "applied") }
        #expect(used.counts == [card: 0])
    }

    @Test("is undone by a later rollback")
    func rollback() throws {
        let write = ReversibleWrite(.setVFs(card, count: 4), inverse: [.setVFs(card, count: 0)])
        let transaction = try Transaction([.opened(.sample), .begun(1, write), .done(1, found: nil)])
        let functions = FakeFunctions([card: 4])
        let scenario = Scenario()
        let interpreter = Interpreter(
            domains: scenario.domains, pools: scenario.pools, virtualFunctions: functions)
        #expect(try interpreter.check(transaction).obstacles == [])
        #expect(interpreter.rollBack(transaction).isRolledBack && functions.counts == [card: 0])
    }
}
