internal import Execution
internal import FoundationEssentials
internal import LinuxHost

/// Lines of a journal. As they come, sums and all; and as records whose sums are put to them: these are read back the same, and
/// make a transaction or are refused with the record that is wrong.
func readJournal(_ bytes: [UInt8]) {
    if let contents = try? JournalText.read(bytes) {
        precondition(contents.size <= bytes.count && contents.isTorn == (contents.size < bytes.count), "miscounted")
        check(contents.records)
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line in
        // A line of a journal has its record inside.
        (try? JSONDecoder().decode(Line.self, from: Data(line)))?.record
            ?? (try? JSONDecoder().decode(JournalRecord.self, from: Data(line)))
    }
    check(lines.compactMap { $0 })
}

private struct Line: Decodable { var record: JournalRecord }

private func check(_ records: [JournalRecord]) {
    let text = records.flatMap(JournalText.line)
    guard let again = try? JournalText.read(text) else { preconditionFailure("what was written cannot be read") }
    precondition(!again.isTorn && again.records.count == records.count, "records are lost")
    precondition(again.records.flatMap(JournalText.line) == text, "a record is read as another one")
    do throws(JournalFlaw) {
        let transaction = try Transaction(records)
        precondition(transaction.entries.count <= records.count, "writes out of nowhere")
    } catch {
        precondition(error.record >= 1 && error.record <= max(1, records.count) && !error.reason.isEmpty, "no place")
    }
}
