import Testing

extension OnOneHost {
    @Suite("A saved plan")
    struct SavedPlanApplyTests {
        @Test("is shown from its steps, carried out once, and put back", arguments: ApplyCase.all)
        func once(_ wanted: ApplyCase) throws {
            let host = try wanted.prepared()
            let before = try host.look()
            let made = host.plan(wanted.planned + ["--out", host.path("plan.json")])
            #expect(made.status == 0, "\(made.errors)\(made.output)")
            #expect(try host.look() == before)

            let run = host.apply(["--max-disruption", "host"], file: "plan.json")
            #expect(run.status == 0, "\(run.errors)\(run.output)")
            let done = try host.look()
            #expect(wanted.check(done), "\(done)")
            let last = made.output.split(separator: "\n").last.map(String.init) ?? ""
            #expect(
                run.output.contains(last.replacing(#/\d+ unchanged/#, with: "0 unchanged")),
                "\(made.output)\(run.output)")

            let again = host.apply(["--max-disruption", "host"], file: "plan.json")
            #expect(again.status == 0 || again.status == 14, "\(again.errors)")
            #expect(try host.look() == done, "\(again.status) \(again.errors)\(again.output)")
            let back = host.rollback(["--yes"] + wanted.back)
            #expect(back.status == 0, "\(back.errors)\(back.output)")
            #expect(try host.look() == before)
        }

        @Test("is stale on a host that has changed since, and writes nothing")
        func stale() throws {
            let host = try CommandHost()
            try host.site("a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml}")
            try #require(host.apply().status == 0)
            try host.site("a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml, cpu_policy: dedicated}")
            try #require(host.plan(["--out", host.path("plan.json")]).status == 0)
            try host.libvirt.edit("a", "<vcpupin vcpu='1' cpuset='0-3'/>", "<vcpupin vcpu='1' cpuset='2'/>")
            let before = try host.look()
            let run = host.apply(file: "plan.json")
            #expect(run.status == 14 && run.errors.contains("NP723"), "\(run.errors)")
            #expect(try host.look() == before)
        }
    }
}
