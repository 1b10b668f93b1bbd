import Foundation
import Testing

extension SystemTests {
    @Suite("apply")
    struct Apply {
        /// One guest of each kind: without topology, with a cell, in huge pages with a CPU of its own.
        static let guests = """
              NAME-plain: {vcpus: 1, ram: 64MiB, accelerator: qemu, state: running}
              NAME-cell: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu, state: running}
              NAME-huge: {vcpus: 1, ram: 64MiB, cpu_policy: dedicated, mem_page_size: 2MiB, accelerator: qemu, state: running}
            """

        @Test("puts memory and threads of running guests where the plan says")
        func placement() throws {
            let lab = try Lab("place")
            defer { lab.end() }
            try lab.write(guests: Self.guests)
            let applied = try lab.apply()
            try #require(applied.status == 0, "\(applied.all)")
            let (status, plan) = try lab.plan()
            #expect(status == 0)
            #expect(plan.empty)

            let huge = try plan.guest("\(lab.name)-huge")
            let hugeProcess = try RunningQEMU(huge.name)
            let hugeCell = try #require(huge.cells.first)
            #expect(try hugeProcess.hugePages(ofKiB: 2_048) == [hugeCell.host_cell: 32])
            #expect(try Pools.size(cell: hugeCell.host_cell, pageKiB: 2_048) >= 32)
            #expect(hugeCell.dedicated_vcpus == "0")

            for name in ["huge", "cell"] {
                let guest = try plan.guest("\(lab.name)-\(name)")
                let process = try RunningQEMU(guest.name)
                let pins = try #require(guest.cells.first).pins
                #expect(pins.count == 1)
                #expect(try process.vcpuAffinity() == [0: pins["0"]])
                #expect(try process.emulatorAffinity() == guest.emulator_cpus)
            }
            let own = try #require(hugeCell.pins["0"])
            let plain = try RunningQEMU("\(lab.name)-plain").vcpuAffinity()
            #expect(plain.count == 1)
            #expect(plain[0]?.split(whereSeparator: { ",-".contains($0) }).contains(Substring(own)) == false)
        }

        @Test("does nothing the second time: no definition, no pool, no boot file is written")
        func idempotence() throws {
            let lab = try Lab("twice")
            defer { lab.end() }
            try lab.write(guests: Self.guests + "\n  NAME-off: {vcpus: 1, ram: 64MiB, accelerator: qemu}")
            let first = try lab.apply()
            try #require(first.status == 0, "\(first.all)")
            let events = try EventLog(probe: "\(lab.name)-off")
            defer { events.end() }
            let domains = try lab.domains()
            #expect(domains.count == 4)
            let running = domains.filter { !$0.hasSuffix("-off") }
            let before = try FileState.all(definitionsOf: running, [lab.bootFile.path])
            let pools = try Pools.sizes()
            let name = try machineName()
            let told = try events.events {
                let second = try lab.apply()
                #expect(second.status == 0)
                #expect(second.output == "Nothing to do on \(name).\n")
                #expect(second.errors == "")
            }
            #expect(told == [])
            #expect(try FileState.all(definitionsOf: running, [lab.bootFile.path]) == before)
            #expect(try Pools.sizes() == pools)
        }

        @Test("opens nothing for writing the second time but its lock", .enabled(if: Strace.isThere))
        func systemCalls() throws {
            let lab = try Lab("strace")
            defer { lab.end() }
            try lab.write(
                guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, mem_page_size: 2MiB, accelerator: qemu}")
            let pool = "nr_hugepages"
            let first = try Strace.writes(lab)
            #expect(first.contains { $0.contains(pool) }, "the trace shows the first run's writes")
            #expect(first.contains { $0.contains("boot.json") })
            // The lock is opened in its folder, by its name alone.
            #expect(try Strace.writes(lab).filter { !$0.contains("\"\(lab.lockFile.lastPathComponent)\"") } == [])
        }
    }
}

/// The machine's host name.
func machineName() throws -> String {
    try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8).trimmingCharacters(in: .newlines)
}

/// The files that apply opens for writing, makes, renames or removes.
enum Strace {
    static let isThere = ["/usr/bin/strace", "/bin/strace"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static func writes(_ lab: Lab) throws -> [String] {
        let trace = lab.folder.appending(path: "trace")
        let calls = "openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
        let ended = try run(
            "strace", ["-f", "-qq", "-e", "trace=\(calls)", "-o", trace.path, Setup.program] + lab.applyArguments,
            in: lab.folder)
        guard ended.status == 0 else { throw Broken(description: ended.all) }
        return try String(contentsOf: trace, encoding: .utf8).split(separator: "\n").map(String.init).filter { line in
            let isOpen = line.contains(" open")
            let isHarmless = line.contains("/dev/null") || line.contains("/dev/tty")
            return !isHarmless
                && (!isOpen || line.contains("O_WRONLY") || line.contains("O_RDWR") || line.contains("O_CREAT"))
        }
    }
}
