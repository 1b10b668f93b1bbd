import Foundation
import Testing

extension SystemTests {
    @Suite("verify")
    struct Verify {
        /// What `verify --format json` says, as far as the tests look.
        private struct Answer: Decodable {
            struct Guest: Decodable {
                struct Threads: Decodable {
                    var role: String
                    var id: Int?
                    var threads: [Int]
                    var allowed: String
                    var wanted: String?
                    var deviates: Bool
                }
                struct Memory: Decodable {
                    struct Pages: Decodable, Equatable {
                        var page_kib: Int
                        var host_cell: Int
                        var pages: Int
                    }
                    var cell: Int?
                    var memory_kib: Int
                    var resident_kib: Int
                    var remote_kib: Int
                    var remote_permille: Int
                    var pages: [Pages]
                }
                var name: String
                var process: Int?
                var deviates: Bool
                var threads: [Threads]
                var memory: [Memory]
                var unknown: [String]
            }
            struct Difference: Decodable {
                var address: String
                var path: String?
            }
            struct Interference: Decodable {
                struct Guest: Decodable {
                    struct Other: Decodable {
                        var kind: String
                        var name: String
                        var thread: Int?
                        var process: Int?
                        var cpus: String
                        var count: Int
                        var ran_us: Int?
                        var bound: Bool
                    }
                    var name: String
                    var cpus: String
                    var waited_us: Int
                    var others: [Other]
                }
                var window_ms: Int
                var guests: [Guest]
                var unknown: [String]
            }
            var differences: [Difference]
            var guests: [Guest]?
            var interference: Interference?
        }

        private func verify(_ lab: Lab, _ options: String...) throws -> (status: Int32, answer: Answer) {
            let ended = try run(Setup.program, ["verify", "site.yaml", "--format", "json"] + options, in: lab.folder)
            do {
                return (ended.status, try JSONDecoder().decode(Answer.self, from: Data(ended.output.utf8)))
            } catch {
                throw Broken(description: "verify ended with \(ended.status): \(ended.all) (\(error))")
            }
        }

        /// Moves a thread as an operator would who knows nothing of libvirt, out of its cpuset where it has one.
        private func move(thread: Int, to cpus: String) throws {
            let groups = try String(contentsOfFile: "/proc/\(thread)/cgroup", encoding: .utf8).split(separator: "\n")
            for group in groups {
                let fields = group.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(
                    String.init)
                let folder =
                    fields[1] == "cpuset" ? "/sys/fs/cgroup/cpuset" : fields[1].isEmpty ? "/sys/fs/cgroup" : nil
                guard let folder, fields[2] != "/" else { continue }
                let file = "\(folder)\(fields[2])/cpuset.cpus"
                if FileManager.default.fileExists(atPath: file) {
                    try "0-1".write(toFile: file, atomically: false, encoding: .utf8)
                }
            }
            let moved = try run("taskset", ["-p", "-c", cpus, "\(thread)"])
            try #require(moved.status == 0, "\(moved.all)")
        }

        private let base = """
            <domain type='qemu'>
              <memoryBacking><allocation mode='immediate'/></memoryBacking>
              <os><type arch='x86_64'>hvm</type></os>
            </domain>
            """

        @Test("finds memory of 4 KiB pages where it was put, and a thread that was moved by hand")
        func ordinaryPages() throws {
            let lab = try Lab("deep")
            defer { lab.end() }
            try lab.write(base, to: "base.xml")
            try lab.write(
                guests:
                    "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, cpu_policy: dedicated, base: base.xml, state: running}",
                host: "{cpus: {dedicated: '0', shared: '1'}}")
            #expect(try verify(lab).status == 2, "it is not there yet")
            let applied = try lab.apply()
            try #require(applied.status == 0, "\(applied.all)")
            let (status, answer) = try verify(lab, "--deep")
            let guest = try #require(answer.guests?.first)
            #expect(status == 0 && !guest.deviates && guest.unknown == [] && answer.differences.isEmpty)
            #expect(guest.process == (try RunningQEMU(lab.name)).process)
            #expect(guest.memory.map(\.memory_kib) == [65_536])
            #expect(guest.memory.map(\.resident_kib) == [65_536])
            #expect(guest.memory[0].pages == [.init(page_kib: 4, host_cell: 0, pages: 16_384)])
            #expect(guest.memory[0].remote_permille == 0)
            let vcpu = try #require(guest.threads.first { $0.role == "vcpu" })
            #expect(vcpu.id == 0 && vcpu.allowed == "0" && vcpu.wanted == "0")
            #expect(guest.threads.contains { $0.role == "emulator" && $0.allowed == "0" })

            try move(thread: vcpu.threads[0], to: "1")
            let found = try verify(lab, "--deep")
            #expect(found.status == 2 && found.answer.differences.isEmpty, "libvirt knows nothing of it")
            #expect(found.answer.guests?[0].threads.first { $0.role == "vcpu" }?.deviates == true)
            let text = try lab.program("verify", "site.yaml", "--deep", "--settle", "0")
            #expect(text.status == 2)
            #expect(text.errors.contains("NP420: \(lab.name): vCPU 0 may run on CPUs 1, not on the planned 0"))
            let hint = try #require(text.errors.firstMatch(of: /hint: (virsh vcpupin .*)/)?.output.1)
            let words = hint.split(separator: " ").map(String.init)
            #expect(try run(words[0], Array(words.dropFirst())).status == 0, "the hint works as it is")
            #expect(try verify(lab, "--deep").status == 0)
        }

        @Test("names who else runs on a guest's own CPU, but not the guest itself, nor the program")
        func others() throws {
            let lab = try Lab("deepothers")
            defer { lab.end() }
            try lab.write(
                guests:
                    "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, cpu_policy: dedicated, accelerator: qemu, state: running}",
                host: "{cpus: {dedicated: '0', shared: '1'}}")
            try #require(try lab.apply().status == 0)
            let busy = Process()
            busy.executableURL = URL(filePath: "/usr/bin/taskset")
            busy.arguments = ["-c", "0", "sh", "-c", "while :; do :; done"]
            try busy.run()
            defer {
                kill(busy.processIdentifier, SIGKILL)
                busy.waitUntilExit()
            }
            let (status, answer) = try verify(lab, "--deep", "--for", "2s")
            #expect(status == 0, "who else runs there is a warning, and no difference from the plan")
            let interference = try #require(answer.interference)
            #expect(interference.unknown == [] && interference.window_ms >= 2_000)
            let guest = try #require(interference.guests.first)
            #expect(interference.guests.count == 1 && guest.name == lab.name && guest.cpus == "0")
            let other = try #require(guest.others.first { $0.thread == Int(busy.processIdentifier) })
            #expect(other.name == "sh" && other.kind == "thread" && other.cpus == "0" && !other.bound)
            #expect(other.count > 0 && other.ran_us ?? 0 > 0)
            let emulator = try #require(answer.guests?.first?.process)
            #expect(!guest.others.contains { $0.process == emulator || $0.name == "numactl-plan" })
            let text = try lab.program("verify", "site.yaml", "--deep", "--for", "1s")
            #expect(text.output.contains("thread \(busy.processIdentifier) sh") && text.errors.contains("NP425"))
            let metrics = try lab.program("metrics", "site.yaml", "--deep", "--for", "1s")
            #expect(metrics.output.contains("numactl_plan_dedicated_cpu_wait_microseconds{guest=\"\(lab.name)\"}"))
            for wrong in [
                ["--for", "1s"], ["--deep", "--for", "2h"], ["--deep", "--for", "0s"], ["--deep", "--for", "1"],
            ] {
                #expect(try run(Setup.program, ["verify", lab.site.path] + wrong).status == 64, "\(wrong)")
            }
        }

        @Test("finds memory of 2 MiB pages by the name of its backend, cell by cell")
        func hugePages() throws {
            let lab = try Lab("deephuge")
            defer { lab.end() }
            try lab.write(
                guests: "  NAME: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu, state: running}")
            let applied = try lab.apply()
            try #require(applied.status == 0, "\(applied.all)")
            let (status, answer) = try verify(lab, "--deep")
            #expect(status == 0)
            // With no more than what the unit leaves it.
            let capabilities = "-all,+sys_ptrace,+dac_read_search"
            let unit = try run(
                "setpriv",
                [
                    "--inh-caps", "-all", "--bounding-set", capabilities, "--no-new-privs", Setup.program, "verify",
                    "--deep", lab.site.path,
                ])
            #expect(unit.status == 0, "\(unit.all)")
            let guest = try #require(answer.guests?.first)
            #expect(guest.memory.map(\.pages) == [[.init(page_kib: 2_048, host_cell: 0, pages: 32)]])
            #expect(guest.memory.map(\.cell) == [0])

            // Other pages wait for the next start: that is pending, and no difference of where the guest is.
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu, state: running}")
            #expect(try verify(lab).status == 2)
            let again = try lab.apply("--allow-shrink")
            #expect(again.status == 0, "\(again.all)")
            let pending = try verify(lab, "--deep")
            #expect(pending.status == 3)
            #expect(pending.answer.guests?[0].deviates == false)
        }

        @Test("says what an ordinary user cannot see, and does not call that fine")
        func unprivileged() throws {
            let lab = try Lab("deepuser")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu, state: running}")
            try #require(try lab.apply().status == 0)
            for folder in [lab.folder.path, lab.folder.appending(path: "site.yaml").path] {
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            }
            let program = "/tmp/\(lab.name)-program"
            try FileManager.default.copyItem(atPath: Setup.program, toPath: program)
            defer { try? FileManager.default.removeItem(atPath: program) }
            let ended = try run(
                "setpriv",
                ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, "verify", lab.site.path, "--deep"])
            #expect([69, 77].contains(ended.status), "\(ended.all)")
            if ended.status == 77 { #expect(ended.all.contains("NP423") || ended.all.contains("NP501")) }
        }
    }
}
