import Foundation
import Testing

extension SystemTests {
    @Suite("Saved plan")
    struct SavedPlans {
        private static let guests = """
              NAME-run: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, cpu_policy: dedicated, accelerator: qemu, state: running}
              NAME-off: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu, autostart: true}
            """

        private func save(_ lab: Lab, _ options: String...) throws {
            let saved = try run(Setup.program, ["plan", "site.yaml", "--out", "plan.json"] + options, in: lab.folder)
            try #require(saved.status == 0, "\(saved.all)")
        }

        private func applyPlan(_ lab: Lab, _ options: String...) throws -> Ended {
            let files = ["--boot-file", lab.bootFile.path] + lab.safety
            return try run(Setup.program, ["apply", "plan.json"] + files + options, in: lab.folder)
        }

        @Test("is carried out like the site file, once, and leaves nothing to do")
        func first() throws {
            let lab = try Lab("saved")
            defer { lab.end() }
            try lab.write(guests: Self.guests)
            try save(lab)
            let applied = try applyPlan(lab)
            #expect(applied.status == 0, "\(applied.all)")
            let after = try lab.plan()
            #expect(after.status == 0 && after.plan.empty)
            #expect(try RunningQEMU("\(lab.name)-run").vcpuAffinity().count == 1)
            #expect(FileManager.default.fileExists(atPath: lab.bootFile.path))

            let files = [lab.bootFile.path]
            let before = try FileState.all(definitionsOf: ["\(lab.name)-run", "\(lab.name)-off"], files)
            let again = try applyPlan(lab)
            #expect(again.status == 0, "\(again.all)")
            #expect(again.output.contains("Nothing to do"))
            #expect(try FileState.all(definitionsOf: ["\(lab.name)-run", "\(lab.name)-off"], files) == before)
        }

        @Test("on an embedded libvirt leaves nothing to do either")
        func embedded() throws {
            let lab = try Lab("savedembed")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu}")
            let uri = "qemu:///embed?root=\(lab.folder.path)/root"
            try save(lab, "--connect", uri)
            let applied = try applyPlan(lab)
            #expect(applied.status == 0, "\(applied.all)")
            let after = try lab.plan("--connect", uri)
            #expect(after.status == 0 && after.plan.empty)
        }

        /// What somebody does after the plan was saved, and what is said to it.
        static let meddling: [([String], String)] = [
            (["virsh", "vcpupin", "NAME-off", "0", "0-1", "--config"], "NAME-off cputune.vcpupin[0] was "),
            (["virsh", "autostart", "--disable", "NAME-off"], "NAME-off autostart was on when planned, is off now"),
            (["virsh", "undefine", "NAME-off"], "NAME-off domain was defined when planned, is gone now"),
            (["virsh", "start", "NAME-off"], "NAME-off state was shut off when planned, is running now"),
            (
                ["virsh", "metadata", "NAME-off", "urn:numactl-plan:libvirt:1", "--remove"],
                "NAME-off ownership mark was "
            ),
            (
                ["sh", "-c", "echo 70 > \(Pools.folder(cell: 0, pageKiB: 2_048))/nr_hugepages"],
                "pool/2MiB/cell/0 persistent was 32 when planned, is 70 now"
            ),
        ]

        @Test("that the host has moved away from is refused, says how, and writes nothing", arguments: meddling.indices)
        func stale(index: Int) throws {
            let (command, finding) = Self.meddling[index]
            let lab = try Lab("stale")
            defer { lab.end() }
            try lab.write(guests: Self.guests)
            try #require(try lab.apply().status == 0)
            try lab.write(
                guests: Self.guests.replacing("ram: 64MiB, numa_nodes", with: "ram: 96MiB, numa_nodes")
                    + "\n  NAME-more: {vcpus: 1, ram: 32MiB, mem_page_size: 2MiB, accelerator: qemu}")
            try save(lab)
            let words = command.map { $0.replacing("NAME", with: lab.name) }
            try #require(try run(words[0], Array(words.dropFirst())).status == 0)
            let names = try lab.domains()
            let (files, pools) = (try FileState.all(definitionsOf: names, [lab.bootFile.path]), try Pools.sizes())
            for options in [["--dry-run"], []] {
                let arguments = ["apply", "plan.json", "--boot-file", lab.bootFile.path] + lab.safety
                let refused = try run(Setup.program, arguments + options, in: lab.folder)
                #expect(refused.status == 14, "\(refused.all)")
                #expect(
                    refused.errors.contains("NP723: stale: ")
                        && refused.errors.contains(finding.replacing("NAME", with: lab.name)),
                    "\(refused.errors)")
            }
            #expect(try lab.domains() == names)
            #expect(try FileState.all(definitionsOf: names, [lab.bootFile.path]) == files)
            #expect(try Pools.sizes() == pools)
        }

        @Test("does not mind what it is not about")
        func unrelated() throws {
            let lab = try Lab("unrelated")
            defer { lab.end() }
            try lab.write(guests: Self.guests)
            try #require(try lab.apply().status == 0)
            try lab.write(guests: Self.guests + "\n  NAME-more: {vcpus: 1, ram: 32MiB, accelerator: qemu}")
            try save(lab)
            try virsh("autostart", "--disable", "\(lab.name)-off")
            let applied = try applyPlan(lab)
            #expect(applied.status == 0, "\(applied.all)")
            #expect(try lab.domains().contains("\(lab.name)-more"))
        }
    }
}
