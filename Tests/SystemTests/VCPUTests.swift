import Foundation
import Testing

extension SystemTests {
    @Suite("vCPUs of a running guest")
    struct VCPUs {
        private static func guest(_ more: String) -> String {
            "  NAME: {vcpus: 2, ram: 64MiB, accelerator: qemu, state: running, \(more)}"
        }

        /// Pins of both vCPUs, the second one on the last CPU or on the first.
        private static let (last, first) = ("vcpu_pins: {0: 0, 1: 1}", "vcpu_pins: {0: 0, 1: 0}")

        /// What of a number of vCPUs the running domain shows.
        private static func present(_ lab: Lab) throws -> String {
            try virsh("vcpucount", lab.name, "--live", "--active").trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test("are plugged at once, begin on their CPUs, and stay until the next start where the guest keeps them")
        func plugged() throws {
            let lab = try Lab("vcpus")
            defer { lab.end() }
            try lab.write(guests: Self.guest("current_vcpus: 1, \(Self.first)"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            let process = try RunningQEMU(lab.name).process
            #expect(try RunningQEMU(lab.name).vcpuAffinity() == [0: "0"])
            let deep = try lab.program("verify", "site.yaml", "--deep", "--state-dir", lab.state.path)
            #expect(!deep.all.contains("no thread of vCPU"), "\(deep.all)")

            // The pin of a vCPU that is not there differs: it comes with the vCPU.
            try lab.write(guests: Self.guest(Self.last))
            let planned = try lab.plan()
            #expect(planned.plan.changes.flatMap(\.parts).allSatisfy { $0.when == "live" })
            let applied = try lab.apply()
            #expect(applied.status == 0, "\(applied.all)")
            #expect(try Self.present(lab) == "2")
            #expect(try RunningQEMU(lab.name).vcpuAffinity() == [0: "0", 1: "1"])
            #expect(try RunningQEMU(lab.name).process == process)
            #expect(try lab.plan().status == 0)
            let again = try lab.apply()
            #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again.all)")

            // A guest without a system gives nothing up.
            try lab.write(guests: Self.guest("current_vcpus: 1, \(Self.last)"))
            let kept = try lab.apply()
            #expect(kept.status == 0, "\(kept.all)")
            #expect(kept.all.contains("NP507") && kept.all.contains("keeps 2 vCPUs instead of 1 until its next start"))
            #expect(try Self.present(lab) == "2")
            #expect(try lab.definition(lab.name).contains("current='1'"))
        }

        @Test("that a guest was started with wait for its next start, and the plan says so")
        func cold() throws {
            let lab = try Lab("vcpus-cold")
            defer { lab.end() }
            try lab.write(guests: Self.guest(Self.last))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            try lab.write(guests: Self.guest("current_vcpus: 1, \(Self.last)"))
            #expect(try lab.plan().plan.changes.flatMap(\.parts).map(\.when) == ["next_start"])
            let applied = try lab.apply()
            #expect(applied.status == 0 && !applied.all.contains("instead of"), "\(applied.all)")
            #expect(try lab.plan().status == 3)
            #expect(try Self.present(lab) == "2")
        }

        @Test("that was changed by hand in the running domain alone is put right")
        func drift() throws {
            let lab = try Lab("vcpus-drift")
            defer { lab.end() }
            try lab.write(guests: Self.guest("current_vcpus: 1, \(Self.last)"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            // The definition is changed behind the running domain, which stays as it is.
            try lab.write(lab.definition(lab.name).replacing(" current='1'", with: ""), to: "two.xml")
            try virsh("define", lab.folder.appending(path: "two.xml").path)
            try lab.write(guests: Self.guest(Self.last))
            let status = try lab.program("status", "site.yaml", "--state-dir", lab.state.path)
            #expect(status.all.contains("differs (running guest only)"), "\(status.all)")
            let applied = try lab.apply()
            #expect(applied.status == 0, "\(applied.all)")
            #expect(try RunningQEMU(lab.name).vcpuAffinity() == [0: "0", 1: "1"])
            #expect(try lab.plan().status == 0)
        }
    }
}
