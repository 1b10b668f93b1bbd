public import Execution
internal import FoundationEssentials
internal import HostModel

/// The lines of a journal: `{"crc":"1c291ca3","record":{…}}`, each ended by a line break.
///
/// The sum is over the bytes of the record, so that a byte that changed on the disk is seen. A last line without a line break is
/// what a process leaves that was killed while it wrote: nothing that it announces has happened. With its line break the line was
/// whole once, so what it announced may have happened.
public enum JournalText {
    /// What was read.
    public struct Contents: Hashable, Sendable {
        /// The records of all whole lines.
        public var records: [JournalRecord]
        /// The bytes of all whole lines; what follows is a torn line.
        public var size: Int
        /// Whether a torn line follows.
        public var isTorn: Bool
    }

    /// A line that is whole and makes no sense.
    public struct Damage: Error, Hashable, Sendable {
        /// The line, from 1.
        public var line: Int
        /// What is wrong with it.
        public var reason: String
    }

    /// One record as a line.
    public static func line(_ record: JournalRecord) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(record) else {
            preconditionFailure("a record is numbers and texts, which JSON can hold")
        }
        let bytes = Array(json)
        return head(CRC32.sum(of: bytes)) + bytes + tail
    }

    /// Reads a journal.
    ///
    /// - Throws: ``Damage`` at the first line that is no record.
    public static func read(_ bytes: [UInt8]) throws(Damage) -> Contents {
        var contents = Contents(records: [], size: 0, isTorn: false)
        var number = 0
        while contents.size < bytes.count {
            number += 1
            let rest = bytes[contents.size...]
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            contents.records.append(try record(bytes[contents.size...end], number))
            contents.size = end + 1
        }
        contents.isTorn = contents.size < bytes.count
        return contents
    }

    /// The bytes of all whole lines; nil when the journal is damaged, or holds something and no whole line.
    static func sizeOfWholeLines(_ bytes: [UInt8]) -> Int? {
        do throws(Damage) {
            let contents = try read(bytes)
            return contents.records.isEmpty && !bytes.isEmpty ? nil : contents.size
        } catch {
            return nil
        }
    }

    /// The records of the lines that are whole, whatever stands between them: enough to tell a person, not enough to undo.
    static func legible(_ bytes: [UInt8]) -> [JournalRecord] {
        bytes.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { number, line in
            do throws(Damage) {
                return try record(line + [UInt8(ascii: "\n")], number + 1)
            } catch {
                return nil
            }
        }
    }

    private static func record(_ line: ArraySlice<UInt8>, _ number: Int) throws(Damage) -> JournalRecord {
        let frame = head(0).count
        guard line.count >= frame + tail.count else { throw Damage(line: number, reason: "it is truncated") }
        let json = line.dropFirst(frame).dropLast(tail.count)
        guard line.prefix(frame).elementsEqual(head(CRC32.sum(of: json))), line.suffix(tail.count).elementsEqual(tail)
        else { throw Damage(line: number, reason: "its checksum does not match") }
        do {
            return try JSONDecoder().decode(JournalRecord.self, from: Data(json))
        } catch let error as DecodingError {
            throw Damage(line: number, reason: error.whatIsWrong)
        } catch {
            throw Damage(line: number, reason: "\(error)")
        }
    }

    private static func head(_ sum: UInt32) -> [UInt8] {
        Array("{\"crc\":\"\(sum.padded(to: 8, radix: 16))\",\"record\":".utf8)
    }

    private static var tail: [UInt8] { Array("}\n".utf8) }
}

extension DecodingError {
    /// What is wrong, and where in the record.
    fileprivate var whatIsWrong: String {
        let (path, reason): ([any CodingKey], String) =
            switch self {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
            case .typeMismatch(_, let context), .valueNotFound(_, let context):
                (context.codingPath, "has the wrong type")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            @unknown default: ([], "cannot be read")
            }
        return "'\(path.map(\.stringValue).joined(separator: "."))': \(reason)"
    }
}

/// The cyclic redundancy check of Ethernet and zip (polynomial 0xEDB88320, reflected): it sees every error of up to 32 bits in a row.
private enum CRC32 {
    static func sum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB8_8320 }
    }
}
