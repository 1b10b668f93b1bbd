/// A set of small numbers of one kind, kept as bits, read in ascending order.
public struct IDSet<Element: Identifier>: Hashable, Sendable {
    /// 64 numbers a word; the last word is never zero, so that equal sets are equal words.
    private var words: [UInt64]

    /// The empty set.
    public init() { words = [] }

    /// The set of these elements, in any order.
    public init(_ elements: some Sequence<Element>) {
        self.init()
        for element in elements { insert(element) }
    }

    /// The set of these numbers, in any order.
    public init(numbers: some Sequence<Int>) {
        self.init()
        for number in numbers { insert(Element(number)) }
    }

    /// The number of elements.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether there is no element.
    public var isEmpty: Bool { words.isEmpty }

    /// The lowest element, or nil.
    public var first: Element? {
        for (index, word) in words.enumerated() where word != 0 {
            return Element(index * 64 + word.trailingZeroBitCount)
        }
        return nil
    }

    /// The highest element, or nil.
    public var last: Element? {
        guard let word = words.last else { return nil }
        return Element(words.count * 64 - 1 - word.leadingZeroBitCount)
    }

    /// Whether `element` is in the set.
    public func contains(_ element: Element) -> Bool {
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        return index < words.count && words[index] & (1 << UInt64(bit)) != 0
    }

    /// Adds one element.
    public mutating func insert(_ element: Element) {
        precondition(element.rawValue >= 0, "a number in a set is not negative")
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        while words.count <= index { words.append(0) }
        words[index] |= 1 << UInt64(bit)
    }

    /// Takes one element away, if it is there.
    public mutating func remove(_ element: Element) {
        guard contains(element) else { return }
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        words[index] &= ~(1 << UInt64(bit))
        trim()
    }

    /// Elements of either set.
    public func union(_ other: IDSet) -> IDSet { combined(with: other, |) }
    /// Elements of both sets.
    public func intersection(_ other: IDSet) -> IDSet { combined(with: other, &) }
    /// Elements of this set that are not in the other.
    public func subtracting(_ other: IDSet) -> IDSet { combined(with: other) { $0 & ~$1 } }
    /// Adds the elements of another set.
    public mutating func formUnion(_ other: IDSet) { self = union(other) }
    /// Takes the elements of another set away.
    public mutating func subtract(_ other: IDSet) { self = subtracting(other) }
    /// Whether no element is in both sets.
    public func isDisjoint(with other: IDSet) -> Bool { intersection(other).isEmpty }
    /// Whether every element is in the other set too.
    public func isSubset(of other: IDSet) -> Bool { subtracting(other).isEmpty }

    private func combined(with other: IDSet, _ operation: (UInt64, UInt64) -> UInt64) -> IDSet {
        var result = IDSet()
        let length = Swift.max(words.count, other.words.count)
        result.words.reserveCapacity(length)
        for index in 0..<length {
            let left = index < words.count ? words[index] : 0
            let right = index < other.words.count ? other.words[index] : 0
            result.words.append(operation(left, right))
        }
        result.trim()
        return result
    }

    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }
}

extension IDSet: Sequence {
    /// Walks the elements in ascending order.
    public struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var index = 0
        private var rest: UInt64

        fileprivate init(words: [UInt64]) {
            self.words = words
            rest = words.first ?? 0
        }

        /// The next higher element, or nil at the end.
        public mutating func next() -> Element? {
            while rest == 0 {
                index += 1
                guard index < words.count else { return nil }
                rest = words[index]
            }
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            return Element(index * 64 + bit)
        }
    }

    /// An iterator in ascending order.
    public func makeIterator() -> Iterator { Iterator(words: words) }
}

extension IDSet: ExpressibleByArrayLiteral {
    /// The set written as a literal.
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension IDSet: Comparable {
    /// Orders by the elements in ascending order, lowest first; a prefix comes before its extension.
    public static func < (left: IDSet, right: IDSet) -> Bool { left.lexicographicallyPrecedes(right) }
}

/// CPUs of the host.
public typealias CPUSet = IDSet<CPU>
/// Cells of the host: libvirt's host `nodeset`.
public typealias CellSet = IDSet<CellID>
/// Cells of a guest: the `nodeset` of a hugepages `page`.
public typealias GuestCellSet = IDSet<GuestCellID>
/// Virtual CPUs of a guest.
public typealias VCPUSet = IDSet<VCPU>
