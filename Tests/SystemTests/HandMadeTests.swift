import Foundation
import Testing

extension SystemTests {
    /// Ten domains as people made them by hand, nine of them running: taken over without any of them noticing.
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
            ("uefi", "<memory unit='MiB'>128</memory><vcpu>1</vcpu>"),
            (
                "virtiofs",
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
            /// When the process began, in clock ticks since the kernel did.
            var start: String
            var vcpus: [Int: String]
            var ioThreads: [Int: String]
            var emulator: String
            var pages: [Int: Int]
            /// The daemons that serve the guest's shared folders.
            var daemons: [String]

            init(_ domain: String) throws {
                let qemu = try RunningQEMU(domain)
                process = qemu.process
                start = try qemu.start()
                vcpus = try qemu.vcpuAffinity()
                ioThreads = try qemu.ioThreadAffinity()
                emulator = try qemu.emulatorAffinity()
                pages = try qemu.hugePages(ofKiB: 2_048)
                daemons = try qemu.folderDaemons()
            }
        }

        /// Defines all, and starts those that run.
        private func make(_ lab: Lab) throws {
            try Pools.set(32, Pools.folder(cell: 0, pageKiB: 2_048))
            try FileManager.default.createDirectory(
                at: lab.folder.appending(path: "share"), withIntermediateDirectories: true)
            for (name, rest) in Self.domains {
                let share = lab.folder.appending(path: "share").path
                let folder =
                    """
                    <filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/>\
                    <source dir='\(share)'/><target dir='share'/></filesystem>
                    """
                try lab.write(
                    """
                    <domain type='qemu'><name>NAME-\(name)</name>\(rest)
                      <os \(name == "uefi" ? "firmware='efi'" : "")><type arch='x86_64' machine='q35'>hvm</type></os>
                      <features><acpi/></features>
                      <devices>\(name == "virtiofs" ? folder : "")<serial type='null'/></devices></domain>
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

        /// A definition's elements of one name, as they stand.
        private func elements(_ name: String, of domain: String, in lab: Lab) throws -> [Substring] {
            let text = try lab.definition("\(lab.name)-\(domain)")
            return text.matches(of: try Regex("(?s)<\(name)[ >].*?</\(name)>")).map { text[$0.range] }
        }

        /// What must stay of the domains with firmware and shared folders when they are changed.
        private func devices(_ lab: Lab) throws -> [[Substring]] {
            try ["os", "devices", "memoryBacking", "features"].flatMap { name in
                try ["uefi", "virtiofs"].map { try elements(name, of: $0, in: lab) }
            }
        }

        /// The file of the UEFI guest's variables: where libvirt made it, and which file it is.
        private func variables(_ lab: Lab) throws -> (path: String, inode: Int) {
            let running = try virsh("dumpxml", "\(lab.name)-uefi")
            let path = String(try #require(running.firstMatch(of: #/<nvram[^>]*>([^<]+)</#)).1)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (path, try #require(attributes[.systemFileNumber] as? Int))
        }

        /// The site, with other keys for some guests. Each guest is a line.
        private func edit(_ site: String, in lab: Lab, _ edits: [String: (String) -> String]) -> String {
            site.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                let guest = edits.keys.first { line.contains("\(lab.name)-\($0):") }
                return guest.flatMap { edits[$0]?(String(line)) } ?? String(line)
            }.joined(separator: "\n")
        }

        @Test("is taken over in one step that no guest notices; then some are resized, and some pinned elsewhere")
        func takeOver() throws {
            let lab = try Lab("hand")
            defer { lab.end() }
            try make(lab)
            let (before, parts, flash) = (try see(lab), try devices(lab), try variables(lab))
            #expect(before["pinned"]?.pages == [0: 32] && before["pinned"]?.vcpus == [0: "1"])
            #expect(before["virtiofs"]?.daemons.isEmpty == false && before["iothreads"]?.ioThreads == [1: "0", 2: "1"])

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
            #expect(try see(lab) == before && devices(lab) == parts)
            #expect(try lab.plan().status == 0)
            #expect(try lab.apply().output.contains("Nothing to do"))
            #expect(try lab.program("verify", "site.yaml", "--deep").status == 0)

            site = edit(
                site, in: lab,
                [
                    "off": { $0.replacing("64MiB", with: "96MiB") },
                    "uefi": { $0.replacing("128MiB", with: "160MiB").dropLast() + ", vcpu_pins: {0: 1}}" },
                    "virtiofs": { $0.dropLast() + ", vcpu_pins: {0: 0, 1: 1}}" },
                    "cpuset": {
                        $0.replacing(#/, vcpu_cpus: [^,}]+/#, with: "").dropLast() + ", vcpu_pins: {0: 1, 1: 0-1}}"
                    },
                ])
            try lab.write(site, to: "site.yaml")
            let changed = try lab.apply("--yes")
            #expect(changed.status == 0, "\(changed.all)\(site)")
            var after = before
            after["cpuset"]?.vcpus = [0: "1", 1: "0-1"]
            after["uefi"]?.vcpus = [0: "1"]
            after["virtiofs"]?.vcpus = [0: "0", 1: "1"]
            #expect(try see(lab) == after && devices(lab) == parts)
            #expect(try lab.definition("\(lab.name)-off").contains("<memory unit='KiB'>98304</memory>"))

            let (waiting, pending) = try lab.plan()
            #expect(waiting == 3 && pending.changes.isEmpty, "\(pending)")
            try virsh("destroy", "\(lab.name)-uefi")
            try virsh("start", "\(lab.name)-uefi")
            let info = try virsh("dominfo", "\(lab.name)-uefi")
            #expect(info.contains(#/Max memory: +163840 KiB/#), "\(info)")
            #expect(try variables(lab) == flash)
            #expect(try lab.plan().status == 0)
        }
    }
}
