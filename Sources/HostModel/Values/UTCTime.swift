/// A moment in UTC, to the second, as documents write it: RFC 3339 with a `Z`, `2026-02-11T09:14:07Z`.
public struct UTCTime: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted; within the years 0000 to 9999.
    public let seconds: Int64

    private static let day: Int64 = 86_400
    /// The first second of the year 0000 and the last of the year 9999.
    private static let range: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// The moment so many seconds after the beginning of 1970; beyond the years that can be written, the nearest that can.
    public init(seconds: Int64) {
        self.seconds = min(max(seconds, UTCTime.range.lowerBound), UTCTime.range.upperBound)
    }

    /// Reads a date and time of RFC 3339: any offset is taken, parts of a second are dropped. Nil for any other text.
    public init?(_ text: some StringProtocol) {
        var reader = TimeReader(text)
        guard let date = reader.date(), reader.takes("T") || reader.takes("t") || reader.takes(" "),
            let time = reader.time(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        let seconds = date * UTCTime.day + time - offset
        guard UTCTime.range.contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// The moment that much later, parts of a second dropped.
    public func adding(_ duration: Duration) -> UTCTime {
        let (sum, overflow) = seconds.addingReportingOverflow(duration.components.seconds)
        return UTCTime(seconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// Orders by time, earlier first.
    public static func < (left: UTCTime, right: UTCTime) -> Bool { left.seconds < right.seconds }
}

extension UTCTime: CustomStringConvertible {
    /// The moment as RFC 3339 writes it in UTC: always 20 characters.
    public var description: String {
        let days = seconds >= 0 ? seconds / UTCTime.day : (seconds - UTCTime.day + 1) / UTCTime.day
        let rest = seconds - days * UTCTime.day
        let (year, month, day) = Calendar.date(of: days)
        return "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
            + "T\((rest / 3_600).padded(to: 2)):\((rest / 60 % 60).padded(to: 2)):\((rest % 60).padded(to: 2))Z"
    }
}

extension UTCTime: Codable {
    /// Reads a moment from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = UTCTime(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a time such as 2026-02-11T09:14:07Z")
        }
        self = time
    }

    /// Writes the moment as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The Gregorian calendar, in whole days since 1970-01-01.
///
/// Years are taken to begin in March, so that the odd day of a leap year is their last; 400 of them always have 146,097 days.
private enum Calendar {
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func date(of days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    static func length(of month: Int64, in year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Goes through the text of a time.
private struct TimeReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func takes(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// `YYYY-MM-DD` in days since 1970.
    mutating func date() -> Int64? {
        guard let year = number(4), takes("-"), let month = number(2), takes("-"), let day = number(2),
            (1...12).contains(month), (1...Calendar.length(of: month, in: year)).contains(day)
        else { return nil }
        return Calendar.days(year: year, month: month, day: day)
    }

    /// `hh:mm:ss` and parts of a second, in seconds; a leap second counts as the last second of its minute.
    mutating func time() -> Int64? {
        guard let hour = number(2), takes(":"), let minute = number(2), takes(":"), let second = number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        if takes(".") {
            guard number(1) != nil else { return nil }
            while number(1) != nil {}
        }
        return hour * 3_600 + minute * 60 + min(second, 59)
    }

    /// `Z`, `+hh:mm` or `-hh:mm` in seconds east of Greenwich.
    mutating func offset() -> Int64? {
        if takes("Z") || takes("z") { return 0 }
        let isWest = takes("-")
        guard isWest || takes("+"), let hour = number(2), takes(":"), let minute = number(2), hour < 24, minute < 60
        else { return nil }
        return (hour * 3_600 + minute * 60) * (isWest ? -1 : 1)
    }

    private mutating func number(_ count: Int) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest.removeFirst(count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
}
