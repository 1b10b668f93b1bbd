/// Why a list of numbers such as `0-3,8` could not be read.
public enum ListError: Error, Hashable, Sendable {
    /// A part that is no number, range or exclusion.
    case malformed(part: String)
    /// A range whose end is below its start.
    case descending(part: String)
    /// A number above ``maximumListNumber``.
    case tooLarge(part: String)
    /// Nothing stands between two commas.
    case emptyPart
    /// The list has only exclusions, and there is nothing to exclude from.
    case nothingToExclude
}

/// The highest number a list may name: well above any machine's CPUs, low enough that no list takes much memory.
public let maximumListNumber = 65_535

extension IDSet {
    /// Reads the kernel's list format with libvirt's exclusions: `0-3,8`, `0-7,^2`, `0-31:2/8` (2 of every 8).
    ///
    /// Blanks around parts are allowed; an empty text is the empty set; `^2` takes away from everything named before or after.
    /// - Throws: ``ListError`` with the part that is wrong.
    public init(parsing text: some StringProtocol) throws(ListError) {
        try self.init(parsing: text, all: nil)
    }

    /// Reads a list in which `^1-2` alone means all elements of `all` but these.
    ///
    /// - Throws: ``ListError`` with the part that is wrong.
    public init(parsing text: some StringProtocol, all: IDSet?) throws(ListError) {
        if let plain = IDSet(plain: text.utf8) {
            self = plain
            return
        }
        let trimmed = trimmingBlanks(Substring(text))
        self.init()
        guard !trimmed.isEmpty else { return }
        var included = IDSet()
        var excluded = IDSet()
        var hasInclusion = false
        for piece in trimmed.split(separator: ",", omittingEmptySubsequences: false) {
            let part = trimmingBlanks(piece)
            guard !part.isEmpty else { throw .emptyPart }
            if part.first == "^" {
                try excluded.insertRange(trimmingBlanks(part.dropFirst()))
            } else {
                hasInclusion = true
                try included.insertRange(part)
            }
        }
        if !hasInclusion {
            guard let all else { throw .nothingToExclude }
            included = all
        }
        self = included.subtracting(excluded)
    }

    /// Reads a list of numbers and ranges without blanks, as libvirt and the kernel write it; nil for anything else.
    private init?(plain text: some Collection<UInt8>) {
        self.init()
        var (low, number) = (nil as Int?, nil as Int?)
        func ended() -> ClosedRange<Int>? {
            guard let number, low ?? number <= number else { return nil }
            return (low ?? number)...number
        }
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let next = 10 * (number ?? 0) + Int(byte - UInt8(ascii: "0"))
                guard next <= maximumListNumber else { return nil }
                number = next
            case UInt8(ascii: "-") where low == nil && number != nil: (low, number) = (number, nil)
            case UInt8(ascii: ","):
                guard let range = ended() else { return nil }
                insert(range)
                (low, number) = (nil, nil)
            default: return nil
            }
        }
        guard let range = ended() else { return nil }
        insert(range)
    }

    private mutating func insert(_ range: ClosedRange<Int>) {
        for number in range { insert(Element(number)) }
    }

    private mutating func insertRange(_ part: Substring) throws(ListError) {
        let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
        guard pieces.count <= 2, let range = pieces.first else { throw .malformed(part: String(part)) }
        let bounds = range.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count <= 2, let low = bounds.first, let high = bounds.last else {
            throw .malformed(part: String(part))
        }
        let start = try listNumber(trimmingBlanks(low), in: part)
        let end = try listNumber(trimmingBlanks(high), in: part)
        guard start <= end else { throw .descending(part: String(part)) }
        var (used, group) = (1, 1)
        if pieces.count == 2 {
            let numbers = pieces[1].split(separator: "/", omittingEmptySubsequences: false)
            guard bounds.count == 2, numbers.count == 2 else { throw .malformed(part: String(part)) }
            used = try listNumber(numbers[0], in: part)
            group = try listNumber(numbers[1], in: part)
            guard used >= 1, used <= group else { throw .malformed(part: String(part)) }
        }
        for number in start...end where (number - start) % group < used { insert(Element(number)) }
    }
}

/// A plain decimal number of a list; signs, blanks and other scripts' digits are refused.
private func listNumber(_ text: Substring, in part: Substring) throws(ListError) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw .malformed(part: String(part))
    }
    guard let number = Int(text), number <= maximumListNumber else { throw .tooLarge(part: String(part)) }
    return number
}

private func trimmingBlanks(_ text: Substring) -> Substring {
    text.trimmed { $0 == " " || $0 == "\t" || $0 == "\n" }
}

extension IDSet: CustomStringConvertible {
    /// The list format with ranges, ascending: `0-3,8`; "" when empty.
    public var description: String {
        var text = ""
        for range in ranges {
            if !text.isEmpty { text += "," }
            text += String(range.lowerBound)
            guard range.count > 1 else { continue }
            text += "-"
            text += String(range.upperBound)
        }
        return text
    }
}

extension ListError: CustomStringConvertible {
    /// One phrase that says what is wrong.
    public var description: String {
        switch self {
        case .malformed(let part): "'\(part)' is not a number or a range such as 0-3"
        case .descending(let part): "the range '\(part)' runs backwards"
        case .tooLarge(let part): "'\(part)' is above \(maximumListNumber)"
        case .emptyPart: "there is nothing between two commas"
        case .nothingToExclude: "there are only exclusions, and nothing to exclude from"
        }
    }
}

extension IDSet: Codable {
    /// Reads the list format.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try IDSet(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "the list '\(text)': \(error)")
        }
    }

    /// Writes the list format.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
