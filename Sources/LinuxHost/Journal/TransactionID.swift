public import Execution
internal import Glibc
internal import HostModel

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
        let moment = UnixTime(milliseconds: max(now.milliseconds, earliest))
        let id = TransactionID(moment)
        return id.time == moment ? id : nil
    }

    /// The name for a moment.
    public init(_ time: UnixTime) {
        let (seconds, milliseconds) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
        let moment = UTCTime(seconds: seconds).description.filter { $0 != "-" && $0 != ":" }
        description = "\(moment.dropLast()).\(milliseconds.padded(to: 3))Z"
    }

    /// The moment that the name names.
    public var time: UnixTime {
        let part = { (start: Int, count: Int) in description.dropFirst(start).prefix(count) }
        let moment = UTCTime(
            "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T\(part(9, 2)):\(part(11, 2)):\(part(13, 2))Z")
        return UnixTime(milliseconds: (moment?.seconds ?? 0) * 1_000 + (Int64(part(16, 3)) ?? 0))
    }

    /// Orders by time.
    public static func < (left: TransactionID, right: TransactionID) -> Bool { left.description < right.description }
}

extension UnixTime {
    /// The moment that the system's clock shows.
    public static var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
