import Foundation
import Glibc
import LinuxHost
import SystemPackage
import Testing

@Suite("A program on its own")
struct DetachedProgramTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "np-detached-\(UUID().uuidString)")

    @Test("has a session of its own, none of our files, and its arguments as they are")
    func detached() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let mine = fcntl(0, F_DUPFD, 200)
        defer { close(mine) }
        let name = "$(touch x); 'a b\"\n*"
        let script =
            "cd \"$0\" && { ps -o sid= -p $$; echo $$; ls /proc/$$/fd | tr '\\n' ' '; echo; readlink /proc/$$/fd/*; printf '%s' \"$1\" > argument; } > told"
        let process = try DetachedProgram.start("/bin/sh", ["-c", script, folder.path, name])
        #expect(DetachedProgram.status(of: process) == 0)
        let told = try String(contentsOf: folder.appending(path: "told"), encoding: .utf8).split(separator: "\n")
        #expect(told.first?.trimmingCharacters(in: .whitespaces) == "\(process)")
        #expect(!told[2].split(separator: " ").contains("\(mine)"), "\(told)")
        #expect(told.dropFirst(3).filter { $0 == "/dev/null" }.count >= 2)
        #expect(try String(contentsOf: folder.appending(path: "argument"), encoding: .utf8) == name)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["argument", "told"])
    }

    @Test("that is not there is an error, and one that fails says so")
    func failures() throws {
        #expect(throws: SysfsError.failed(.start, path: "/nowhere/program", .noSuchFileOrDirectory)) {
            try DetachedProgram.start("/nowhere/program", [])
        }
        #expect(DetachedProgram.status(of: try DetachedProgram.start("/bin/sh", ["-c", "exit 3"])) == 3)
        #expect(DetachedProgram.status(of: try DetachedProgram.start("/bin/sh", ["-c", "kill -9 $$"])) == 137)
    }

    @Test("is found by its own file")
    func own() throws {
        #expect(FileManager.default.isExecutableFile(atPath: try #require(DetachedProgram.path).string))
    }

    @Test("is set off by systemd with one unit a transaction, in which nothing is expanded")
    func timer() throws {
        let timer = SystemdTimer(try #require(TransactionID("20261125T091530.250Z")), seconds: 120)
        #expect(
            timer.command(["/usr/bin/numactl-plan", "rollback", "/srv/100%/$HOME"]) == [
                "/usr/bin/systemd-run", "--quiet", "--collect", "--unit=numactl-plan-revert-20261125T091530.250Z",
                "--on-active=120s", "--timer-property=AccuracySec=1s",
                "--description=Roll back 20261125T091530.250Z unless it is confirmed", "--",
                "/usr/bin/numactl-plan", "rollback", "/srv/100%%/$$HOME",
            ])
    }
}
