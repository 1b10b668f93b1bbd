import Foundation
import Testing

extension SystemTests {
    @Suite("Memory of a running guest")
    struct MemoryGrowth {
        private static func guest(_ more: String) -> String {
            "  NAME: {vcpus: 2, ram: 256MiB, max_ram: 768MiB, numa_nodes: 1, accelerator: qemu, state: running, \(more)}"
        }

        /// What the running guest has plugged, in KiB.
        private static func plugged(_ lab: Lab) throws -> Int {
            let live = try virsh("dumpxml", lab.name)
            let text = live.firstMatch(of: /<current unit='KiB'>(\d+)</)?.1
            return try #require(text.flatMap { Int($0) }, "\(live)")
        }

        /// Waits until the guest has plugged so much, as its driver does some time after its start.
        private static func wait(for kib: Int, _ lab: Lab) throws {
            for _ in 0..<200 where try plugged(lab) != kib { usleep(300_000) }
            try #require(try plugged(lab) == kib, "the guest has not plugged \(kib) KiB in a minute")
        }

        @Test("grows in pages that are reserved before, shrinks, and comes back by rollback")
        func pages() throws {
            let lab = try Lab("grow")
            defer { lab.end() }
            let keys =
                "mem_page_size: 2MiB, reserve: now, " + (try lab.linux("memory"))
                + " memhp_default_state=online_movable"
            try lab.write(guests: Self.guest("current_ram: 320MiB, \(keys)"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            #expect(try Pools.size(cell: 0, pageKiB: 2_048) == 160)
            let process = try RunningQEMU(lab.name).process
            try Self.wait(for: 65_536, lab)
            #expect(try RunningQEMU(lab.name).hugePages(ofKiB: 2_048).values.reduce(0, +) == 160)

            try lab.write(guests: Self.guest("current_ram: 512MiB, \(keys)"))
            let parts = try lab.plan().plan.changes.flatMap(\.parts)
            #expect(parts.allSatisfy { $0.when == "live" })
            let grown = try lab.apply()
            #expect(grown.status == 0 && !grown.all.contains("NP545"), "\(grown.all)")
            #expect(try Pools.size(cell: 0, pageKiB: 2_048) == 256)
            #expect(try Self.plugged(lab) == 262_144)
            #expect(try RunningQEMU(lab.name).hugePages(ofKiB: 2_048).values.reduce(0, +) == 256)
            #expect(try RunningQEMU(lab.name).process == process)
            let deep = try lab.program("verify", "site.yaml", "--deep")
            #expect(deep.status == 0 && deep.all.contains("512 MiB"), "\(deep.all)")
            let again = try lab.apply()
            #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again.all)")
            #expect(try lab.plan().status == 0)

            try lab.write(guests: Self.guest("current_ram: 256MiB, \(keys)"))
            let shrunk = try lab.apply("--allow-shrink", "--yes")
            #expect(shrunk.status == 0, "\(shrunk.all)")
            #expect(try Self.plugged(lab) == 0)
            #expect(try RunningQEMU(lab.name).hugePages(ofKiB: 2_048).values.reduce(0, +) == 128)

            let rolledBack = try run(
                Setup.program, ["rollback", "--yes", "--boot-file", lab.bootFile.path] + lab.safety, in: lab.folder)
            #expect(rolledBack.status == 0, "\(rolledBack.all)")
            try Self.wait(for: 262_144, lab)
            #expect(try RunningQEMU(lab.name).process == process)
        }

        @Test("is told as not plugged where the guest has no driver, and as changed by hand where somebody has")
        func deaf() throws {
            let lab = try Lab("grow-deaf")
            defer { lab.end() }
            try lab.write(guests: Self.guest("mem_page_size: small"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            try lab.write(guests: Self.guest("mem_page_size: small, current_ram: 512MiB"))
            let asked = try lab.apply()
            #expect(asked.status == 0, "\(asked.all)")
            #expect(
                asked.all.contains("NP545") && asked.all.contains("has plugged 0KiB of 256MiB so far"), "\(asked.all)")
            #expect(asked.all.contains("512 MiB of 768 MiB"), "\(asked.all)")
            #expect(try lab.plan().status == 0)
            let again = try lab.apply()
            #expect(again.output.contains("Nothing to do") && again.all.contains("NP545"), "\(again.all)")
            try virsh("update-memory-device", lab.name, "--live", "--requested-size", "128MiB")
            let planned = try lab.plan()
            #expect(planned.status == 2)
            let drift = try lab.apply()
            #expect(drift.status == 0 && drift.all.contains("from 128MiB to 256MiB"), "\(drift.all)")
            #expect(try lab.plan().status == 0)
        }
    }
}
