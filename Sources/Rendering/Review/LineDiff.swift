/// The shortest way from one list of lines to another.
///
/// Myers's algorithm in linear space: equal ends are taken off; then the furthest points that so many edits reach, from the start
/// and from the end, are followed diagonal by diagonal until they meet, which splits the task in two that are solved alike. Memory
/// grows with the number of lines, time with that times the number of edits.
struct LineDiff {
    /// For each old line, whether it goes.
    private(set) var removed: [Bool]
    /// For each new line, whether it is added.
    private(set) var added: [Bool]
    private let old: [Int]
    private let new: [Int]

    /// Compares two lists.
    init(_ old: [String], _ new: [String]) {
        var numbers: [String: Int] = [:]
        func number(_ line: String) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        self.old = old.map(number)
        self.new = new.map(number)
        removed = Array(repeating: false, count: old.count)
        added = Array(repeating: false, count: new.count)
        compare(0..<old.count, 0..<new.count)
    }

    private mutating func compare(_ oldPart: Range<Int>, _ newPart: Range<Int>) {
        var (a, b) = (oldPart, newPart)
        while let x = a.first, let y = b.first, old[x] == new[y] { (a, b) = (a.dropFirst(), b.dropFirst()) }
        while let x = a.last, let y = b.last, old[x] == new[y] { (a, b) = (a.dropLast(), b.dropLast()) }
        guard !a.isEmpty, !b.isEmpty else {
            for line in a { removed[line] = true }
            for line in b { added[line] = true }
            return
        }
        let (x, y) = Meeting(Array(old[a]), Array(new[b])).point
        compare(a.lowerBound..<a.lowerBound + x, b.lowerBound..<b.lowerBound + y)
        compare(a.lowerBound + x..<a.upperBound, b.lowerBound + y..<b.upperBound)
    }
}

/// Where the ways from the start and from the end meet: a point on a shortest way, neither its start nor its end.
private struct Meeting {
    let point: (x: Int, y: Int)

    /// Takes two lists that are not empty and whose first and last elements differ.
    init(_ old: [Int], _ new: [Int]) {
        let (n, m) = (old.count, new.count)
        var front = Frontier(n, m) { old[$0] == new[$1] }
        var back = Frontier(n, m) { old[n - 1 - $0] == new[m - 1 - $1] }
        let isOdd = (n - m) % 2 != 0
        var edits = 0
        while true {
            if let found = front.advance(edits, meeting: isOdd ? back : nil) {
                point = found
                return
            }
            if let (x, y) = back.advance(edits, meeting: isOdd ? nil : front) {
                point = (n - x, m - y)
                return
            }
            edits += 1
        }
    }
}

/// The furthest point on each diagonal (old minus new lines) that some number of edits reaches.
private struct Frontier {
    private static let none = -1
    private let n: Int
    private let m: Int
    private let isEqual: (Int, Int) -> Bool
    private var furthest: [Int]

    init(_ n: Int, _ m: Int, isEqual: @escaping (Int, Int) -> Bool) {
        (self.n, self.m, self.isEqual) = (n, m, isEqual)
        furthest = Array(repeating: Frontier.none, count: n + m + 3)
    }

    /// Goes one edit further; the point where it meets the frontier from the other end, or nil.
    mutating func advance(_ edits: Int, meeting other: Frontier?) -> (x: Int, y: Int)? {
        for diagonal in stride(from: max(-edits, -m - (edits + m) % 2), through: min(edits, n), by: 2)
        where diagonal >= -m {
            guard var x = start(diagonal, edits) else {
                self[diagonal] = Frontier.none
                continue
            }
            while x < n, x - diagonal < m, isEqual(x, x - diagonal) { x += 1 }
            self[diagonal] = x
            guard let other, let back = other.reached(n - m - diagonal) else { continue }
            if x + back >= n { return (x, x - diagonal) }
        }
        return nil
    }

    /// How far the diagonal was followed, or nil.
    func reached(_ diagonal: Int) -> Int? {
        guard (-m...n).contains(diagonal), self[diagonal] != Frontier.none else { return nil }
        return self[diagonal]
    }

    /// Where the diagonal is entered: by taking an old line off or by adding a new one, whichever is further and within both lists.
    private func start(_ diagonal: Int, _ edits: Int) -> Int? {
        guard edits > 0 else { return 0 }
        let removing = reached(diagonal - 1).map { $0 + 1 }.flatMap { $0 <= n ? $0 : nil }
        let adding = reached(diagonal + 1).flatMap { $0 - diagonal <= m ? $0 : nil }
        guard let removing else { return adding }
        return max(removing, adding ?? Frontier.none)
    }

    private subscript(_ diagonal: Int) -> Int {
        get { furthest[diagonal + m + 1] }
        set { furthest[diagonal + m + 1] = newValue }
    }
}
