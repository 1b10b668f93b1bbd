import Execution
import Foundation
import HostModel
import LinuxHost
import Testing
import XMLTree

enum JournalSample {
    static let time = UnixTime(milliseconds: 1_795_000_000_123)

    static func header(_ id: TransactionID) -> JournalHeader {
        JournalHeader(
            transaction: "\(id)", time: time, host: "hv01", site: "lab", uri: "qemu:///system", root: "/",
            process: 4_711, program: "0.1.0")
    }

    static let start = JournalRecord.begun(1, ReversibleWrite(.start(name: "web"), inverse: []))
    static let records: [JournalRecord] = [
        .opened(header(TransactionID(time))), start, .done(1, found: nil),
        .ended(JournalEnd(.applied, at: time, note: "a \"note\"\nof two lines")),
    ]

    static var bytes: [UInt8] { records.flatMap(JournalText.line) }
}

@Suite("The text of a journal")
struct JournalTextTests {
    private let lines = JournalSample.records.map(JournalText.line)

    @Test("is one line a record, and is read back as it was")
    func roundTrip() throws {
        for line in lines { #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1 && line.last == 10) }
        let read = try JournalText.read(JournalSample.bytes)
        #expect(read.records == JournalSample.records)
        #expect(read.size == JournalSample.bytes.count && !read.isTorn)
        #expect(try JournalText.read([]).records == [])
    }

    @Test("ends with the last whole line wherever it is cut off")
    func torn() throws {
        let bytes = JournalSample.bytes
        var ends = [0]
        for line in lines { ends.append((ends.last ?? 0) + line.count) }
        for length in 0...bytes.count {
            let read = try JournalText.read(Array(bytes.prefix(length)))
            let whole = ends.last { $0 <= length } ?? 0
            #expect(read.size == whole && read.isTorn == (whole != length))
            #expect(read.records == Array(JournalSample.records.prefix(ends.firstIndex(of: whole) ?? 0)))
        }
    }

    @Test("is damaged by any byte that is another, save by the loss of its last line break, which leaves a torn line")
    func damage() throws {
        let bytes = JournalSample.bytes
        let (first, last) = (lines[0].count, bytes.count - (lines.last?.count ?? 0))
        for index in [bytes.count - 1] + Array(stride(from: 0, to: bytes.count, by: 3)) {
            var changed = bytes
            changed[index] ^= 1
            // Without its line break the line before the last is one with it.
            if index != bytes.count - 1 {
                let error = #expect(throws: JournalText.Damage.self) { try JournalText.read(changed) }
                if index < first - 1 { #expect(error?.line == 1) }
            } else {
                let read = try JournalText.read(changed)
                #expect(read.isTorn && read.size == last)
            }
        }
    }

    @Test("is torn where a file system has left zeros", arguments: [1, 4_096])
    func zeros(count: Int) throws {
        let read = try JournalText.read(JournalSample.bytes + [UInt8](repeating: 0, count: count))
        #expect(read.isTorn && read.records == JournalSample.records)
    }
}

@Suite("The name of a transaction")
struct TransactionIDTests {
    @Test("is its time, and names sort by time")
    func time() {
        #expect(TransactionID(UnixTime(milliseconds: 0)).description == "19700101T000000.000Z")
        #expect(TransactionID(UnixTime(milliseconds: 1_709_210_096_007)).description == "20240229T123456.007Z")
        let times: [Int64] = [0, 999, 1_000, 59_999, 86_399_999, 86_400_000, 951_782_400_000, 1_795_000_000_123]
        let names = times.map { TransactionID(UnixTime(milliseconds: $0)) }
        #expect(names == names.sorted() && Set(names).count == times.count)
        for name in names { #expect(TransactionID("\(name)") == name) }
    }

    @Test(
        "is nothing else, so that it leads nowhere else",
        arguments: [
            "", ".", "..", "/etc/passwd", "../20261125T091530.250Z", "20261125T091530.250Z/", "20261125T091530.250",
            "20261125T091530.250Z\n", "20261325T091530.250Z", "20260231T091530.250Z", "99999999T999999.999Z",
            "20261125t091530.250Z", "2026١125T091530.250Z", "20261125T091530.250Z/../x",
        ])
    func hostile(text: String) { #expect(TransactionID(text) == nil) }
}
