import DomainXML
import Execution
import HostModel
import Planning
import Testing
import XMLTree

/// Guests with a CPU each, which they change: some while they run, some by a power cycle, some leave.
@Suite("Pins beside power cycles")
struct PowerCycleTests {
    /// What becomes of a guest.
    enum Way: CaseIterable { case pinned, cycled, stopped }

    /// A guest with the CPU that it has and the one that it gets.
    struct Guest {
        var name: String
        var from: CPU
        var to: CPU
        var way: Way
    }

    /// A host with these guests; the definitions are changed already.
    private static func scenario(_ guests: [Guest]) -> Scenario {
        let scenario = Scenario()
        scenario.domains.entries = Dictionary(
            uniqueKeysWithValues: guests.map { guest in
                (
                    guest.name,
                    FakeDomains.Entry(
                        document: .domain(guest.name, pins: [0: "\(guest.to)"]),
                        live: .domain(guest.name, pins: [0: "\(guest.from)"]))
                )
            })
        return scenario
    }

    /// - Parameter defines: Whether the definitions of those that are power cycled are still to be changed.
    private static func steps(_ guests: [Guest], defines: Bool = false) -> [Step] {
        guests.flatMap { guest -> [Step] in
            let name = guest.name
            let redefinition: [Step] =
                !defines || guest.way != .cycled
                ? []
                : [
                    .redefine(
                        name: name, prior: .read(name, pins: [0: "\(guest.from)"]),
                        wanted: .parts(pins: [0: [guest.to]]), mark: .of(name))
                ]
            return redefinition + changes(guest)
        }
    }

    private static func changes(_ guest: Guest) -> [Step] {
        switch guest.way {
        case .pinned:
            guest.from == guest.to
                ? [] : [.pin(name: guest.name, thread: .vcpu(0), prior: [guest.from], target: [guest.to])]
        case .cycled: [.stop(name: guest.name, force: false), .start(name: guest.name)]
        case .stopped: [.stop(name: guest.name, force: false)]
        }
    }

    /// The CPUs of each running guest's thread.
    private static func pins(_ scenario: Scenario) -> [String: CPUSet] {
        scenario.domains.entries.compactMapValues { entry in
            entry.live.flatMap { try? FoundSettings(reading: $0) }?.vcpuPins[0]
        }
    }

    /// Pairs of running guests of which one has a CPU to itself on which the other one may run as well; of guests that are only
    /// pinned elsewhere none counts: they widen before they narrow.
    private static func clashes(_ scenario: Scenario, _ guests: [Guest]) -> Set<String> {
        let pins = pins(scenario)
        var found: Set<String> = []
        for one in guests {
            guard let own = pins[one.name], own.count == 1 else { continue }
            for other in guests where other.name != one.name && (one.way != .pinned || other.way != .pinned) {
                if let cpus = pins[other.name], !cpus.isDisjoint(with: own) {
                    found.insert("\(one.name)-\(other.name)")
                }
            }
        }
        return found
    }

    @Test(
        "come when the CPUs are left, by turns where guests wait for each other",
        arguments: [
            (
                [
                    Guest(name: "a", from: 1, to: 2, way: .pinned), Guest(name: "b", from: 2, to: 3, way: .cycled),
                ], ["stop b", "pin a 0 1-2", "pin a 0 2", "start b"]
            ),
            (
                [
                    Guest(name: "a", from: 1, to: 2, way: .pinned), Guest(name: "b", from: 2, to: 1, way: .cycled),
                ], ["stop b", "pin a 0 1-2", "pin a 0 2", "start b"]
            ),
            (
                [
                    Guest(name: "a", from: 1, to: 2, way: .cycled), Guest(name: "b", from: 2, to: 1, way: .cycled),
                ], ["stop a", "stop b", "start a", "start b"]
            ),
            (
                [
                    Guest(name: "a", from: 1, to: 2, way: .pinned), Guest(name: "b", from: 2, to: 3, way: .stopped),
                    Guest(name: "c", from: 4, to: 5, way: .cycled),
                ], ["stop b", "pin a 0 1-2", "pin a 0 2", "stop c", "start c"]
            ),
            (
                // A chain: a waits for b to be pinned, which waits for c.
                [
                    Guest(name: "a", from: 1, to: 2, way: .pinned), Guest(name: "b", from: 2, to: 3, way: .pinned),
                    Guest(name: "c", from: 3, to: 4, way: .cycled),
                ],
                ["stop c", "pin a 0 1-2", "pin b 0 2-3", "pin a 0 2", "pin b 0 3", "start c"]
            ),
        ] as [([Guest], [String])])
    func order(guests: [Guest], lines: [String]) {
        let scenario = Self.scenario(guests)
        guard case .applied = scenario.run(Self.steps(guests)) else { return #expect(Bool(false), "failed") }
        #expect(scenario.log.lines == lines)
    }

    @Test("are all down before one starts with a disk that another one had")
    func disks() throws {
        let (one, two) = ("<disk><source file='/1'/></disk>", "<disk><source file='/2'/></disk>")
        func domain(_ name: String, _ disk: String) throws -> XMLElement {
            try XMLReader.read(
                "<domain type='kvm'><name>\(name)</name><memory>65536</memory><devices>\(disk)</devices></domain>")
        }
        let scenario = Scenario()
        scenario.domains.entries = [
            "a": .init(document: try domain("a", two), live: try domain("a", one)),
            "b": .init(document: try domain("b", one), live: try domain("b", two)),
            "c": .init(document: try domain("c", ""), live: try domain("c", "")),
        ]
        let steps = ["a", "b", "c"].flatMap { [Step.stop(name: $0, force: false), .start(name: $0)] }
        let outcome = scenario.run(steps)
        guard case .applied = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(scenario.log.lines == ["stop a", "stop b", "start a", "start b", "stop c", "start c"])
    }

    @Test("never give a CPU of one running guest to another that runs, and end as wanted, whoever goes in which way")
    func random() {
        var random = SplitMix(state: 7)
        for _ in 0..<400 {
            let count = 2 + Int(random.next() % 6)
            let all = (0..<(count + 1)).map { CPU($0) }
            let (from, to) = (all.shuffled(using: &random), all.shuffled(using: &random))
            let guests = (0..<count).map { index in
                Guest(
                    name: "g\(index)", from: from[index], to: to[index],
                    way: Way.allCases[Int(random.next() % UInt64(Way.allCases.count))])
            }
            let scenario = Self.scenario(guests)
            scenario.log.onWrite = {
                let clashes = Self.clashes(scenario, guests)
                if !clashes.isEmpty { Issue.record("\(clashes) after \(scenario.log.lines) of \(guests)") }
            }
            guard case .applied = scenario.run(Self.steps(guests)) else { return #expect(Bool(false), "failed") }
            scenario.log.onWrite = {}
            let wanted = guests.filter { $0.way != .stopped }.map { ($0.name, CPUSet([$0.to])) }
            #expect(Self.pins(scenario) == Dictionary(uniqueKeysWithValues: wanted))
            let stops = scenario.log.lines.filter { $0.hasPrefix("stop") }
            #expect(stops.count == Set(stops).count && stops.count == guests.count { $0.way != .pinned })
        }
    }

    @Test("that were set are not taken back under a guest that has started on the CPUs in the meantime")
    func failed() {
        let guests = [
            Guest(name: "a", from: 1, to: 2, way: .pinned), Guest(name: "b", from: 2, to: 1, way: .cycled),
            Guest(name: "c", from: 4, to: 5, way: .cycled),
        ]
        func scenario() -> Scenario {
            let scenario = Self.scenario(guests)
            for guest in guests {
                scenario.domains.entries[guest.name]?.document = .domain(guest.name, pins: [0: "\(guest.from)"])
            }
            return scenario
        }
        let whole = scenario()
        _ = whole.run(Self.steps(guests, defines: true))
        #expect(whole.log.lines.count == 8)
        for index in whole.log.lines.indices {
            let scenario = scenario()
            scenario.log.failing = (index, .refused)
            scenario.log.onWrite = {
                let clashes = Self.clashes(scenario, guests)
                if !clashes.isEmpty { Issue.record("\(clashes) after \(scenario.log.lines)") }
            }
            guard case .failed = scenario.run(Self.steps(guests, defines: true)) else {
                return #expect(Bool(false), "did not fail")
            }
            scenario.log.onWrite = {}
        }
    }
}
