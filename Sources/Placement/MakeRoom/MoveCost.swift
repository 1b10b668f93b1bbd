package import HostModel

/// What moves cost, in this order: memory of running guests, then the number of moves, then how many of them are of running guests.
package struct MoveCost: Hashable, Comparable, Sendable {
    /// In KiB.
    package var memory = 0
    var steps = 0
    var running = 0

    package static let none = MoveCost()
    /// More than any moves cost.
    static let endless = MoveCost(memory: .max / 4, steps: 0, running: 0)

    /// One move of a running guest's memory.
    package init(moving memory: KiB) {
        self.init(memory: Int(clamping: memory.count), steps: 1, running: 1)
    }

    init(memory: Int = 0, steps: Int = 0, running: Int = 0) {
        (self.memory, self.steps, self.running) = (memory, steps, running)
    }

    /// Whether no moves do.
    var isEndless: Bool { memory >= MoveCost.endless.memory }

    package static func < (left: MoveCost, right: MoveCost) -> Bool {
        if left.memory != right.memory { return left.memory < right.memory }
        return left.steps != right.steps ? left.steps < right.steps : left.running < right.running
    }

    package static func + (left: MoveCost, right: MoveCost) -> MoveCost {
        if left.isEndless || right.isEndless { return .endless }
        return MoveCost(
            memory: left.memory + right.memory, steps: left.steps + right.steps, running: left.running + right.running)
    }

    /// What is left of a bound when some of it was paid; never less than nothing.
    func less(_ paid: MoveCost) -> MoveCost {
        guard !isEndless else { return self }
        let rest = MoveCost(memory: memory - paid.memory, steps: steps - paid.steps, running: running - paid.running)
        return max(.none, rest)
    }
}

/// The smallest elements first.
package struct CostQueue<Element> {
    private var heap: [Element] = []
    private let precedes: (Element, Element) -> Bool

    package init(by precedes: @escaping (Element, Element) -> Bool) { self.precedes = precedes }

    var first: Element? { heap.first }

    package mutating func add(_ element: Element) {
        heap.append(element)
        var index = heap.count - 1
        while index > 0, precedes(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    package mutating func takeFirst() -> Element? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else { return last }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if precedes(heap[child], heap[least]) { least = child }
            }
            guard least != index else { return first }
            heap.swapAt(index, least)
            index = least
        }
    }
}
