import Execution
import Foundation
import Glibc
import HostModel
import LinuxHost
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
        #expect(throws: JournalStore.Failure.absent(TransactionID(JournalSample.time))) {
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

    @Test("knows what is open, and what a process is at")
    func openness() throws {
        let folder = try Folder()
        var file: JournalFile? = try begin(folder.store)
        let id = try #require(file?.id)
        #expect(try folder.store.open() == [], "nothing is begun yet")
        try file?.append(JournalSample.start)
        #expect(try folder.store.open() == [id])
        #expect(try folder.store.read(id).isHeld)
        #expect(throws: JournalStore.Failure.self) { try folder.store.resume(id) }
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

    @Test("passes over a transaction that was killed before its first line")
    func headless() throws {
        let folder = try Folder()
        let id = try begin(folder.store).id
        try #require(truncate(folder.store.file(of: id).string, 20) == 0)
        #expect(try folder.store.open() == [])
        #expect(throws: JournalStore.Failure.absent(id)) { try folder.store.read(id) }
        try #require(unlink(folder.store.file(of: id).string) == 0)
        #expect(try folder.store.open() == [])
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
            throws: JournalStore.Failure.damaged(
                path: folder.store.file(of: id), line: 2, reason: "its sum is not that of its bytes")
        ) { try folder.store.read(id) }
        #expect(try folder.store.open() == [id])
        try folder.store.close(id, as: .closed, note: "")
        #expect(try folder.store.open() == [])
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
        #expect(throws: JournalStore.Failure.self) { try folder.store.read(id) }
        #expect(throws: JournalStore.Failure.self) { try folder.store.resume(id) }
        #expect(try manager.contentsOfDirectory(atPath: elsewhere.path) == ["target"])

        try #require(chmod(folder.path.string, 0o777) == 0)
        #expect(throws: SysfsError.notPrivate(path: folder.path)) { try begin(folder.store) }
    }
}
