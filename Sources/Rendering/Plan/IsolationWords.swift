import HostModel
import Planning

/// What goes to the same CPUs, off those of guests, or CPUs that go offline or come back.
struct IsolationGroup {
    /// What is wanted of it.
    enum Wish {
        /// To have these CPUs.
        case cpus(String)
        /// To be `online` or `offline`, or what its settings say.
        case state(String)
    }

    /// `interrupts 24-26, 30 and new ones`, `work queues`, `threads on CPUs 0-31`, `what systemd starts`,
    /// `programs in system.slice, user.slice`, `idle CPUs 4-7`.
    let which: String
    let wish: Wish

    /// `CPUs 0-3`, `offline`.
    var wanted: String {
        switch wish {
        case .cpus(let cpus): "CPUs \(cpus)"
        case .state(let state): state
        }
    }

    /// What is not as wanted: `on CPUs 0-3, found on dedicated ones`, `offline`.
    var finding: String {
        switch wish {
        case .cpus: "on \(wanted), found on dedicated ones"
        case .state: wanted
        }
    }

    /// The parts of a change: interrupts by where they go, in the order of the first of each, then the others.
    static func all(of change: Change) -> [IsolationGroup] {
        var interrupts: [(wanted: String, numbers: [Int], hasNew: Bool)] = []
        var others: [IsolationGroup] = []
        var units: [(wanted: String, names: [String])] = []
        for part in change.parts {
            if case .dropIn(let unit) = part.key {
                let wanted = part.want.map { Words.value($0, of: part) } ?? "all CPUs"
                if !UnitDropIn.isGroup(unit) {
                    others.append(IsolationGroup(which: "what systemd starts", wish: .state(wanted)))
                } else if let index = units.firstIndex(where: { $0.wanted == wanted }) {
                    units[index].names.append(unit)
                } else {
                    units.append((wanted, [unit]))
                }
            }
            guard case .text(let wanted)? = part.want else { continue }
            func add(_ number: Int?) {
                let index = interrupts.firstIndex { $0.wanted == wanted } ?? interrupts.count
                if index == interrupts.count { interrupts.append((wanted, [], false)) }
                if let number { interrupts[index].numbers.append(number) } else { interrupts[index].hasNew = true }
            }
            switch part.key {
            case .affinity(.newInterrupts): add(nil)
            case .affinity(.interrupt(let number)): add(number)
            case .affinity(.workqueues): others.append(IsolationGroup(which: "work queues", wish: .cpus(wanted)))
            case .threads(let cpus):
                others.append(IsolationGroup(which: "threads on CPUs \(cpus)", wish: .cpus(wanted)))
            case .partition(let guest):
                let cpus = wanted.isEmpty ? part.now.map { Words.value($0, of: part) } ?? "" : wanted
                let state = wanted.isEmpty ? "no partitions" : "isolated partitions"
                others.append(IsolationGroup(which: "CPUs \(cpus) of \(guest)", wish: .state(state)))
            case .cpus(let cpus): others.append(IsolationGroup(which: "idle CPUs \(cpus)", wish: .state(wanted)))
            default: continue
            }
        }
        return interrupts.map { group in
            let new = group.hasNew ? ["new ones"] : []
            let numbers = group.numbers.isEmpty ? [] : [ranges(group.numbers)]
            return IsolationGroup(
                which: "interrupts " + (numbers + new).joined(separator: " and "), wish: .cpus(group.wanted))
        }
            + others
            + units.map {
                IsolationGroup(which: "programs in \($0.names.joined(separator: ", "))", wish: .state($0.wanted))
            }
    }

    /// `24-26, 30`. A host may have more numbers than a set of CPUs holds.
    private static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound + 1 >= number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}
