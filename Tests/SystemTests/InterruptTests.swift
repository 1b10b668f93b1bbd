import Foundation
import Testing

extension SystemTests {
    /// On the interrupts of this machine's own devices.
    @Suite("isolation")
    struct Isolation {
        /// Where each interrupt of a driver may come, and those to come, by file.
        private func places() throws -> [String: String] {
            let files = FileManager.default
            var places = ["future": try text("/proc/irq/default_smp_affinity")]
            for number in try files.contentsOfDirectory(atPath: "/proc/irq") where Int(number) != nil {
                let names = try files.contentsOfDirectory(atPath: "/proc/irq/\(number)")
                var isFolder: ObjCBool = false
                let isUsed = names.contains {
                    files.fileExists(atPath: "/proc/irq/\(number)/\($0)", isDirectory: &isFolder) && isFolder.boolValue
                }
                if isUsed { places[number] = try text("/proc/irq/\(number)/smp_affinity_list") }
            }
            return places
        }

        private func text(_ path: String) throws -> String {
            try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private let guest = "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, cpu_policy: dedicated, accelerator: qemu}"
        private let host = "{cpus: {dedicated: '0', shared: '1'}, isolation: interrupts}"

        @Test("has this machine's interrupts keep off a guest's CPU, once, notices one that is back, and undoes it all")
        func interrupts() throws {
            let before = try places()
            try #require(
                before.count > 1 && before["future"] == "3", "the test is for a machine of two CPUs: \(before)")
            let lab = try Lab("irq")
            defer { lab.end() }
            try lab.write(guests: guest, host: host)
            let applied = try lab.apply()
            try #require(applied.status == 0, "\(applied.all)")
            let after = try places()
            // Those that the kernel manages are where they were, and named.
            let stayed = after.filter { $0.key != "future" && $0.value != "1" }
            #expect(after["future"]?.hasSuffix("2") == true && stayed.count < after.count - 1)
            for (number, place) in stayed {
                #expect(place == before[number])
                #expect(applied.errors.contains("(\(number))"), "\(applied.errors)")
            }
            let again = try lab.apply()
            #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again.all)")
            #expect(try lab.program("verify", "site.yaml").status == 0)

            let moved = try #require(after.keys.filter { $0 != "future" && stayed[$0] == nil }.min())
            try "0".write(toFile: "/proc/irq/\(moved)/smp_affinity_list", atomically: false, encoding: .utf8)
            let verified = try lab.program("verify", "site.yaml")
            #expect(verified.status == 2)
            #expect(verified.output.contains("interrupts \(moved): wanted on CPUs 1, found on dedicated ones"))
            let mended = try lab.apply()
            #expect(mended.status == 0, "\(mended.all)")
            #expect(try places() == after)

            // The unit leaves the program no capability at all.
            for (number, place) in before where stayed[number] == nil && number != "future" {
                try place.write(toFile: "/proc/irq/\(number)/smp_affinity_list", atomically: false, encoding: .utf8)
            }
            let booted = try run(
                "setpriv",
                [
                    "--inh-caps", "-all", "--bounding-set", "-all", "--no-new-privs", Setup.program, "boot",
                    "--boot-file", lab.bootFile.path,
                ])
            #expect(booted.status == 0, "\(booted.all)")
            #expect(try places() == after)

            let folder = lab.state.appending(path: "txn").path
            let transactions = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(transactions.count == 2, "the run that found nothing to do wrote nothing")
            for name in transactions.reversed() {
                let back = try lab.program(
                    "rollback", name, "--yes", "--state-dir", lab.state.path,
                    "--boot-file",
                    lab.bootFile.path)
                #expect(back.status == 0, "\(back.all)")
            }
            #expect(try places().filter { $0.value != before[$0.key] } == [:])
        }

        @Test("moves nothing as long as irqbalance would take it back")
        func balancer() throws {
            let before = try places()
            let lab = try Lab("irqbalance")
            defer { lab.end() }
            // Known by its name, as the kernel has it; what it would do does not matter here.
            let program = lab.folder.appending(path: "irqbalance")
            try FileManager.default.copyItem(atPath: "/usr/bin/sleep", toPath: program.path)
            func plan(_ environment: [String: String]) throws -> Ended {
                let process = Process()
                process.executableURL = program
                process.arguments = ["600"]
                process.environment = environment
                try process.run()
                defer {
                    kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                }
                return try lab.program("plan", "site.yaml")
            }
            try lab.write(guests: guest, host: host)
            let held = try plan([:])
            #expect(held.errors.contains("NP426") && held.errors.contains("IRQBALANCE_BANNED_CPULIST=0"), "\(held.all)")
            #expect(!held.output.contains("Isolation"))
            let told = try plan(["IRQBALANCE_BANNED_CPULIST": "0"])
            #expect(!told.errors.contains("NP426") && told.output.contains("Isolation"), "\(told.all)")
            #expect(try places() == before, "a plan changes nothing")
        }
    }
}
