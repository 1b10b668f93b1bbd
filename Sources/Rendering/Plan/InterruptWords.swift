import HostModel
import Planning

/// Interrupts that go to the same CPUs, as one.
struct InterruptGroup {
    /// `24-26, 30 and new ones`.
    let which: String
    /// The CPUs that they are to come to.
    let wanted: String

    /// The interrupts of a change by where they go, in the order of the first of each.
    static func all(of change: Change) -> [InterruptGroup] {
        var groups: [(wanted: String, numbers: [Int], hasFuture: Bool)] = []
        for part in change.parts {
            guard case .interrupt(let interrupt) = part.key, case .text(let wanted)? = part.want else { continue }
            let index = groups.firstIndex { $0.wanted == wanted } ?? groups.count
            if index == groups.count { groups.append((wanted, [], false)) }
            switch interrupt {
            case .future: groups[index].hasFuture = true
            case .number(let number): groups[index].numbers.append(number)
            }
        }
        return groups.map { group in
            let future = group.hasFuture ? ["new ones"] : []
            let numbers = group.numbers.isEmpty ? [] : [ranges(group.numbers)]
            return InterruptGroup(which: (numbers + future).joined(separator: " and "), wanted: group.wanted)
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
