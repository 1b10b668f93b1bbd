import Foundation
import LinuxHost
import SystemPackage
import Testing

extension OnOneHost {
    @Suite("apply --confirm-within")
    struct ConfirmTests {
        /// Brings a host to what is wanted, to be confirmed within the hour.
        private func apply(_ wanted: ApplyCase, on host: CommandHost) {
            let run = host.apply(wanted.options + ["--confirm-within", "1h"])
            #expect(run.status == 0, "\(run.errors)\(run.output)")
            #expect(run.errors.contains("NP730"))
            #expect(host.timers.map(\.delay) == [.seconds(3_600)])
        }

        @Test("has everything put back when nobody confirms", arguments: ApplyCase.reversible)
        func unconfirmed(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            let before = try host.look()
            apply(wanted, on: host)
            #expect(try wanted.check(host.look()))
            let expired = try #require(host.expire())
            #expect(expired.status == 0, "\(expired.errors)\(expired.output)")
            #expect(try host.look() == before)
            let transaction = try #require(try host.transactions().first)
            #expect(transaction.state == "rolled_back" && transaction.note.contains("not confirmed in time"))
            let late = host.confirm()
            #expect(late.status == 14 && late.errors.contains("NP733"), "\(late.errors)")
        }

        @Test("keeps everything when somebody confirms, and the timer then does nothing")
        func confirmed() throws {
            let wanted = ApplyCase.reversible[0]
            let host = try wanted.prepared()
            apply(wanted, on: host)
            let done = try host.look()
            let confirmed = host.confirm()
            #expect(confirmed.status == 0, "\(confirmed.errors)")
            let expired = try #require(host.expire())
            #expect(expired.status == 0 && expired.output.contains("nothing to roll back"), "\(expired.errors)")
            #expect(try host.look() == done)
            #expect(try host.transactions().first?.note == "confirmed")
            #expect(host.confirm().status == 14)
        }

        @Test("waits for whoever holds the lock when the time is over, and puts everything back then")
        func locked() throws {
            let wanted = ApplyCase.reversible[0]
            let host = try wanted.prepared()
            let before = try host.look()
            apply(wanted, on: host)
            let path = FilePath(host.lockFile)
            let isHeld = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                let lock = try? HostLock(path: path)
                isHeld.signal()
                Thread.sleep(forTimeInterval: 1.5)
                lock?.release()
            }
            isHeld.wait()
            let start = ContinuousClock.now
            let expired = try #require(host.expire())
            #expect(ContinuousClock.now - start > .seconds(1))
            #expect(expired.status == 0, "\(expired.errors)")
            #expect(try host.look() == before)
            #expect(try host.transactions().first?.state == "rolled_back")
        }

        @Test("lets nothing else be written meanwhile")
        func meanwhile() throws {
            let host = try ApplyCase.reversible[0].prepared()
            apply(ApplyCase.reversible[0], on: host)
            let done = try host.look()
            try host.site("b: {vcpus: 1, ram: 64MiB, base: base.xml}")
            let second = host.apply()
            #expect(second.status == 75 && second.errors.contains("NP730"), "\(second.errors)")
            #expect(try host.look() == done)
        }

        @Test("is refused where something leads one way, and changes nothing", arguments: ApplyCase.oneWay)
        func oneWay(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            let before = try host.look()
            let run = host.apply(wanted.options + ["--confirm-within", "1h"])
            #expect(run.status == 15 && run.errors.contains("NP731"), "\(run.errors)")
            #expect(host.timers.isEmpty)
            #expect(try host.look() == before)
        }

        @Test("has everything put back at once when no timer can be set", arguments: ApplyCase.reversible)
        func unarmed(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            host.hasTimers = false
            let before = try host.look()
            let run = host.apply(wanted.options + ["--confirm-within", "1h"])
            #expect(run.status == 1 && run.errors.contains("NP732"), "\(run.errors)")
            #expect(try host.look() == before)
            #expect(try host.transactions().first?.state == "rolled_back")
        }
    }
}
