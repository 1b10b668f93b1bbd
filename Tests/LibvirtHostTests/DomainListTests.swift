import Dispatch
import Foundation
import HostModel
import LibvirtHost
import Testing

/// How long this thread computes in `body`: what else the machine has to do does not count.
private func cpuTime(_ body: () throws -> Void) rethrows -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
}

@Suite("List of domains")
struct DomainListTests {
    let connection: Connection

    init() throws { connection = try TestDriver.connection.get() }

    private func facts(of name: String) throws -> DomainFacts? { try connection.domains().first { $0.name == name } }

    @Test("tells running domains from others, with the live definition of those only")
    func states() throws {
        let name = TestDriver.name("states")
        _ = try connection.define(TestDriver.definition(name))
        let idle = try #require(try facts(of: name))
        #expect(idle.state == .shutoff)
        #expect(idle.persistent && !idle.autostart)
        #expect(idle.liveXML == nil)
        #expect(idle.uuid?.count == 36)
        try connection.start(name)
        let running = try #require(try facts(of: name))
        #expect(running.state == .running)
        #expect(running.uuid == idle.uuid)
        #expect(try #require(running.liveXML).contains(" id="))
        #expect(!running.xml.contains(" id='"))
        // Undefining what runs is how a domain becomes transient; the interpreter never does it.
        try connection.undefine(name)
        #expect(try facts(of: name)?.persistent == false)
        #expect(try connection.shutDown(name, within: .seconds(5)))
        #expect(try facts(of: name) == nil)
    }

    @Test("says of a domain that goes while it is looked at that it is not there, and does not fail")
    func vanishing() throws {
        let name = TestDriver.name("vanishing")
        let definition = TestDriver.definition(name)
        let (hasLooked, hasEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // A thread of its own: it comes and goes while this one looks.
        Thread.detachNewThread { [connection] in
            while hasLooked.wait(timeout: .now()) == .timedOut {
                _ = try? connection.define(definition)
                try? connection.undefine(name)
            }
            hasEnded.signal()
        }
        defer {
            hasLooked.signal()
            hasEnded.wait()
        }
        var (there, away) = (0, 0)
        while there < 20 || away < 20 {
            if try connection.status(of: name) == nil { away += 1 } else { there += 1 }
            _ = try connection.definition(of: name)
            _ = try connection.liveDefinition(of: name)
        }
        #expect(there >= 20 && away >= 20)
    }

    @Test("leaves secrets out of the facts, and has them in the definition")
    func secrets() throws {
        let name = TestDriver.name("secret")
        let graphics = "<devices><graphics type='vnc' port='5999' passwd='opensesame'/></devices>"
        _ = try connection.define(TestDriver.definition(name, extra: graphics))
        #expect(try !#require(try facts(of: name)).xml.contains("opensesame"))
        #expect(try #require(try connection.definition(of: name)).contains("opensesame"))
        try connection.undefine(name)
    }

    @Test("reads hundreds of domains in well under a second, ascending by name")
    func many() throws {
        let base = TestDriver.name("many")
        let names = (0..<200).map { "\(base)-\($0)" }
        for name in names { _ = try connection.define(TestDriver.definition(name)) }
        var found: [String] = []
        let time = try cpuTime { found = try connection.domains().map(\.name) }
        #expect(found == found.sorted())
        #expect(Set(found).isSuperset(of: names))
        #expect(time < .seconds(2))
        for name in names { try connection.undefine(name) }
    }
}
