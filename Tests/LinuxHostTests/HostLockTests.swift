import Foundation
import LinuxHost
import SystemPackage
import Testing

@Suite("The lock of a host")
struct HostLockTests {
    /// Tries to take the lock at once; the failure, or nil when it was free.
    private func failure(_ path: FilePath, timeout: Duration = .zero) -> HostLock.Failure? {
        do throws(HostLock.Failure) {
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
            #expect("\(HostLock.Failure.busy(path: "/x", holder: 7))" == "/x is held by process 7")
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

    @Test("gives up when the time is over")
    func timeout() throws {
        let tree = try TemporaryTree()
        let path = tree.path.appending("lock")
        let lock = try HostLock(path: path)
        #expect(failure(path, timeout: .milliseconds(120)) == .busy(path: path, holder: Int(getpid())))
        lock.release()
    }

    @Test("is refused on a link, on a folder and where there is no folder")
    func unusable() throws {
        let tree = try TemporaryTree(["file": "", "folder/x": ""])
        try tree.link("link", to: "file")
        let path = tree.path
        #expect(
            failure(path.appending("link"))
                == .failed(.failed(.open, path: path.appending("link"), .tooManySymbolicLinkLevels)))
        #expect(
            failure(path.appending("folder")) == .failed(.failed(.open, path: path.appending("folder"), .isDirectory)))
        let gone = path.appending("gone/lock")
        #expect(failure(gone) == .failed(.failed(.open, path: gone, .noSuchFileOrDirectory)))
    }
}
