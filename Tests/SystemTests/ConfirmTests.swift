import Foundation
import Testing

extension SystemTests {
    @Suite("Confirmation")
    struct Confirmation {
        private static func guest(_ ram: String) -> String {
            "  NAME: {vcpus: 1, ram: \(ram), mem_page_size: 2MiB, accelerator: qemu}"
        }

        /// Applies, to be confirmed within that time.
        private func apply(_ lab: Lab, within time: String) throws {
            let applied = try lab.apply("--confirm-within", time)
            try #require(applied.status == 0, "\(applied.all)")
            #expect(applied.errors.contains("NP730"))
        }

        private func confirm(_ lab: Lab) throws -> Ended {
            try lab.program("confirm", "--lock-file", lab.lockFile.path, "--state-dir", lab.state.path)
        }

        /// As JSON: a text breaks long notes over several lines.
        private func history(_ lab: Lab) throws -> String {
            try lab.program("history", "--state-dir", lab.state.path, "--format", "json").output
        }

        /// Whether the history says so once the time is over.
        private func history(_ lab: Lab, says words: String) throws -> Bool {
            try lab.awaitTimer()
            return try history(lab).contains(words)
        }

        @Test("that does not come has everything put back, and nothing else is written meanwhile")
        func unconfirmed() throws {
            let lab = try Lab("unconfirmed")
            defer { lab.end() }
            let pools = try Pools.sizes()
            try lab.write(guests: Self.guest("64MiB"))
            try apply(lab, within: "3s")
            #expect(try lab.domains() == [lab.name])
            #expect(try Pools.sizes() != pools)
            let second = try lab.apply()
            #expect(second.status == 75 && second.errors.contains("NP730"), "\(second.all)")

            #expect(try history(lab, says: "not confirmed in time"))
            #expect(try lab.domains() == [])
            #expect(try Pools.sizes() == pools)
            let late = try confirm(lab)
            #expect(late.status == 14 && late.errors.contains("NP733"), "\(late.all)")
            #expect(try lab.apply().status == 0)
        }

        @Test("that comes keeps everything")
        func confirmed() throws {
            let lab = try Lab("confirmed")
            defer { lab.end() }
            try lab.write(guests: Self.guest("64MiB"))
            try apply(lab, within: "4s")
            let pools = try Pools.sizes()
            let confirmed = try confirm(lab)
            #expect(confirmed.status == 0, "\(confirmed.all)")
            #expect(try history(lab).contains("confirmed"))
            try lab.awaitTimer()
            #expect(try lab.domains() == [lab.name])
            #expect(try Pools.sizes() == pools)
            #expect(try lab.plan().plan.empty)
            #expect(try confirm(lab).status == 14)
        }

        @Test("is not waited for by the session: that may be killed")
        func killed() throws {
            let lab = try Lab("killed")
            defer { lab.end() }
            try lab.write(guests: Self.guest("64MiB"))
            try #require(try lab.apply().status == 0)
            try lab.write(guests: Self.guest("32MiB"))
            let before = try lab.definition(lab.name)
            let words = ([Setup.program] + lab.applyArguments + ["--confirm-within", "3s"])
                .map { "'\($0)'" }.joined(separator: " ")
            // The session's leader kills its whole group, itself included.
            let session = try run("setsid", ["--wait", "sh", "-c", "\(words); kill -9 0"], in: lab.folder)
            #expect(session.status != 0)
            #expect(try lab.definition(lab.name) != before)
            #expect(try history(lab, says: "not confirmed in time"))
            #expect(try lab.definition(lab.name) == before)
        }

        @Test("cannot be asked for where something leads one way")
        func oneWay() throws {
            let lab = try Lab("oneway")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu, state: running}")
            let refused = try lab.apply("--confirm-within", "3s")
            #expect(refused.status == 15)
            #expect(refused.errors.contains("NP731") && refused.errors.contains("start \(lab.name)"))
            #expect(try lab.domains() == [])
        }

        /// What systemd's own tools take for the sign that it runs; here nobody answers them.
        private static let sign = "/run/systemd/system"

        @Test(
            "that nobody would wait for has everything put back at once",
            .enabled(if: !FileManager.default.fileExists(atPath: sign), "systemd runs here"))
        func unarmed() throws {
            let lab = try Lab("unarmed")
            defer { lab.end() }
            let pools = try Pools.sizes()
            try FileManager.default.createDirectory(atPath: Self.sign, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: Self.sign) }
            try lab.write(guests: Self.guest("64MiB"))
            let applied = try lab.apply("--confirm-within", "1h")
            #expect(applied.status == 1, "\(applied.all)")
            #expect(applied.errors.contains("NP732") && applied.errors.contains("everything was rolled back"))
            #expect(try lab.domains() == [])
            #expect(try Pools.sizes() == pools)
            #expect(try history(lab).contains("rolled_back"))
            #expect(try confirm(lab).status == 14)
        }

        @Test("whose rollback cannot be done leaves the transaction open, with the reason")
        func stuck() throws {
            let lab = try Lab("stuck")
            defer { lab.end() }
            try lab.write(guests: Self.guest("64MiB"))
            try apply(lab, within: "2s")
            try virsh("start", lab.name)
            #expect(try history(lab, says: "the rollback failed"))
            #expect(try lab.domains() == [lab.name])
            let next = try lab.apply()
            #expect(next.status == 75, "\(next.all)")
        }
    }
}
