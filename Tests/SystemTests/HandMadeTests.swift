import Foundation
import Testing

extension SystemTests {
    /// Ten domains as people made them by hand, eight of them running: taken over without any of them noticing.
    @Suite("A host of hand-made domains")
    struct HandMade {
        /// By the end of the name: what the domain has beside a name, a serial port and 64 MiB where nothing else is said.
        private static let domains: [(name: String, rest: String)] = [
            (
                "pinned",
                """
                <memory unit='MiB'>64</memory><vcpu>1</vcpu>
                <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>
                <cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='0'/></cputune>
                <numatune><memory mode='strict' nodeset='0'/></numatune>
                """
            ),
            (
                "cpuset",
                """
                <memory unit='MiB'>64</memory><vcpu placement='static' cpuset='0-1'>2</vcpu>
                <numatune><memory mode='strict' nodeset='0'/></numatune>
                """
            ),
            (
                "balloon",
                "<memory unit='MiB'>96</memory><currentMemory unit='MiB'>64</currentMemory><vcpu>1</vcpu>"
            ),
            ("plugged", "<memory unit='MiB'>64</memory><vcpu placement='static' current='1'>2</vcpu>"),
            (
                "iothreads",
                """
                <memory unit='MiB'>64</memory><vcpu>1</vcpu><iothreads>2</iothreads>
                <cputune><iothreadpin iothread='1' cpuset='0'/><iothreadpin iothread='2' cpuset='1'/></cputune>
                """
            ),
            (
                "nvram",
                """
                <memory unit='MiB'>64</memory><vcpu>1</vcpu>
                """
            ),
            (
                "memfd",
                """
                <memory unit='MiB'>64</memory><vcpu>2</vcpu>
                <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
                <cpu><numa><cell id='0' cpus='0-1' memory='64' unit='MiB' memAccess='shared'/></numa></cpu>
                """
            ),
            ("kept", "<memory unit='MiB'>64</memory><vcpu>1</vcpu>"),
            ("off", "<memory unit='MiB'>64</memory><vcpu>1</vcpu>"),
            ("passing", "<memory unit='MiB'>64</memory><vcpu>1</vcpu>"),
        ]

        /// What the kernel says of a running guest.
        private struct Seen: Equatable {
            var process: Int
            var vcpus: [Int: String]
            var emulator: String
            var pages: [Int: Int]

            init(_ domain: String) throws {
                let qemu = try RunningQEMU(domain)
                process = qemu.process
                vcpus = try qemu.vcpuAffinity()
                emulator = try qemu.emulatorAffinity()
                pages = try qemu.hugePages(ofKiB: 2_048)
            }
        }

        /// Defines all, and starts those that run.
        private func make(_ lab: Lab) throws {
            try Pools.set(32, Pools.folder(cell: 0, pageKiB: 2_048))
            for flash in ["code.fd", "vars.fd"] {
                try Data(repeating: 0xFF, count: 4 << 20).write(to: lab.folder.appending(path: flash))
            }
            for (name, rest) in Self.domains {
                let folder = lab.folder.path
                let loader =
                    name == "nvram"
                    ? "<loader readonly='yes' type='pflash'>\(folder)/code.fd</loader><nvram>\(folder)/vars.fd</nvram>"
                    : ""
                try lab.write(
                    """
                    <domain type='qemu'><name>NAME-\(name)</name>\(rest)
                      <os><type arch='x86_64' machine='q35'>hvm</type>\(loader)</os><features><acpi/></features>
                      <devices><serial type='null'/></devices></domain>
                    """, to: "\(name).xml")
                let file = lab.folder.appending(path: "\(name).xml").path
                guard name != "passing" else {
                    try virsh("create", file)
                    continue
                }
                try virsh("define", file)
                if name == "kept" {
                    try lab.write(
                        """
                        <domainsnapshot><name>kept</name><state>shutoff</state><creationTime>1</creationTime>\
                        \(try virsh("dumpxml", "--inactive", "NAME-kept".replacing("NAME", with: lab.name)))\
                        </domainsnapshot>
                        """, to: "snapshot.xml")
                    let snapshot = lab.folder.appending(path: "snapshot.xml").path
                    try virsh("snapshot-create", "\(lab.name)-kept", "--redefine", "--xmlfile", snapshot)
                }
                if name != "off" { try virsh("start", "\(lab.name)-\(name)") }
            }
        }

        private func see(_ lab: Lab) throws -> [String: Seen] {
            try Self.domains.filter { $0.name != "off" }.reduce(into: [:]) { seen, domain in
                seen[domain.name] = try Seen("\(lab.name)-\(domain.name)")
            }
        }

        @Test("is taken over in one step that no guest notices; then one is resized, and one pinned elsewhere")
        func takeOver() throws {
            let lab = try Lab("hand")
            defer {
                _ = try? virsh("snapshot-delete", "\(lab.name)-kept", "--metadata", "kept")
                _ = try? virsh("destroy", "\(lab.name)-passing")
                _ = try? virsh("destroy", "\(lab.name)-nvram")
                _ = try? virsh("undefine", "\(lab.name)-nvram", "--keep-nvram")
                lab.end()
            }
            try make(lab)
            let before = try see(lab)
            #expect(before["pinned"]?.pages == [0: 32] && before["pinned"]?.vcpus == [0: "1"])

            let imported = try lab.program("import", "--all", "--site", "np-sys")
            try #require(imported.status == 0, "\(imported.all)")
            #expect(imported.errors.contains("\(lab.name)-passing") && imported.errors.contains("transient"))
            var site = imported.output.replacing(#/hosts:\n  [^:]+:/#, with: "hosts:\n  \(Lab.machine):")
            try lab.write(site, to: "site.yaml")
            let (_, plan) = try lab.plan()
            #expect(plan.unplaced.isEmpty && plan.changes.count == Self.domains.count - 1, "\(site)")
            #expect(plan.changes.allSatisfy { $0.parts.allSatisfy { $0.path == "metadata" } }, "\(plan.changes)")

            let adopted = try lab.apply("--yes")
            try #require(adopted.status == 0, "\(adopted.all)")
            #expect(try see(lab) == before)
            #expect(try lab.plan().status == 0)
            #expect(try lab.apply().output.contains("Nothing to do"))
            #expect(try lab.program("verify", "site.yaml", "--deep").status == 0)

            site = site.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
                if line.contains("\(lab.name)-off:") { return String(line).replacing("64MiB", with: "96MiB") }
                guard line.contains("\(lab.name)-cpuset:") else { return String(line) }
                let rest = line.replacing(#/, vcpu_cpus: [^,}]+/#, with: "").dropLast()
                return "\(rest), vcpu_pins: {0: 1, 1: 0-1}}"
            }.joined(separator: "\n")
            try lab.write(site, to: "site.yaml")
            let changed = try lab.apply("--yes")
            #expect(changed.status == 0, "\(changed.all)\(site)")
            var after = before
            after["cpuset"]?.vcpus = [0: "1", 1: "0-1"]
            #expect(try see(lab) == after)
            #expect(try lab.definition("\(lab.name)-off").contains("<memory unit='KiB'>98304</memory>"))
            #expect(try lab.plan().status == 0)
        }
    }
}
