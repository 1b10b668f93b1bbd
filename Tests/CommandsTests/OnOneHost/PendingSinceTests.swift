import Foundation
import Testing

extension OnOneHost {
    @Suite("What waits for a restart")
    struct PendingSinceTests {
        private static let site = "a: {adopt: true, ram: 32MiB}"

        private func host() throws -> CommandHost {
            let host = try CommandHost()
            try host.libvirt.define(
                "<domain type='test'><name>a</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu>"
                    + "<os><type arch='i686'>hvm</type></os></domain>")
            try host.libvirt.start("a")
            try host.site(Self.site)
            return host
        }

        @Test("has the time of the transaction that wrote it, in every form")
        func since() throws {
            let host = try host()
            let run = host.apply(["--yes"])
            try #require(run.status == 0, "\(run.errors)\(run.output)")
            let id = try #require(try host.transactions().first?.id)
            let minute =
                "\(id.prefix(4))-\(id.dropFirst(4).prefix(2))-\(id.dropFirst(6).prefix(2)) "
                + "\(id.dropFirst(9).prefix(2)):\(id.dropFirst(11).prefix(2))Z"
            let state = ["--state-dir", host.stateFolder]
            for command in [["status"], ["explain"]] {
                let shown = host.run(command + [host.path("site.yaml")] + host.here + state)
                #expect(shown.output.contains("64MiB -> 32MiB") && shown.output.contains(minute), "\(shown.output)")
            }
            let document = host.run(["status", host.path("site.yaml"), "--format", "json"] + host.here + state)
            #expect(document.output.contains("\"since\" : \"\(minute.prefix(10))T"), "\(document.output)")
            let metrics = host.run(["metrics", host.path("site.yaml")] + host.here + state)
            #expect(metrics.output.contains("pending_since_timestamp_seconds{guest=\"a\"} 1"), "\(metrics.output)")
        }

        @Test("has none where nobody knows: changed by hand, or the journals are elsewhere")
        func unknown() throws {
            let host = try host()
            try #require(host.apply(["--yes"]).status == 0)
            let elsewhere = host.run(
                ["status", host.path("site.yaml")] + host.here + ["--state-dir", host.path("elsewhere")])
            #expect(elsewhere.output.contains("64MiB -> 32MiB") && !elsewhere.output.contains("since"))
        }
    }
}
