import Foundation
import HostModel
import Testing

@Suite("Interrupts")
struct InterruptTests {
    private typealias Interrupt = IsolationFacts.Interrupt

    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: [
            Cell(id: 0, cpus: [0, 1, 2, 3], memory: 1_048_576), Cell(id: 1, cpus: [4, 5, 6, 7], memory: 1_048_576),
        ])

    private static func changes(
        off: CPUSet, housekeeping: CPUSet, new: CPUSet? = nil, _ interrupts: Interrupt...
    ) -> [String] {
        let facts = IsolationFacts(interrupts: interrupts, newInterrupts: new)
        return CPUIsolation(interruptsOff: off, housekeeping: housekeeping).changes(facts, on: host).map {
            "\($0.id.words($0.name)): \($0.now) -> \($0.wanted)"
        }
    }

    @Test("keep off CPUs where they may, come to their device's cell where they must, else anywhere")
    func places() {
        let (off, rest): (CPUSet, CPUSet) = ([2, 3, 6, 7], [0, 1, 4, 5])
        #expect(
            Self.changes(
                off: off, housekeeping: rest, new: CPUSet(numbers: 0..<8),
                Interrupt(number: 30, name: "eth0", cpus: [6], cell: 1),
                Interrupt(number: 24, name: "nvme0q1", cpus: [1, 2], cell: 1),
                Interrupt(number: 31, name: "acpi", cpus: [3]), Interrupt(number: 32, name: "far", cpus: [3], cell: 9),
                Interrupt(number: 33, name: "away", cpus: [0, 5]),
                Interrupt(number: 34, name: "fixed", cpus: [2], isFixed: true)) == [
                    "interrupts to come: 0-7 -> 0-1,4-5", "interrupt nvme0q1(24): 1-2 -> 1",
                    "interrupt eth0(30): 6 -> 4-5", "interrupt acpi(31): 3 -> 0-1,4-5",
                    "interrupt far(32): 3 -> 0-1,4-5",
                ])
    }

    @Test("come to the CPUs that are given, once they leave others, and nowhere where there are none")
    func given() {
        #expect(
            Self.changes(
                off: [2, 3], housekeeping: [0], Interrupt(number: 1, name: "a", cpus: CPUSet(numbers: 0..<8)),
                Interrupt(number: 2, name: "b", cpus: [4])) == ["interrupt a(1): 0-7 -> 0"])
        #expect(Self.changes(off: [0, 1], housekeeping: [1], Interrupt(number: 1, name: "a", cpus: [0])) == [])
    }

    @Test("take the work queues with them where programs are kept off too")
    func workqueues() {
        let facts = IsolationFacts(interrupts: [], workqueues: CPUSet(numbers: 0..<8))
        func changes(_ isolation: CPUIsolation) -> [String] {
            isolation.changes(facts, on: Self.host).map { "\($0.id.words($0.name)): \($0.now) -> \($0.wanted)" }
        }
        #expect(changes(CPUIsolation(interruptsOff: [2], housekeeping: [0])) == [])
        #expect(
            changes(CPUIsolation(interruptsOff: [], programsOff: [2], housekeeping: [0, 1]))
                == ["the kernel's work queues: 0-7 -> 0-1"])
    }

    @Test("threads go to housekeeping CPUs that they have, else to their others; those put on purpose stay")
    func threads() {
        let isolation = CPUIsolation(interruptsOff: [6], programsOff: [2, 3], housekeeping: [0, 1, 2])
        #expect(isolation.interruptsOff == [2, 3, 6] && isolation.housekeeping == [0, 1])
        #expect(isolation.place(ofThreadsOn: CPUSet(numbers: 0..<8)) == [0, 1])
        #expect(isolation.place(ofThreadsOn: [2, 5, 6]) == [5, 6])
        for staying in [[2, 3], [3], [0, 5, 6], []] as [CPUSet] {
            #expect(isolation.place(ofThreadsOn: staying) == nil)
        }
        #expect(CPUIsolation(interruptsOff: [], programsOff: [2], housekeeping: []).place(ofThreadsOn: [1, 2]) == nil)
    }

    @Test(
        "the kernel's options are pending until it was booted with them, or with more",
        arguments: [
            ("quiet", ["irqaffinity=0-1", "isolcpus=managed_irq,2-3", "nohz_full=2-3", "rcu_nocbs=2-3"]),
            ("irqaffinity=0 isolcpus=domain,managed_irq,2-4 nohz_full=2-3 rcu_nocbs=2", []),
            (
                "irqaffinity=0,2 isolcpus=2-3 nohz_full=2 rcu_nocbs=1-3",
                [
                    "irqaffinity=0-1", "isolcpus=managed_irq,2-3", "nohz_full=2-3",
                ]
            ),
            (
                "irqaffinity=0-1 isolcpus=managed_irq,2-3 nohz_full=0-7:1/2 rcu_nocbs=all",
                [
                    "nohz_full=2-3", "rcu_nocbs=2-3",
                ]
            ),
        ])
    func pending(line: String, options: [String]) {
        let isolation = CPUIsolation(interruptsOff: [], programsOff: [2, 3], housekeeping: [0, 1])
        #expect(isolation.pendingArguments(on: KernelCommandLine(line)) == options)
        #expect(
            KernelArguments([:], isolation: isolation).text
                == "irqaffinity=0-1 isolcpus=managed_irq,2-3 nohz_full=2-3 rcu_nocbs=2-3")
    }

    @Test("of two sites keep off the CPUs of both")
    func joined() {
        let first = CPUIsolation(interruptsOff: [2], housekeeping: [0, 1, 3])
        let second = CPUIsolation(interruptsOff: [3], housekeeping: [0, 1, 2])
        #expect(first.joined(second) == CPUIsolation(interruptsOff: [2, 3], housekeeping: [0, 1]))
    }

    @Test("are told in the facts, and read back as they were")
    func document() throws {
        var facts = Self.host
        facts.isolation = IsolationFacts(
            interrupts: [
                Interrupt(number: 25, name: "b", cpus: [0]),
                Interrupt(number: 24, name: "a", cpus: [1, 2], cell: 1, isFixed: true),
            ], newInterrupts: [0, 1], balancer: .init(banned: [3]))
        let read = try JSONDecoder().decode(HostFacts.self, from: try JSONEncoder().encode(facts))
        #expect(read.isolation == facts.isolation && read.isolation?.interrupts.map(\.number) == [24, 25])
        let few = try JSONDecoder().decode(
            IsolationFacts.self, from: Data(#"{"interrupts": [{"irq": 3, "cpus": "0-1"}]}"#.utf8))
        #expect(few == IsolationFacts(interrupts: [Interrupt(number: 3, name: "", cpus: [0, 1])]))
        for wrong in ["-1", "2000000", #""future""#, #""x""#, "null", "1.5"] {
            let text = #"{"interrupts": [{"irq": "# + wrong + #", "cpus": "0"}]}"#
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(IsolationFacts.self, from: Data(text.utf8))
            }
        }
    }
}
