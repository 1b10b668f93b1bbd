import Commands
import Execution
import Foundation
import LinuxHost
import SystemPackage
import Testing

/// A guest that each of these hosts gets.
private let guest = "a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml"
private let pool = "{pools: {2MiB: {cells: {1: 24}}}}"

extension OnOneHost {
    @Suite("The net under an apply")
    struct SafetyNetTests {
        private let until = ["--confirm-within", "1h"]

        /// A host on which an apply waits to be confirmed, and how it looked before.
        private func waiting() throws -> (CommandHost, CommandHost.Look, id: String) {
            let host = try CommandHost()
            try host.site("\(guest)}", host: pool)
            let before = try host.look()
            let run = host.apply(until)
            try #require(run.status == 0, "\(run.errors)")
            try #require(host.timers.count == 1)
            return (host, before, try #require(try host.transactions().first?.id))
        }

        private func journal(_ host: CommandHost, _ id: String) -> URL {
            URL(filePath: host.stateFolder).appending(path: "txn/\(id)/journal.jsonl")
        }

        @Test("puts everything back when nobody confirms, the boot file too, and nothing when somebody does")
        func timer() throws {
            let (host, before, _) = try waiting()
            #expect(try host.look().bootFile != nil)
            #expect(host.expire()?.status == 0)
            #expect(try host.look() == before)
            #expect(try host.transactions().first?.state == "rolled_back")
        }

        @Test("is there when the boot file is written into a folder that is made for it, which goes again")
        func bootFolder() throws {
            let host = try CommandHost()
            try host.site("\(guest)}", host: pool)
            let path = host.path("etc/boot.json")
            let run = host.apply(["--boot-file", path] + until)
            #expect(run.status == 0, "\(run.errors)")
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(host.expire()?.status == 0)
            #expect(!FileManager.default.fileExists(atPath: host.path("etc")))
        }

        @Test("changes nothing when the plan cannot be shown")
        func fullOutput() throws {
            let host = try CommandHost()
            try host.site("\(guest)}", host: pool)
            let before = try host.look()
            let arguments = ["apply", host.path("site.yaml"), "--boot-file", host.bootFile] + host.here + host.safety
            let run = host.run(arguments, outputFailure: .failed("No space left on device"))
            #expect(run.status == 1)
            #expect(run.errors.contains("error NP413: nothing was changed: the plan could not be shown"))
            #expect(try host.look() == before)
        }

        @Test("refuses before the first write when the boot file cannot be written", arguments: [true, false])
        func bootFile(isWaiting: Bool) throws {
            let host = try CommandHost()
            try host.site("\(guest)}", host: pool)
            let before = try host.look()
            let run = host.apply(["--boot-file", host.path("no/such/boot.json")] + (isWaiting ? until : []))
            #expect(run.status == 1)
            #expect((run.output + run.errors).contains("no/such"), "\(run.output)\(run.errors)")
            #expect(try host.look() == before)
            #expect(try host.transactions().isEmpty && host.timers.isEmpty)
        }

        @Test(
            "writes nothing else while a transaction waits: no apply --continue, no other rollback, no closing by hand")
        func nothingElse() throws {
            let host = try CommandHost()
            try host.site("\(guest)}", host: pool)
            try #require(host.apply().status == 0)
            let first = try #require(try host.transactions().first?.id)
            let before = try host.look()
            try host.site("\(guest), cpu_policy: dedicated}", host: pool)
            try #require(host.apply(until).status == 0)
            let second = try #require(try host.transactions().first?.id)
            let done = try host.look()
            try host.site("\(guest), autostart: true}", host: pool)
            for run in [
                host.apply(), host.apply(["--continue"]), host.rollback([first, "--yes"]),
                host.history([second, "--close"]),
            ] { #expect(run.status == 75 && run.errors.contains("NP730"), "\(run.status) \(run.errors)") }
            #expect(try host.look() == done)
            #expect(host.expire()?.status == 0)
            #expect(try host.look() == before)
        }

        /// What may become of a journal while it waits.
        enum Harm: CaseIterable { case firstLine, middle, lastLine, empty, zeros, noLineBreaks, gone }

        @Test(
            "says that an unconfirmed journal is damaged, ends otherwise than well, and stops the next apply",
            arguments: Harm.allCases)
        func damaged(_ harm: Harm) throws {
            let (host, _, id) = try waiting()
            let url = journal(host, id)
            var bytes = try Data(contentsOf: url)
            switch harm {
            case .firstLine: bytes[40] ^= 1
            case .middle: bytes[bytes.count / 2] ^= 1
            case .lastLine: bytes[bytes.count - 5] ^= 1
            case .empty: bytes = Data()
            case .zeros: bytes = Data(repeating: 0, count: bytes.count)
            case .noLineBreaks: bytes = Data(bytes.map { $0 == 10 ? 32 : $0 })
            case .gone: break
            }
            if harm == .gone { try FileManager.default.removeItem(at: url) } else { try bytes.write(to: url) }
            #expect(host.apply().status == 75, "before the time is over")
            let run = try #require(host.expire())
            #expect(run.status == 13 && run.errors.contains("NP711"), "\(run.status) \(run.errors)")
            #expect(try host.transactions().map(\.state) == ["damaged"])
            let next = host.apply()
            #expect(next.status == 75 && next.errors.contains("NP711"), "\(next.status) \(next.errors)")
            #expect(host.history([id, "--close"]).status == 0)
            #expect(host.apply().status == 0)
        }

        @Test(
            "lets no damage to the journal of a run that ended stand in the way of the next, and says that it is damaged"
        )
        func damagedLater() throws {
            let (host, _, id) = try waiting()
            #expect(host.confirm().status == 0)
            let url = journal(host, id)
            var bytes = try Data(contentsOf: url)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: url)
            #expect(try host.transactions().map(\.state) == ["ended_damaged"])
            #expect(host.history().output.contains("ended; journal"))
            #expect(host.rollback(["--yes"]).status == 13)
            #expect(host.apply().status == 0)
        }

        @Test("puts back what broke off before its journal was told until when there is time")
        func brokeOff() throws {
            let (host, before, id) = try waiting()
            let url = journal(host, id)
            var lines = try Data(contentsOf: url).split(separator: 10)
            lines.removeLast()
            try Data(lines.joined(separator: [10]) + [10]).write(to: url)
            #expect(host.apply().status == 75)
            #expect(host.expire()?.status == 0)
            #expect(try host.look() == before)
        }

        @Test("rolls back no file but the boot file, and no domain that bears no mark of ours")
        func forged() throws {
            let host = try CommandHost()
            try host.site("\(guest)}")
            try #require(host.apply().status == 0)
            let store = JournalStore(FilePath(host.stateFolder))
            let target = host.path("passwd")
            try host.write("root", to: "passwd")
            let change = FileChange(path: target, before: "forged", after: "root")
            let header = try store.read(try #require(try store.transactions().last)).transaction.header
            func forge(_ write: ReversibleWrite) throws -> String {
                let file = try store.begin { id, time in
                    var header = header
                    (header.transaction, header.time) = ("\(id)", time)
                    return header
                }
                try file.append(.begun(1, write))
                return "\(file.id)"
            }
            var id = try forge(ReversibleWrite(.replaceFile(change), inverse: [.replaceFile(change.inverse)]))
            for options in [[id], [id, "--force", "--yes"]] {
                let run = host.rollback(options)
                #expect(run.status == 15 && run.errors.contains("NP740"), "\(run.errors)")
            }
            #expect(try host.text("passwd") == "root")
            try #require(host.history([id, "--close"]).status == 0)

            try host.libvirt.define(
                "<domain type='test'><name>victim</name><memory unit='KiB'>65536</memory><vcpu>1</vcpu>"
                    + "<os><type arch='i686'>hvm</type></os></domain>")
            let before = try host.look()
            id = try forge(ReversibleWrite(.stop(name: "victim"), inverse: [.start(name: "victim")]))
            let run = host.rollback([id, "--force", "--yes"])
            #expect(run.status == 15 && run.errors.contains("NP741"), "\(run.errors)")
            #expect(try host.look() == before)
        }
    }
}
