import Testing

extension SystemTests {
    @Suite("Drift")
    struct Drift {
        @Test(
            "shows exactly the pin that was changed by hand, and puts it back",
            arguments: [("huge", "--live"), ("huge", "--config"), ("cell", "--live"), ("cell", "--config")])
        func pin(guest: String, where place: String) throws {
            let lab = try Lab("drift")
            defer { lab.end() }
            try lab.write(guests: Apply.guests)
            let applied = try lab.apply()
            try #require(applied.status == 0, "\(applied.all)")
            let name = "\(lab.name)-\(guest)"
            let wanted = try #require(try lab.plan().plan.guest(name).cells.first?.pins["0"])
            let wrong = wanted == "0" ? "1" : "0"

            try virsh("vcpupin", name, "0", wrong, place)
            let (status, plan) = try lab.plan()
            #expect(status == 2)
            let part = PlanDocument.Part(
                path: "cputune.vcpupin[0]", now: .init(wrong), want: .init(wanted), when: "live")
            #expect(plan.changes == [.init(address: "guest/\(name)", action: "update", parts: [part])])

            let repaired = try lab.apply()
            #expect(repaired.status == 0, "\(repaired.all)")
            #expect(try RunningQEMU(name).vcpuAffinity() == [0: wanted])
            #expect(try lab.definition(name).contains("<vcpupin vcpu='0' cpuset='\(wanted)'/>"))
            let after = try lab.plan()
            #expect(after.status == 0)
            #expect(after.plan.empty)
        }
    }
}
