internal import HostModel

/// An amount of memory as a row of parts.
struct MemoryBar: Hashable, Sendable {
    /// Who has a part of it.
    enum Owner: Hashable, Sendable {
        /// A guest, as its place in ``HostPicture/guests``.
        case guest(Int)
        /// The site's own `pools`, and domains that are not the site's.
        case others
        /// Huge pages of one size.
        case pool(PageSize)
        /// Set aside for QEMU itself.
        case overhead
        /// Left to the host.
        case reserve
        /// In use by somebody.
        case used
        /// Nobody's.
        case free
        /// The host does not tell.
        case unknown
    }

    /// A part of the memory.
    struct Segment: Hashable, Sendable {
        var owner: Owner
        var amount: KiB
    }

    /// What the memory is, `memory` or `2MiB pages`.
    var name: String
    /// All of it; nil when the host does not tell.
    var capacity: KiB?
    /// The parts, without empty ones. They may come to more than the capacity where memory is overcommitted.
    var parts: [Segment]

    /// A bar whose parts are filled up to the capacity by free memory, or by what nothing is known of.
    init(name: String, capacity: KiB?, parts: [Segment], rest: Owner = .free) {
        self.name = name
        self.capacity = capacity
        let used = parts.map(\.amount).reduce(.zero, MemoryBar.sum)
        let free = Segment(owner: rest, amount: (capacity ?? .zero).subtractingDownToZero(used))
        self.parts = (parts + [free]).filter { $0.amount > .zero }
    }

    /// What the whole length of the bar stands for: the capacity, or all parts where they come to more.
    var length: KiB { max(capacity ?? .zero, parts.map(\.amount).reduce(.zero, MemoryBar.sum)) }

    /// The amount of all parts that have such an owner.
    func amount(where isWanted: (Owner) -> Bool) -> KiB {
        parts.filter { isWanted($0.owner) }.map(\.amount).reduce(.zero, MemoryBar.sum)
    }

    /// The sum, or the largest amount there is.
    static func sum(_ left: KiB, _ right: KiB) -> KiB {
        let (sum, overflow) = left.count.addingReportingOverflow(right.count)
        return KiB(overflow ? .max : sum)
    }

    /// `length * amount / whole`, rounded down; `length` for a larger amount.
    static func scaled(_ amount: KiB, of whole: KiB, to length: Int) -> Int {
        guard whole > .zero, amount < whole else { return amount > .zero ? length : 0 }
        let product = amount.count.multipliedFullWidth(by: UInt64(max(0, length)))
        return Int(whole.count.dividingFullWidth(product).quotient)
    }
}

extension MemoryBar {
    /// The amounts in words: `guests 2 GiB, pools 17 GiB, reserve 2 GiB, free 41 GiB`.
    var words: [String] {
        var words: [String] = []
        func add(_ name: String, where isWanted: (Owner) -> Bool) {
            let amount = amount(where: isWanted)
            if amount > .zero { words.append("\(name) \(Amount.text(amount))") }
        }
        add("guests") { if case .guest = $0 { true } else { false } }
        add("others") { $0 == .others }
        add("QEMU") { $0 == .overhead }
        add("pools") { if case .pool = $0 { true } else { false } }
        add("reserve") { $0 == .reserve }
        add("in use") { $0 == .used }
        add("free") { $0 == .free }
        if let capacity, length > capacity {
            words.append("overcommitted by \(Amount.text(length.subtractingDownToZero(capacity)))")
        }
        return words
    }

    /// How much there is.
    var size: String { Amount.text(capacity) }
}
