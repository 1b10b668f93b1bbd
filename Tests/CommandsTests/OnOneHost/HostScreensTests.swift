import Foundation
import TestSupport
import Testing

extension OnOneHost {
    /// What an operator sees of the commands that change a host, one after the other.
    @Suite("Screens of a host")
    struct HostScreensTests {
        /// The commands that are shown here.
        static let commands = [
            "apply", "boot", "confirm", "doctor", "history", "plan", "rollback", "status", "verify",
        ]

        @Test("are as reviewed, and no wider than the terminal", arguments: [80, 140])
        func screens(width: Int) throws {
            let host = try CommandHost()
            try host.libvirt.define(
                "<domain type='test'><name>shop</name><memory unit='KiB'>131072</memory><vcpu>2</vcpu>"
                    + "<os><type arch='i686'>hvm</type></os></domain>")
            try host.libvirt.start("shop")
            try host.site(
                "a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, mem_page_size: 2MiB, base: base.xml, state: running}",
                "shop: {adopt: true, ram: 64MiB}")
            try host.write(
                "site: net\nhosts: {here: {}}\nguests: {b: {vcpus: 1, ram: 64MiB, numa_nodes: 1, base: base.xml}}\n",
                to: "net.yaml")
            let safety = ["--state-dir", host.stateFolder, "--lock-file", host.lockFile]
            let site = [host.path("site.yaml")] + host.here
            let steps: [(String, [String])] = [
                ("apply", ["apply"] + site + safety + ["--boot-file", host.bootFile]),
                ("apply --yes", ["apply"] + site + safety + ["--boot-file", host.bootFile, "--yes"]),
                ("apply, again", ["apply"] + site + safety + ["--boot-file", host.bootFile]),
                ("status", ["status"] + site + ["--state-dir", host.stateFolder]),
                ("verify", ["verify"] + site),
                ("boot", ["boot", "--root", host.root, "--boot-file", host.bootFile]),
                ("history", ["history"] + safety),
                (
                    "rollback --dry-run",
                    ["rollback", "--dry-run", "--stop-started"] + safety + ["--boot-file", host.bootFile]
                ),
                ("rollback --yes", ["rollback", "--yes", "--stop-started"] + safety + ["--boot-file", host.bootFile]),
                ("history, after", ["history"] + safety),
                (
                    "apply --confirm-within, of what cannot be undone alone",
                    ["apply"] + site + safety + ["--boot-file", host.bootFile, "--yes", "--confirm-within", "10m"]
                ),
                (
                    "apply --confirm-within",
                    ["apply", host.path("net.yaml")] + host.here + safety
                        + ["--boot-file", host.bootFile, "--yes", "--confirm-within", "10m"]
                ),
                (
                    "plan, before it is confirmed",
                    ["plan", host.path("net.yaml")] + host.here + ["--state-dir", host.stateFolder]
                ),
                ("confirm", ["confirm"] + safety), ("confirm, again", ["confirm"] + safety),
                ("doctor", ["doctor"] + site),
            ]
            #expect(Set(steps.map { $0.1[0] }) == Set(Self.commands))
            var text = ""
            for (name, arguments) in steps {
                let run = host.run(arguments, width: width)
                let shown = run.output + (run.errors.isEmpty ? "" : "---- standard error\n\(run.errors)")
                // In a rollback's table a path that differs from run to run sets the width of a column.
                let isLaidOut = !name.hasPrefix("rollback")
                text += "==== \(name), ends with \(run.status)\n\(told(shown, host, isLaidOut: isLaidOut))"
                for line in told(run.errors, host, isLaidOut: true).split(separator: "\n") {
                    #expect(isWithin(width, String(line)), "\(line)")
                }
                for line in told(run.output, host, isLaidOut: isLaidOut).split(separator: "\n") {
                    // What sums up is one line, whatever its width.
                    let isSum = line.hasPrefix("Plan: ") || line.hasPrefix("Rollback of ")
                    #expect(line.count <= width || isSum, "\(line)")
                }
            }
            try expectGolden(text, "host-\(width).txt")
        }

        /// The text with what differs from run to run made the same.
        private func told(_ text: String, _ host: CommandHost, isLaidOut: Bool) -> String {
            text.replacing(host.folder.path, with: "/run")
                .replacing(#/ {2,}/#) { isLaidOut ? String($0.output) : "  " }
                .replacing(/[0-9]{8}T[0-9]{6}\.[0-9]{3}Z/, with: "20260211T090000.000Z")
                .replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/, with: "2026-02-11T09:00:00Z")
                .replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}Z/, with: "2026-02-11 09:00Z")
        }
    }
}
