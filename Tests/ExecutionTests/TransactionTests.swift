import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

/// One record of each kind, with one action of each kind.
private let records: [JournalRecord] = [
    .opened(.sample),
    .begun(
        1,
        ReversibleWrite(
            .setPools([PoolChange(pool: Scenario.large, prior: 0, target: 2)]),
            inverse: [.setPools([PoolChange(pool: Scenario.large, prior: 2, target: 0)])])),
    .done(1, found: nil),
    .begun(
        2,
        ReversibleWrite(
            .define(name: "web", document: .domain("web", pins: [0: "1"]), replacing: .domain("web")),
            inverse: [
                .define(name: "web", document: .domain("web"), replacing: .domain("web", pins: [0: "1"]))
            ])),
    .done(2, found: .domain("web", pins: [0: "1"])),
    .begun(
        3,
        ReversibleWrite(
            .define(name: "new", document: .domain("new"), replacing: nil), inverse: [.undefine(name: "new")])),
    .done(3, found: .domain("new")),
    .begun(
        4,
        ReversibleWrite(
            .undefine(name: "old"),
            inverse: [
                .define(name: "old", document: .domain("old"), replacing: nil),
                .setAutostart(name: "old", autostart: true),
            ])),
    .done(4, found: nil),
    .begun(
        5,
        ReversibleWrite(
            .pin(name: "web", thread: .ioThread(1), cpus: [0, 1]),
            inverse: [.pin(name: "web", thread: .ioThread(1), cpus: [2])])),
    .done(5, found: nil),
    .begun(6, ReversibleWrite(.stop(name: "old", force: true), inverse: [.start(name: "old")])),
    .failed(6, reason: "line\nbreak"),
    .rollingBack(.sample, reason: "so"),
    .undone(what: "start old", .notNeeded, detail: ""),
    .ended(JournalEnd(.rolledBack, at: .sample, note: "n")),
]

@Suite("A transaction")
struct TransactionTests {
    @Test("is the same after it was written and read")
    func roundTrip() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for record in records {
            let json = try encoder.encode(record)
            // Blank text between elements does not outlive being written: texts are compared.
            #expect(try encoder.encode(try JSONDecoder().decode(JournalRecord.self, from: json)) == json)
        }
        guard case .begun(_, let write) = records[3] else { return }
        let read = try JSONDecoder().decode(ReversibleWrite.self, from: try encoder.encode(write))
        #expect("\(read.action)" == "redefine web" && "\(read.inverse)" == "[redefine web]")
        let file = JournalRecord.replacing(FileChange(path: "/a", before: nil, after: "b"))
        #expect(try JSONDecoder().decode(JournalRecord.self, from: try JSONEncoder().encode(file)) == file)
    }

    @Test("reads the file that older journals tell of behind all writes as one more write, which may have been made")
    func olderFile() throws {
        let change = FileChange(path: "/a", before: nil, after: "b")
        let transaction = try Transaction(Array(records.prefix(3)) + [.replacing(change)])
        #expect(
            transaction.entries.last
                == Transaction.RecordedWrite(
                    ReversibleWrite(
                        .replaceFile(change), inverse: [.replaceFile(FileChange(path: "/a", before: "b", after: nil))]),
                    .begun))
        #expect(transaction.isOpen)
    }

    @Test(
        "is refused when a write in it does not lead back to the same thing",
        arguments: [
            ReversibleWrite(
                .setPools([PoolChange(pool: Scenario.large, prior: 0, target: 2)]),
                inverse: [.setPools([PoolChange(pool: Scenario.large, prior: 2, target: 64)])]),
            ReversibleWrite(.define(name: "a", document: .domain("a"), replacing: nil), inverse: []),
            ReversibleWrite(
                .define(name: "a", document: .domain("a"), replacing: nil), inverse: [.undefine(name: "victim")]),
            ReversibleWrite(
                .define(name: "a", document: .domain("victim"), replacing: nil), inverse: [.undefine(name: "a")]),
            ReversibleWrite(
                .undefine(name: "a"), inverse: [.define(name: "a", document: .domain("victim"), replacing: nil)]),
            ReversibleWrite(.undefine(name: "a"), inverse: [.start(name: "a")]),
            ReversibleWrite(.start(name: "a"), inverse: [.stop(name: "a", force: true)]),
            ReversibleWrite(.stop(name: "a"), inverse: [.start(name: "a"), .undefine(name: "a")]),
            ReversibleWrite(
                .pin(name: "a", thread: .emulator, cpus: [0]),
                inverse: [.pin(name: "victim", thread: .emulator, cpus: [1])]),
            ReversibleWrite(
                .setAutostart(name: "a", autostart: true), inverse: [.setAutostart(name: "a", autostart: true)]),
            ReversibleWrite(
                .replaceFile(FileChange(path: "/etc/numactl-plan/boot.json", before: nil, after: "b")),
                inverse: [.replaceFile(FileChange(path: "/etc/passwd", before: "b", after: nil))]),
            rawArguments,
        ])
    func forged(write: ReversibleWrite) throws {
        let error = #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, write)]) }
        #expect(error?.record == 2)
    }

    /// A definition that would get raw arguments of QEMU when it is put back.
    private static var rawArguments: ReversibleWrite {
        var before = XMLElement.domain("a")
        before.children.append(.element(XMLElement("qemu:commandline")))
        let after = XMLElement.domain("a", pins: [0: "1"])
        return ReversibleWrite(
            .define(name: "a", document: after, replacing: before),
            inverse: [.define(name: "a", document: before, replacing: after)])
    }

    @Test("knows what became of each write, and how it ended")
    func fold() throws {
        let transaction = try Transaction(records)
        #expect(transaction.entries.count == 6)
        #expect(transaction.entries.map(\.write.action.guest) == [nil, "web", "new", "old", "web", "old"])
        #expect(transaction.entries[1].state == .done(found: .domain("web", pins: [0: "1"])))
        #expect(transaction.entries[5].state == .failed(reason: "line\nbreak"))
        #expect(transaction.rollbackReason == "so")
        #expect(transaction.undos.map(\.what) == ["start old"])
        #expect(transaction.undos.map(\.result) == [.notNeeded])
        #expect(!transaction.isOpen && !transaction.isStanding)
    }

    @Test(
        "is open until it has an end, and again when it is rolled back",
        arguments: JournalEnd.TransactionOutcome.allCases)
    func openness(outcome: JournalEnd.TransactionOutcome) throws {
        let begun = Array(records.prefix(3))
        #expect(try !Transaction(Array(records.prefix(1))).isOpen)
        #expect(try Transaction(begun).isOpen)
        let ended = begun + [.ended(JournalEnd(outcome, at: .sample))]
        #expect(try Transaction(ended).isOpen == (outcome == .incomplete))
        #expect(
            try Transaction(ended).isStanding == [.applied, .left, .incomplete].contains(outcome))
        let turned = try Transaction(ended + [.rollingBack(.sample, reason: "again")])
        #expect(turned.isOpen && turned.isStanding)
    }

    @Test(
        "is refused when its records do not follow from one another",
        arguments: [
            ([], 1), ([1], 1), ([0, 0], 2), ([0, 3], 2), ([0, 1, 1], 3), ([0, 2], 2), ([0, 1, 2, 2], 4),
            ([0, 1, 4], 3),
            ([0, 1, 13, 3], 4), ([0, 1, 15, 3], 4), ([0, 14], 2), ([0, 1, 2, 13, 15, 14], 6),
        ] as [([Int], Int)])
    func flaws(indices: [Int], flawed: Int) throws {
        let error = #expect(throws: JournalFlaw.self) { try Transaction(indices.map { records[$0] }) }
        #expect(error?.record == flawed)
    }

    @Test(
        "has no actions that are none",
        arguments: [
            "{}", #"{"do":"format","guest":"a"}"#, #"{"do":"start"}"#, #"{"do":"stop","guest":"a"}"#,
            #"{"do":"define","guest":"a","document":"<a"}"#,
            #"{"do":"define","guest":"a","document":"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"}"#,
            #"{"do":"pin","guest":"a","thread":"vcpu -1","cpus":"0"}"#,
            #"{"do":"pin","guest":"a","thread":"vcpu","cpus":"0"}"#,
            #"{"do":"pin","guest":"a","thread":"emulator 1","cpus":"0"}"#,
            #"{"do":"pin","guest":"a","thread":"vcpu 0","cpus":"x"}"#,
            #"{"do":"pools","pools":[{"cell":-1,"page_kib":2048,"prior":0,"target":1}]}"#,
            #"{"do":"pools","pools":[{"cell":0,"page_kib":0,"prior":0,"target":1}]}"#,
            #"{"do":"pools","pools":[{"cell":0,"page_kib":2048,"prior":-1,"target":1}]}"#,
        ])
    func hostile(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(HostWrite.self, from: Data(text.utf8)) }
    }
}
