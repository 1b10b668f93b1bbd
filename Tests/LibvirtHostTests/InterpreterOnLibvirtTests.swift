import DomainXML
import Execution
import HostModel
import LibvirtHost
import Planning
import Testing
import XMLTree

/// A driver that the interpreter is run on.
enum Driver: String, CaseIterable {
    case test, embedded

    static var present: [Driver] { EmbeddedDriver.isThere ? allCases : [.test] }

    func connection() throws -> Connection {
        switch self {
        case .test: try TestDriver.connection.get()
        case .embedded: try EmbeddedDriver.connection.get()
        }
    }

    func definition(_ name: String, extra: String = "") throws -> XMLElement {
        switch self {
        case .test: try XMLReader.read(TestDriver.definition(name, extra: extra))
        case .embedded: try XMLReader.read(EmbeddedDriver.definition(name, extra: extra))
        }
    }
}

/// A host without pools; asking it for some fails the test.
private struct NoPools: PoolHost {
    func persistentSizes(of pools: [PoolID]) -> [PoolID: PageCount] { [:] }
    func counts(of pools: [PoolID]) -> [PoolID: HugepagePool] { [:] }
    func sparePages(of pool: PoolID) -> PageCount { .zero }
    func setPools(_ changes: [PoolChange]) throws(StepFailure) -> PoolOutcome { throw .interrupted }
}

/// Stops the run before the n-th write, from 0.
private final class Stopper: StepObserver {
    private var left: Int
    init(before write: Int) { left = write }
    func willRun(_ effect: Effect) throws(StepFailure) {
        guard left > 0 else { throw .interrupted }
        left -= 1
    }
}

@Suite("Interpreter on a real libvirt")
struct InterpreterOnLibvirtTests {
    private static func parts(pin: CPUSet) -> WantedSettings {
        var wanted = WantedSettings(vcpus: 2, memory: 65_536)
        wanted.vcpuPins = [0: pin, 1: pin]
        wanted.emulatorPin = [0]
        wanted.numaTune = NUMATune(hostCells: [0], memNodes: [0: .init(mode: .strict, hostCells: [0])])
        wanted.hugePages = .perCell([0: PageSize(2_048)])
        wanted.topology = Topology(sockets: 2, cores: 1, threads: 1)
        wanted.guestCells = [GuestCell(id: 0, vcpus: [0, 1], memory: 65_536)]
        wanted.hasACPI = true
        return wanted
    }

    private static func mark(_ guest: String) -> OwnershipMark {
        OwnershipMark(
            site: "lab", guest: guest, flavor: "m1.numa", origin: .created, managedPaths: ["cputune.vcpupin", "vcpu"],
            placement: [.init(guestCell: 0, hostCell: 0, pageSize: PageSize(2_048))])
    }

    private func creation(of name: String, on driver: Driver) throws -> Step {
        let (wanted, mark) = (Self.parts(pin: [0, 1]), Self.mark(name))
        let document = DomainPatch.apply(wanted, mark: mark, to: try driver.definition(name))
        return .create(name: name, definition: document, wanted: wanted, mark: mark)
    }

    private func run(
        _ steps: [Step], on driver: Driver, observer: any StepObserver = SilentObserver()
    ) throws -> RunOutcome {
        Interpreter(domains: LibvirtDomains(try driver.connection()), pools: NoPools(), observer: observer).run(steps)
    }

    @Test("creates, changes and removes a domain, each only once", arguments: Driver.present)
    func life(driver: Driver) throws {
        let connection = try driver.connection()
        let name = TestDriver.name("life")
        let create = [try creation(of: name, on: driver), .setAutostart(name: name, prior: false, target: true)]
        try expectApplied(create, on: driver, writes: 2)
        try expectApplied(create, on: driver, writes: 0)

        let prior = try FoundSettings(reading: try XMLReader.read(try #require(try connection.definition(of: name))))
        let wanted = Self.parts(pin: [1])
        let change = [Step.redefine(name: name, prior: prior, wanted: wanted, mark: Self.mark(name))]
        try expectApplied(change, on: driver, writes: 1)
        try expectApplied(change, on: driver, writes: 0)
        let document = try XMLReader.read(try #require(try connection.definition(of: name)))
        #expect(try FoundSettings(reading: document).vcpuPins == wanted.vcpuPins)
        #expect(OwnershipMark(reading: document) == Self.mark(name))
        #expect(try connection.status(of: name)?.autostarts == true)

        try expectApplied([.undefine(name: name)], on: driver, writes: 1)
        try expectApplied([.undefine(name: name)], on: driver, writes: 0)
        #expect(try connection.status(of: name) == nil)
    }

    private func expectApplied(_ steps: [Step], on driver: Driver, writes: Int) throws {
        let outcome = try run(steps, on: driver)
        #expect(outcome.writes == writes)
        guard case .applied = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    /// The undo of an undefinition takes two writes: the definition, and autostart.
    @Test(
        "leaves all definitions as they were when it is stopped", arguments: Driver.present,
        [(0, 0), (1, 2), (2, 4), (3, 6), (4, 9)] as [(Int, Int)])
    func undo(driver: Driver, counts: (before: Int, all: Int)) throws {
        let connection = try driver.connection()
        let (kept, gone, new) = (TestDriver.name("kept"), TestDriver.name("gone"), TestDriver.name("new"))
        for name in [kept, gone] {
            _ = try connection.define(
                XMLWriter.write(try driver.definition(name, extra: "<description>a &lt;b&gt;</description>")))
        }
        try connection.setAutostart(gone, true)
        let before = try [kept, gone].map { try connection.definition(of: $0) }
        let present = try FoundSettings(reading: try XMLReader.read(try #require(before[0])))
        let steps = [
            .redefine(name: kept, prior: present, wanted: Self.parts(pin: [0]), mark: Self.mark(kept)),
            try creation(of: new, on: driver), .undefine(name: gone),
            .setAutostart(name: new, prior: false, target: true), .start(name: kept),
        ]
        let outcome = try run(steps, on: driver, observer: Stopper(before: counts.before))
        guard case .failed(_, .interrupted, let report) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(report.isRolledBack)
        #expect(report.writes == counts.all)
        #expect(try [kept, gone].map { try connection.definition(of: $0) } == before)
        #expect(try connection.status(of: new) == nil)
        #expect(try connection.status(of: gone)?.autostarts == true)
        for name in [kept, gone] { try connection.undefine(name) }
    }

    @Test("passes on libvirt's own words and number when a definition is refused", arguments: Driver.present)
    func refused(driver: Driver) throws {
        let name = TestDriver.name("refused")
        let step = try creation(of: name, on: driver)
        guard var document = step.definition else { return }
        document.children.append(.element(XMLElement("nonsense")))
        let outcome = try run([step.with(definition: document)], on: driver)
        guard case .failed(_, .refused(let refusal), let report) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(refusal.kind == .invalidDefinition)
        #expect(refusal.call == "virDomainDefineXMLFlags")
        #expect(refusal.code > 0 && !refusal.message.isEmpty)
        #expect(report.writes == 0)
        #expect(try driver.connection().status(of: name) == nil)
    }
}
