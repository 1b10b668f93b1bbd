/// Questions by how active they are; of equals the lowest first.
struct ActivityHeap {
    private var heap: [Int]
    /// By question: its place in the heap, or -1.
    private var places: [Int]

    init(_ count: Int) {
        heap = Array(0..<count)
        places = Array(0..<count)
    }

    /// Takes out the first; nil when none is left.
    mutating func pop(_ activities: [Int]) -> Int? {
        guard let first = heap.first else { return nil }
        places[first] = -1
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            places[last] = 0
            sink(0, activities)
        }
        return first
    }

    /// Puts a question in, unless it is there.
    mutating func insert(_ question: Int, _ activities: [Int]) {
        guard places[question] < 0 else { return }
        places[question] = heap.count
        heap.append(question)
        rise(heap.count - 1, activities)
    }

    /// Moves a question up that became more active.
    mutating func update(_ question: Int, _ activities: [Int]) {
        if places[question] >= 0 { rise(places[question], activities) }
    }

    /// Orders all anew.
    mutating func rebuild(_ activities: [Int]) {
        for place in heap.indices.reversed() { sink(place, activities) }
    }

    private func isBefore(_ left: Int, _ right: Int, _ activities: [Int]) -> Bool {
        (activities[right], left) < (activities[left], right)
    }

    private mutating func rise(_ start: Int, _ activities: [Int]) {
        var place = start
        while place > 0, isBefore(heap[place], heap[(place - 1) / 2], activities) {
            exchange(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(_ start: Int, _ activities: [Int]) {
        var place = start
        while true {
            var best = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && isBefore(heap[child], heap[best], activities) {
                best = child
            }
            guard best != place else { return }
            exchange(place, best)
            place = best
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        places[heap[left]] = left
        places[heap[right]] = right
    }
}
