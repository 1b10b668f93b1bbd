/// A set of small numbers of one kind, kept as bits, read in ascending order.
///
/// What a search does a million times is inlinable, so that every module has it for its own kinds of numbers.
public struct IDSet<Element: Identifier>: Hashable, Sendable {
    /// 64 numbers a word; the last word is never zero, so that equal sets are equal words.
    @usableFromInline var words: [UInt64]

    /// The empty set.
    @inlinable public init() { words = [] }

    /// The set of these elements, in any order.
    @inlinable public init(_ elements: some Sequence<Element>) {
        self.init()
        for element in elements { insert(element) }
    }

    /// The set of these numbers, in any order.
    @inlinable public init(numbers: some Sequence<Int>) {
        self.init()
        for number in numbers { insert(Element(number)) }
    }

    /// The number of elements.
    @inlinable public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether there is no element.
    @inlinable public var isEmpty: Bool { words.isEmpty }

    /// The lowest element, or nil.
    @inlinable public var first: Element? {
        for (index, word) in words.enumerated() where word != 0 {
            return Element(index * 64 + word.trailingZeroBitCount)
        }
        return nil
    }

    /// The highest element, or nil.
    @inlinable public var last: Element? {
        guard let word = words.last else { return nil }
        return Element(words.count * 64 - 1 - word.leadingZeroBitCount)
    }

    /// Whether `element` is in the set.
    @inlinable public func contains(_ element: Element) -> Bool {
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        return index < words.count && words[index] & (1 << UInt64(bit)) != 0
    }

    /// Adds one element.
    @inlinable public mutating func insert(_ element: Element) {
        precondition(element.rawValue >= 0, "a number in a set is not negative")
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        while words.count <= index { words.append(0) }
        words[index] |= 1 << UInt64(bit)
    }

    /// Takes one element away, if it is there.
    @inlinable public mutating func remove(_ element: Element) {
        guard contains(element) else { return }
        let (index, bit) = element.rawValue.quotientAndRemainder(dividingBy: 64)
        words[index] &= ~(1 << UInt64(bit))
        trim()
    }

    /// Elements of either set.
    @inlinable public func union(_ other: IDSet) -> IDSet { combined(with: other, |) }
    /// Elements of both sets.
    @inlinable public func intersection(_ other: IDSet) -> IDSet { combined(with: other, &) }
    /// Elements of this set that are not in the other.
    @inlinable public func subtracting(_ other: IDSet) -> IDSet { combined(with: other) { $0 & ~$1 } }
    /// Adds the elements of another set.
    @inlinable public mutating func formUnion(_ other: IDSet) { self = union(other) }
    /// Takes the elements of another set away.
    @inlinable public mutating func subtract(_ other: IDSet) { self = subtracting(other) }
    /// Whether no element is in both sets.
    @inlinable public func isDisjoint(with other: IDSet) -> Bool {
        zip(words, other.words).allSatisfy { $0 & $1 == 0 }
    }
    /// Whether every element is in the other set too.
    @inlinable public func isSubset(of other: IDSet) -> Bool {
        words.count <= other.words.count && zip(words, other.words).allSatisfy { $0 & ~$1 == 0 }
    }

    @inlinable func combined(with other: IDSet, _ operation: (UInt64, UInt64) -> UInt64) -> IDSet {
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

    /// The runs of numbers without a gap, ascending.
    var ranges: [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for (index, word) in words.enumerated() {
            var (rest, shift) = (word, 64 * index)
            while rest != 0 {
                let start = rest.trailingZeroBitCount
                let length = (~(rest >> UInt64(start))).trailingZeroBitCount
                let low = shift + start
                if let last = ranges.last, last.upperBound == low - 1 {
                    ranges[ranges.count - 1] = last.lowerBound...low + length - 1
                } else {
                    ranges.append(low...low + length - 1)
                }
                (rest, shift) = (start + length < 64 ? rest >> UInt64(start + length) : 0, low + length)
            }
        }
        return ranges
    }

    @inlinable mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }
}

extension IDSet: Sequence {
    /// Walks the elements in ascending order.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let words: [UInt64]
        @usableFromInline var index = 0
        @usableFromInline var rest: UInt64

        @inlinable init(words: [UInt64]) {
            self.words = words
            rest = words.first ?? 0
        }

        /// The next higher element, or nil at the end.
        @inlinable public mutating func next() -> Element? {
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
    @inlinable public func makeIterator() -> Iterator { Iterator(words: words) }
}

extension IDSet: ExpressibleByArrayLiteral {
    /// The set written as a literal.
    @inlinable public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension IDSet: Comparable {
    /// Orders by the elements in ascending order, lowest first; a prefix comes before its extension.
    @inlinable public static func < (left: IDSet, right: IDSet) -> Bool { left.lexicographicallyPrecedes(right) }
}

/// CPUs of the host.
public typealias CPUSet = IDSet<CPU>
/// Cells of the host: libvirt's host `nodeset`.
public typealias CellSet = IDSet<CellID>
/// Cells of a guest: the `nodeset` of a hugepages `page`.
public typealias GuestCellSet = IDSet<GuestCellID>
/// Virtual CPUs of a guest.
public typealias VCPUSet = IDSet<VCPU>
