import Execution
import Foundation
import Glibc
import HostModel
import LinuxHost
import Planning
import SystemPackage
import Testing

@Suite("The store of journals")
struct JournalStoreTests {
    /// A folder for one test, gone afterwards.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "np-journal-\(UUID().uuidString)")
        var path: FilePath { FilePath(url.path).appending("state") }
        var store: JournalStore { JournalStore(path) }

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    private func begin(_ store: JournalStore) throws -> JournalFile {
        try store.begin { id, _ in JournalSample.header(id) }
    }

    private func mode(_ path: FilePath) throws -> mode_t {
        var status = stat()
        try #require(stat(path.string, &status) == 0)
        return status.st_mode & 0o777
    }

    @Test("is empty where there is no folder, and reading makes none")
    func empty() throws {
        let folder = try Folder()
        #expect(try folder.store.transactions() == [])
        #expect(try folder.store.open() == [])
        #expect(!FileManager.default.fileExists(atPath: folder.path.string))
        #expect(throws: JournalStore.JournalFailure.absent(TransactionID(JournalSample.time))) {
            try folder.store.read(TransactionID(JournalSample.time))
        }
    }

    @Test("keeps what is written for its owner alone")
    func permissions() throws {
        let folder = try Folder()
        let file = try withUmask(0) { try begin(folder.store) }
        #expect(try mode(folder.path) == 0o755)
        #expect(try mode(folder.path.appending("txn")) == 0o700)
        #expect(try mode(folder.store.file(of: file.id).removingLastComponent()) == 0o700)
        #expect(try mode(folder.store.file(of: file.id)) == 0o600)
    }

    @Test(
        "has a journal's folders on the disk before anything is announced in it, and each announcement before it is done"
    )
    func onDisk() throws {
        let folder = try Folder()
        let root = folder.url.resolvingSymlinksInPath().path
        _ = SyncRecord.take(below: root)
        let file = try begin(folder.store)
        let begun = SyncRecord.take(below: root)
        // The state folder's parent, the state folder, then header, its folder, and the folder of all journals after the renaming.
        let hidden = try #require(begun.first { $0.hasSuffix(".jsonl") }).split(separator: "/").dropLast().joined(
            separator: "/")
        #expect(begun.prefix(2) == ["", "/state"])
        #expect(begun.suffix(3) == ["/\(hidden)/journal.jsonl", "/\(hidden)", "/state/txn"])
        try file.append(JournalSample.start)
        #expect(SyncRecord.take(below: root) == ["/state/txn/\(file.id)/journal.jsonl"])
    }

    @Test("knows what is open, and what a process is at")
    func openness() throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        #expect(try folder.store.open() == [], "nothing is begun yet")
        try file?.append(JournalSample.start)
        #expect(try folder.store.open() == [id])
        #expect(try folder.store.read(id).isHeld)
        #expect(throws: JournalStore.JournalFailure.self) { try folder.store.resume(id) }
        file = nil
        #expect(try folder.store.open() == [id])
        #expect(try !folder.store.read(id).isHeld)
        try folder.store.close(id, as: .closed, note: "seen")
        #expect(try folder.store.open() == [])
        #expect(try folder.store.read(id).transaction.end?.note == "seen")
    }

    @Test("finds the end of a journal whose last lines are long", arguments: [10, 8_000, 8_192, 20_000])
    func longLines(length: Int) throws {
        let folder = try Folder()
        let file = try begin(folder.store)
        try file.append(.begun(1, ReversibleWrite(.start(name: String(repeating: "n", count: length)), inverse: [])))
        #expect(try folder.store.open() == [file.id])
        try file.append(.ended(JournalEnd(.applied, at: JournalSample.time)))
        #expect(try folder.store.open() == [])
    }

    @Test("takes a torn end for an open one, and cuts it off before it goes on")
    func torn() throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        try file?.append(JournalSample.start)
        try file?.append(.ended(JournalEnd(.applied, at: JournalSample.time)))
        file = nil
        let path = folder.store.file(of: id).string
        try #require(truncate(path, try Data(contentsOf: URL(filePath: path)).count - 3) == 0)
        #expect(try folder.store.open() == [id])
        try folder.store.resume(id).append(.done(1, found: nil))
        #expect(try folder.store.read(id).transaction.entries.map(\.state) == [.done(found: nil)])
    }

    /// What may become of a journal on a bad disk, or under a bad hand.
    enum Loss: CaseIterable { case empty, zeros, noLineBreaks, cutIntoHeader, gone, lastByte }

    @Test(
        "takes a journal that lost what was in it for an open one, says that it is damaged, and can close it",
        arguments: Loss.allCases)
    func lost(_ loss: Loss) throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        try file?.append(JournalSample.start)
        file = nil
        let path = folder.store.file(of: id).string
        var bytes = try Data(contentsOf: URL(filePath: path))
        switch loss {
        case .empty: bytes = Data()
        case .zeros: bytes = Data(repeating: 0, count: bytes.count)
        case .noLineBreaks: bytes = Data(bytes.map { $0 == 10 ? 32 : $0 })
        case .cutIntoHeader: bytes = bytes.prefix(20)
        case .lastByte: bytes[bytes.count - 4] ^= 1
        case .gone: break
        }
        if loss == .gone {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try bytes.write(to: URL(filePath: path))
        }
        #expect(try folder.store.open() == [id])
        let failure = #expect(throws: JournalStore.JournalFailure.self) { try folder.store.read(id) }
        guard case .damaged? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        try folder.store.close(id, as: .closed, note: "seen")
        #expect(try folder.store.open() == [])
        #expect(try folder.store.isClosedByHand(id))
    }

    @Test("shows no transaction before its header is on the disk, and clears away what was killed before")
    func unnamed() throws {
        let folder = try Folder()
        let id = try begin(folder.store).id
        let txn = folder.path.appending("txn")
        let left = txn.appending(".unnamed-20260101T000000.000Z").string
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
        try Data("{".utf8).write(to: URL(filePath: left + "/journal.jsonl"))
        #expect(try folder.store.transactions() == [id] && folder.store.open() == [])
        folder.store.prune()
        #expect(try FileManager.default.contentsOfDirectory(atPath: txn.string) == ["\(id)"])
    }

    @Test("knows what waits to be confirmed by its last line, whatever became of the lines before")
    func awaiting() throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        try file?.append(JournalSample.start)
        try file?.append(.ended(JournalEnd(.applied, at: JournalSample.time, confirmUntil: JournalSample.time)))
        file = nil
        #expect(try folder.store.open() == [])
        #expect(try folder.store.awaitingConfirmation().map(\.id) == [id])
        let url = URL(filePath: folder.store.file(of: id).string)
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        try text.replacing("\"web\"", with: "\"wet\"").write(to: url, atomically: false, encoding: .utf8)
        #expect(try folder.store.open() == [id])
        #expect(try folder.store.awaitingConfirmation().map(\.id) == [id])
        #expect(try folder.store.legibleWrites(id).isEmpty)
    }

    @Test("begins nothing after the last name that there is")
    func lastName() throws {
        let folder = try Folder()
        _ = try begin(folder.store)
        let last = folder.path.appending("txn").appending("99991231T235959.999Z")
        try FileManager.default.createDirectory(atPath: last.string, withIntermediateDirectories: false)
        #expect(throws: SysfsError.noLaterName(path: last)) { try begin(folder.store) }
    }

    @Test("lets no journal become longer than can be read")
    func tooLong() throws {
        let folder = try Folder()
        let store = JournalStore(folder.path, limit: 40_000)
        let file = try begin(store)
        let long = ReversibleWrite(.start(name: String(repeating: "n", count: 20_000)), inverse: [])
        #expect(throws: SysfsError.self) { try file.append(.begun(1, long)) }
        try file.append(JournalSample.start)
        try file.append(.ended(JournalEnd(.rolledBack, at: JournalSample.time)))
        #expect(try store.read(file.id).transaction.end?.outcome == .rolledBack)
        let effects = (0..<10).map { number in
            let name = "\(number)" + String(repeating: "n", count: 2_000)
            return Effect([.start(name: name)], .start(name: name), inverse: [])
        }
        let journal = Journal(store) { id, _ in JournalSample.header(id) }
        #expect(throws: StepFailure.self) { try journal.mayRun(effects) }
        #expect(throws: Never.self) { try journal.mayRun(Array(effects.prefix(2))) }
    }

    @Test(
        "keeps the room for a journal's end on a disk that runs full, wherever that is",
        .enabled(if: geteuid() == 0, "only root mounts"), arguments: [12, 16, 20, 24, 28, 32, 40])
    func fullDisk(pages: Int) throws {
        let folder = try Folder()
        try #require(mount("none", folder.url.path, "tmpfs", 0, "size=\(pages * 4)k") == 0)
        defer { umount(folder.url.path) }
        let file = try begin(folder.store)
        var count = 0
        let write = ReversibleWrite(.start(name: String(repeating: "n", count: 1_500)), inverse: [])
        while (try? file.append(.begun(count + 1, write))) != nil {
            count += 1
            try file.append(.done(count, found: nil))
        }
        // The rest of the disk is somebody else's.
        let other = FileManager.default.createFile(atPath: folder.url.path + "/other", contents: nil)
        try #require(other)
        let rest = try FileHandle(forWritingTo: folder.url.appending(path: "other"))
        while (try? rest.write(contentsOf: Data(repeating: 1, count: 4_096))) != nil {}
        try file.append(.rollingBack(JournalSample.time, reason: "no room"))
        for number in 0..<count { try file.append(.undone(what: "undo \(number)", .restored, detail: "")) }
        try file.append(.ended(JournalEnd(.rolledBack, at: JournalSample.time)))
        #expect(count > 0)
        #expect(try folder.store.open() == [])
        #expect(try folder.store.read(file.id).transaction.end?.outcome == .rolledBack)
    }

    @Test("says which line of a damaged journal is wrong, and can still close it")
    func damaged() throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        try file?.append(JournalSample.start)
        try file?.append(.done(1, found: nil))
        file = nil
        let url = URL(filePath: folder.store.file(of: id).string)
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        try text.replacing("\"web\"", with: "\"wet\"").write(to: url, atomically: false, encoding: .utf8)
        #expect(
            throws: JournalStore.JournalFailure.damaged(
                path: folder.store.file(of: id), line: 2, reason: "its checksum does not match")
        ) { try folder.store.read(id) }
        #expect(try folder.store.open() == [id])
        #expect(try !folder.store.isEnded(id))
        try folder.store.close(id, as: .closed, note: "")
        #expect(try folder.store.open() == [])
        #expect(try folder.store.isEnded(id))
    }

    @Test("names later transactions later, even when the clock was ahead")
    func order() throws {
        let folder = try Folder()
        let first = try begin(folder.store).id
        let ahead = folder.path.appending("txn").appending("20991231T235959.999Z")
        try FileManager.default.createDirectory(atPath: ahead.string, withIntermediateDirectories: false)
        let names = [first] + (try (0..<3).map { _ in try begin(folder.store).id })
        #expect(names == names.sorted() && Set(names).count == 4)
        #expect(names[1].description == "21000101T000000.000Z")
    }

    @Test("removes what is settled and old, save the last 20, and never what is open")
    func pruning() throws {
        let folder = try Folder()
        let broken = try begin(folder.store)
        try broken.append(JournalSample.start)
        for _ in 0..<25 { try begin(folder.store).append(.ended(JournalEnd(.applied, at: JournalSample.time))) }
        folder.store.prune()
        #expect(try folder.store.transactions().count == 26)
        folder.store.prune(now: UnixTime(milliseconds: UnixTime.now.milliseconds + 31 * 86_400_000))
        let left = try folder.store.transactions()
        #expect(left.count == 21 && left.first == broken.id)
    }

    @Test("goes over no symbolic link, and uses no folder that others can write to")
    func links() throws {
        let folder = try Folder()
        let elsewhere = folder.url.appending(path: "elsewhere")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: false)
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path.string, withDestinationPath: elsewhere.path)
        #expect(throws: SysfsError.self) { try begin(folder.store) }
        try manager.removeItem(atPath: folder.path.string)

        // Whatever the umask of whoever runs the tests.
        try manager.createDirectory(
            atPath: folder.path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let txn = folder.path.appending("txn").string
        try manager.createSymbolicLink(atPath: txn, withDestinationPath: elsewhere.path)
        #expect(throws: SysfsError.self) { try begin(folder.store) }
        #expect(throws: SysfsError.self) { try folder.store.open() }
        try manager.removeItem(atPath: txn)

        let id = try begin(folder.store).id
        let file = folder.store.file(of: id).string
        try manager.moveItem(atPath: file, toPath: elsewhere.path + "/target")
        try manager.createSymbolicLink(atPath: file, withDestinationPath: elsewhere.path + "/target")
        #expect(throws: JournalStore.JournalFailure.self) { try folder.store.read(id) }
        #expect(throws: JournalStore.JournalFailure.self) { try folder.store.resume(id) }
        #expect(try manager.contentsOfDirectory(atPath: elsewhere.path) == ["target"])

        try #require(chmod(folder.path.string, 0o777) == 0)
        #expect(throws: SysfsError.notPrivate(path: folder.path)) { try begin(folder.store) }
    }
}
