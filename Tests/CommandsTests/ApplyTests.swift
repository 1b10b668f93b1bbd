import Foundation
import Testing

@Suite("apply, on a host of the test's own,")
struct ApplyTests {
    @Test("does what the site says, and a second time nothing", arguments: ApplyCase.all)
    func twice(_ wanted: ApplyCase) throws {
        let host = try wanted.prepared()
        let first = host.apply(wanted.options)
        #expect(first.status == 0, "\(first.errors)\(first.output)")
        let done = try host.look()
        #expect(wanted.check(done), "\(done)")
        let count = try host.transactions().count
        #expect(try host.transactions().first?.state == "applied")

        let second = host.apply(wanted.options)
        #expect(second.status == 0, "\(second.errors)\(second.output)")
        #expect(second.output.contains("Nothing to do"), "\(second.output)")
        #expect(try host.look() == done)
        #expect(try host.transactions().count == count)
    }

    @Test("shows the steps beforehand and writes nothing", arguments: ApplyCase.all)
    func shown(_ wanted: ApplyCase) throws {
        let host = try wanted.prepared()
        let (before, transactions) = (try host.look(), try host.transactions())
        #expect(host.plan(wanted.planned + ["--detailed-exitcode"]).status == 2)
        #expect(host.apply(wanted.options + ["--dry-run", "--detailed-exitcode"]).status == 2)
        #expect(try host.look() == before)
        #expect(try host.transactions() == transactions)
    }

    @Test("is put back by rollback, to the last byte", arguments: ApplyCase.all)
    func rolledBack(_ wanted: ApplyCase) throws {
        let host = try wanted.prepared()
        let before = try host.look()
        try #require(host.apply(wanted.options).status == 0)
        try #require(try host.look() != before)
        let after = try host.look()
        let look = host.rollback(["--dry-run"] + wanted.back)
        #expect(look.status == 0 && look.output.contains("to restore"), "\(look.errors)\(look.output)")
        #expect(try host.look() == after, "a dry run changes nothing")
        let back = host.rollback(["--yes"] + wanted.back)
        #expect(back.status == 0, "\(back.errors)\(back.output)")
        #expect(try host.look() == before)
        #expect(try host.transactions().first?.state == "rolled_back")
    }
}
