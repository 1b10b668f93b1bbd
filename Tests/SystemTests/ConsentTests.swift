import Foundation
import Testing

extension SystemTests {
    @Suite("Restarts and prunes")
    struct Consent {
        static func guest(ram: String, state: String = "running") -> String {
            "  NAME: {vcpus: 1, ram: \(ram), mem_page_size: 2MiB, accelerator: qemu, state: \(state)}"
        }

        @Test("a guest with pending settings is power cycled when that is asked for, and a deaf one only by force")
        func restart() throws {
            let lab = try Lab("restart")
            defer { lab.end() }
            try lab.write(guests: Self.guest(ram: "64MiB"))
            try #require(try lab.apply().status == 0)
            let process = try RunningQEMU(lab.name).process
            try lab.write(guests: Self.guest(ram: "96MiB"))
            try #require(try lab.apply().status == 0)
            #expect(try lab.plan().status == 3)
            let definition = try lab.definition(lab.name)

            #expect(try lab.apply("--restart", "pending").status == 15)
            // Nothing in this guest listens to a request to shut down, and a paused one does not even run.
            for isPaused in [false, true] {
                if isPaused { try virsh("suspend", lab.name) }
                let deaf = try lab.apply("--restart", "pending", "--yes", "--shutdown-timeout", "2")
                // libvirt does not even ask a guest that is paused: that is known before the first write.
                #expect(deaf.status == (isPaused ? 15 : 1))
                let reason = isPaused ? "NP544" : "the domain \(lab.name) did not shut down in time"
                #expect(deaf.errors.contains(reason), "\(deaf.all)")
                #expect(try RunningQEMU(lab.name).process == process)
                #expect(try lab.definition(lab.name) == definition)
                #expect(try lab.plan().status == 3)
            }
            let forced = try lab.apply("--restart", lab.name, "--yes", "--shutdown-timeout", "1", "--force-off")
            #expect(forced.status == 0, "\(forced.all)")
            let running = try RunningQEMU(lab.name)
            #expect(running.process != process)
            #expect(try running.hugePages(ofKiB: 2_048).values.reduce(0, +) <= 48)
            #expect(try virsh("dumpxml", lab.name).contains("<cell id='0' cpus='0' memory='98304' unit='KiB'"))
            let command = try String(contentsOfFile: "/proc/\(running.process)/cmdline", encoding: .utf8)
            #expect(command.contains("\"size\":100663296"))
            let after = try lab.plan()
            #expect(after.status == 0)
            #expect(after.plan.empty)
        }

        @Test("what the site no longer names goes only with every consent, and its disk stays")
        func prune() throws {
            let lab = try Lab("prune")
            defer { lab.end() }
            let disk = lab.folder.appending(path: "disk.raw")
            try Data(count: 1 << 20).write(to: disk)
            let kept = "  NAME-kept: {vcpus: 1, ram: 64MiB, accelerator: qemu}"
            let gone =
                "  NAME-gone: {vcpus: 1, ram: 64MiB, accelerator: qemu, state: running, disks: [{path: \(disk.path)}]}"
            try lab.write(guests: "\(kept)\n\(gone)")
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            try lab.write(guests: kept)
            let all = try lab.domains()
            for (options, code) in [([], nil), (["--prune"], "NP609"), (["--prune-all"], "NP609")]
                as [([String], String?)]
            {
                let refused = try run(Setup.program, lab.applyArguments + ["--yes"] + options, in: lab.folder)
                #expect(refused.status == (code == nil ? 0 : 15), "\(refused.all)")
                #expect(refused.all.contains(code ?? "NP606"))
                #expect(try lab.domains() == all)
            }
            let force = ["--shutdown-timeout", "1", "--force-off"]
            let options = ["--prune-all", "--stop-pruned"] + force
            #expect(try run(Setup.program, lab.applyArguments + options, in: lab.folder).status == 15)
            let pruned = try run(Setup.program, lab.applyArguments + options + ["--yes"], in: lab.folder)
            #expect(pruned.status == 0, "\(pruned.all)")
            #expect(pruned.output.contains(disk.path))
            #expect(try lab.domains() == ["\(lab.name)-kept"])
            #expect(FileManager.default.fileExists(atPath: disk.path))
            #expect(try lab.plan().status == 0)
        }

        @Test("a managed save image is warned of, and neither resumed nor lost")
        func managedSave() throws {
            let lab = try Lab("saved")
            defer {
                _ = try? run("virsh", ["-q", "managedsave-remove", lab.name])
                lab.end()
            }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu, state: running}")
            try #require(try lab.apply().status == 0)
            try virsh("managedsave", lab.name)
            let refused = try lab.apply()
            #expect(refused.status == 15)
            #expect(refused.all.contains("NP521"))
            #expect(try virsh("dominfo", lab.name).contains("Managed save:   yes"))
            try lab.write(guests: "  NAME: {state: absent}")
            #expect(try lab.apply("--yes").status == 15)
            #expect(try lab.domains() == [lab.name])
            try virsh("managedsave-remove", lab.name)
            #expect(try lab.apply("--yes").status == 0)
            #expect(try lab.domains().isEmpty)
        }

        @Test("domains of a host that was run by hand are imported, and taken over without a change")
        func importing() throws {
            let lab = try Lab("import")
            defer { lab.end() }
            try lab.write(Ownership.foreign(metadata: Ownership.note), to: "foreign.xml")
            try virsh("define", lab.folder.appending(path: "foreign.xml").path)
            let before = try lab.definition(lab.name)
            let imported = try lab.program("import", lab.name)
            #expect(imported.status == 0)
            #expect(imported.output.contains("\(lab.name): {vcpus: 1, ram: 64MiB, adopt: true}"))
            try lab.write(imported.output, to: "site.yaml")
            let (status, plan) = try lab.plan()
            #expect(status == 2)
            #expect(plan.changes.map(\.action) == ["adopt"])
            #expect(plan.changes.flatMap(\.parts).map(\.path) == ["metadata"])
            #expect(try lab.apply("--yes").status == 0)
            #expect(try lab.plan().status == 0)
            let without = try lab.definition(lab.name).replacing(
                #/<np:guest.*</np:guest>/#.dotMatchesNewlines(), with: "")
            #expect(words(without) == words(before))
        }

        private func words(_ text: String) -> [Substring] { text.split { $0.isWhitespace } }
    }
}
