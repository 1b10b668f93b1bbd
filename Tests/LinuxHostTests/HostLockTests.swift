import Foundation
import LinuxHost
import SystemPackage
import Testing

@Suite("The lock of a host")
struct HostLockTests {
    /// Tries to take the lock at once; the failure, or nil when it was free.
    private func failure(_ path: FilePath, timeout: Duration = .zero) -> HostLock.LockFailure? {
        do throws(HostLock.LockFailure) {
            _ = try HostLock(path: path, timeout: timeout)
            return nil
        } catch {
            return error
        }
    }

    @Test("is held while the value lives, names its holder, and is free afterwards")
    func exclusive() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("lock")
        do {
            let lock = try HostLock(path: path)
            #expect(failure(path) == .busy(path: path, holder: Int(getpid())))
            #expect("\(HostLock.LockFailure.busy(path: "/x", holder: 7))" == "/x is held by process 7")
            lock.release()
        }
        #expect(failure(path) == nil)
    }

    /// Another process holds the lock until its input ends.
    @Test("is waited for, and got when the holder goes")
    func waiting() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("lock")
        let ready = tree.path.appending("ready").string
        let (holder, input) = (Process(), Pipe())
        holder.executableURL = URL(filePath: "/usr/bin/env")
        holder.arguments = ["flock", path.string, "sh", "-c", "touch \(ready); cat"]
        holder.standardInput = input
        try holder.run()
        while !FileManager.default.fileExists(atPath: ready), holder.isRunning { usleep(5_000) }
        #expect(failure(path) != nil)
        let release = Thread {
            usleep(150_000)
            try? input.fileHandleForWriting.close()
        }
        release.start()
        #expect(failure(path, timeout: .seconds(60)) == nil)
        holder.waitUntilExit()
        #expect(holder.terminationStatus == 0)
    }

    @Test(
        "is not put on a file that holds something else, which would be lost",
        arguments: ["precious\n", "12 monkeys", String(repeating: "7", count: 100)])
    func precious(text: String) throws {
        let tree = try TemporaryTree(["lock": text])
        let path = tree.path.appending("lock")
        try #require(chmod(path.string, 0o644) == 0)
        #expect(failure(path) == .foreign(path: path, what: "\(path) is a file with contents"))
        var status = stat()
        #expect(try tree.text("lock") == text)
        #expect(stat(path.string, &status) == 0 && status.st_mode & 0o777 == 0o644)
    }

    @Test("gives up when the time is over")
    func timeout() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("lock")
        let lock = try HostLock(path: path)
        #expect(failure(path, timeout: .milliseconds(120)) == .busy(path: path, holder: Int(getpid())))
        lock.release()
    }

    @Test("is nobody else's to open, whatever its file was before")
    func mode() throws {
        let tree = try TemporaryTree(["old": "1\n"])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: tree.url.path + "/old")
        for name in ["old", "new"] {
            #expect(failure(tree.path.appending(name)) == nil)
            #expect(try mode(of: tree.path.appending(name)) == 0o600)
        }
    }

    @Test("has its folder made where that is asked for, which only its owner can change")
    func folder() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("run/lock")
        #expect(failure(path) == .failed(.failed(.open, path: tree.path.appending("run"), .noSuchFileOrDirectory)))
        let lock = try HostLock(path: path, makesFolder: true)
        #expect(try mode(of: tree.path.appending("run")) == 0o755)
        lock.release()
        let again = try HostLock(path: path, makesFolder: true)
        again.release()
    }

    @Test(
        "is refused where something else is in its place, and that is named",
        arguments: [("link", "a symbolic link"), ("folder", "a folder"), ("pipe", "a pipe")])
    func inTheWay(name: String, kind: String) throws {
        let tree = try TemporaryTree(["file": "", "folder/x": ""])
        try tree.link("link", to: "file")
        #expect(mkfifo(tree.path.appending("pipe").string, 0o666) == 0)
        let path = tree.path.appending(name)
        let owner = geteuid() == 0 ? "root" : "user \(geteuid())"
        #expect(failure(path) == .foreign(path: path, what: "\(path) is \(kind) of \(owner)"))
    }

    @Test("is refused where another user made the file", .enabled(if: geteuid() == 0))
    func anotherOwner() throws {
        let tree = try TemporaryTree(["lock": ""])
        let path = tree.path.appending("lock")
        #expect(chown(path.string, 4_242, 4_242) == 0)
        #expect(failure(path) == .foreign(path: path, what: "\(path) is a file of user 4242"))
        #expect(try tree.text("lock") == "")
    }

    @Test("is refused in a folder where anybody could be first")
    func openFolder() throws {
        let tree = try TemporaryTree(["folder/x": ""])
        let folder = tree.path.appending("folder")
        #expect(chmod(folder.string, 0o777) == 0)
        let path = folder.appending("lock")
        #expect(
            failure(path)
                == .foreign(
                    path: path, what: "\(folder) is writable by everybody, so a lock there is not safe"))
        #expect(chmod(folder.string, 0o1777) == 0)
        #expect(failure(path) == nil, "with the sticky bit nobody can replace it")
    }

    @Test("is taken anew when its file was removed while it was waited for")
    func removed() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("lock")
        let first = try HostLock(path: path)
        try FileManager.default.removeItem(atPath: path.string)
        let second = try HostLock(path: path)
        #expect(failure(path) == .busy(path: path, holder: Int(getpid())))
        first.release()
        #expect(failure(path) != nil, "the second one holds the file that is there")
        second.release()
    }

    private func mode(of path: FilePath) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
