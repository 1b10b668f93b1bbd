import Foundation
import Testing

extension OnOneHost {
    @Suite("apply")
    struct ApplyTests {
        @Test("is shown, done, a second time nothing, and put back to the last byte", arguments: ApplyCase.all)
        func apply(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            let (before, transactions) = (try host.look(), try host.transactions())
            #expect(host.plan(wanted.planned + ["--detailed-exitcode"]).status == 2)
            #expect(host.apply(wanted.options + ["--dry-run", "--detailed-exitcode"]).status == 2)
            #expect(try host.look() == before)
            #expect(try host.transactions() == transactions)

            let first = host.apply(wanted.options)
            #expect(first.status == 0, "\(first.errors)\(first.output)")
            let done = try host.look()
            #expect(wanted.check(done) && done != before, "\(done)")

            let second = host.apply(wanted.options)
            #expect(second.status == 0, "\(second.errors)\(second.output)")
            #expect(second.output.contains("Nothing to do"), "\(second.output)")
            #expect(try host.look() == done)
            #expect(try host.transactions().dropFirst() == transactions[...])
            #expect(try host.transactions().first?.state == "applied")

            let look = host.rollback(["--dry-run"] + wanted.back)
            #expect(look.status == 0 && look.output.contains("to restore"), "\(look.errors)\(look.output)")
            #expect(try host.look() == done, "a dry run changes nothing")

            let back = host.rollback(["--yes"] + wanted.back)
            #expect(back.status == 0, "\(back.errors)\(back.output)")
            #expect(try host.look() == before)
            #expect(try host.transactions().first?.state == "rolled_back")
        }
    }
}
