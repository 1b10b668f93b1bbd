public import Execution
internal import Glibc

/// The name of a transaction: the time at which it began, `20261125T091530.250Z`. Names sort by time.
public struct TransactionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Reads a name; nil when it is none, so that what was typed never leads out of the folder of journals, and when it names no
    /// moment of the calendar, so that names sort as their moments do.
    public init?(_ text: some StringProtocol) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let shape = text.utf8.map { digits.contains($0) ? UInt8(ascii: "0") : $0 }
        guard shape == Array("00000000T000000.000Z".utf8) else { return nil }
        description = String(text)
        guard TransactionID(time).description == description else { return nil }
    }

    /// The first name for a moment from `now` on that sorts after `last`; nil after the year 9999, which ends the names.
    static func next(after last: TransactionID?, now: UnixTime) -> TransactionID? {
        let earliest = last.map { $0.time.milliseconds + 1 } ?? .min
        return TransactionID(TransactionID(UnixTime(milliseconds: max(now.milliseconds, earliest))).description)
    }

    /// The name for a moment.
    public init(_ time: UnixTime) {
        let (seconds, milliseconds) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let date = [(parts.tm_year + 1_900, 4), (parts.tm_mon + 1, 2), (parts.tm_mday, 2)].map(TransactionID.digits)
        let clock = [(parts.tm_hour, 2), (parts.tm_min, 2), (parts.tm_sec, 2)].map(TransactionID.digits)
        description = "\(date.joined())T\(clock.joined()).\(TransactionID.digits(Int32(milliseconds), 3))Z"
    }

    /// The moment that the name names.
    public var time: UnixTime {
        let number = { (start: Int, count: Int) in CInt(description.dropFirst(start).prefix(count)) ?? 0 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0, 4) - 1_900, number(4, 2) - 1, number(6, 2))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(9, 2), number(11, 2), number(13, 2))
        return UnixTime(milliseconds: Int64(timegm(&parts)) * 1_000 + Int64(number(16, 3)))
    }

    /// Orders by time.
    public static func < (left: TransactionID, right: TransactionID) -> Bool { left.description < right.description }

    private static func digits(_ number: Int32, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension UnixTime {
    /// The moment that the system's clock shows.
    public static var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
