import Testing

/// A run that was killed after its last write, before it could say so.
extension OnOneHost {
    @Suite("A run that broke off")
    struct ContinueTests {
        private func brokenOff(_ wanted: ApplyCase, on host: CommandHost, records: Int = 1) throws {
            try #require(host.apply(wanted.options).status == 0)
            try host.breakOff(records: records)
            #expect(try host.transactions().first?.state == "open")
        }

        /// After one record or after two, in turn.
        @Test(
            "bars the next one, is gone on with, and closed",
            arguments: zip(ApplyCase.all, ApplyCase.all.indices.map { 1 + $0 % 2 }))
        func goneOn(_ wanted: ApplyCase, records: Int) throws {
            let host = try wanted.prepared()
            try brokenOff(wanted, on: host, records: records)
            let done = try host.look()
            let barred = host.apply(wanted.options)
            #expect(barred.status == 75 && barred.errors.contains("NP710"), "\(barred.errors)")
            #expect(try host.look() == done)

            let next = host.apply(wanted.options + ["--continue"])
            #expect(next.status == 0, "\(next.errors)\(next.output)")
            #expect(try host.look() == done)
            #expect(try !host.transactions().contains { $0.state == "open" })
            #expect(host.apply(wanted.options).status == 0)
        }

        @Test("is put back without being named", arguments: ApplyCase.all)
        func putBack(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            let before = try host.look()
            try brokenOff(wanted, on: host)
            let back = host.rollback(wanted.back)
            #expect(back.status == 0, "\(back.errors)\(back.output)")
            #expect(try host.look() == before)
            #expect(try host.transactions().first?.state == "rolled_back")
        }

        @Test("is closed by hand, when somebody has looked")
        func closed() throws {
            let host = try ApplyCase.all[0].prepared()
            try brokenOff(ApplyCase.all[0], on: host)
            let id = try #require(try host.transactions().first).id
            #expect(host.history([id, "--close", "--note", "seen"]).status == 0)
            #expect(try host.transactions().first?.state == "closed")
        }
    }
}
