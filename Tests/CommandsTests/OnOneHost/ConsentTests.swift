import Foundation
import Testing

extension OnOneHost {
    @Suite("What must be agreed to")
    struct ConsentTests {
        /// A running domain that nobody marked, bound to a cell.
        private static func foreign(_ host: CommandHost, cell: Int) throws {
            try host.libvirt.define(
                "<domain type='test'><name>web</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu>"
                    + "<numatune><memory mode='strict' nodeset='\(cell)'/></numatune>"
                    + "<os><type arch='i686'>hvm</type></os></domain>")
        }

        @Test("is all of it: a domain that is taken over and shut down needs both")
        func both() throws {
            let host = try CommandHost()
            try Self.foreign(host, cell: 0)
            try host.libvirt.start("web")
            try host.site("web: {adopt: true, vcpus: 2, ram: 64MiB, numa_nodes: 1, state: shutoff}")
            let run = host.apply(answer: "no")
            #expect(run.status == 15)
            #expect(run.errors.contains("guest/web: adopted, though not created by this site"))
            #expect(run.errors.contains("guest/web: shut down"))
            #expect(run.errors.hasSuffix("Cancelled; nothing was changed.\n"))
            #expect(run.output.contains("adopt, guest shutdown"))
            #expect(try host.libvirt.domains()["web"]?.runs == true)
            let json = host.plan(["--format", "json"]).output
            #expect(json.contains("\"kind\" : \"adopt\"") && json.contains("\"kind\" : \"stop\""))
            #expect(json.contains("\"disruption\" : \"guest\""))

            let limited = host.apply(["--yes", "--max-disruption", "live"])
            #expect(limited.status == 15 && limited.errors.contains("NP727"))
        }

        @Test("names a running guest that is taken over and moves, whose impact waits for its next start")
        func moving() throws {
            let host = try CommandHost()
            try Self.foreign(host, cell: 1)
            try host.libvirt.start("web")
            try host.site("web: {adopt: true, vcpus: 2, ram: 64MiB, numa_nodes: 1, numa_placement: {0: 0}}")
            let run = host.apply(answer: nil)
            #expect(run.status == 15)
            #expect(run.errors.contains("NP603"))
            #expect(run.errors.contains("guest/web: adopted, though not created by this site"))
            #expect(
                run.errors.contains("guest/web: moved to other cells while it runs; the move waits for its next start"))
            #expect(run.output.contains("at next start.") && !run.output.contains("impact: none"), "\(run.output)")
        }

        @Test("is asked of a removal, whose impact is a shutdown and no restart")
        func removal() throws {
            let host = try CommandHost()
            try host.site("a: {vcpus: 1, ram: 64MiB, base: base.xml, state: running}")
            try #require(host.apply().status == 0)
            try host.site("a: {state: absent}")
            let run = host.apply(answer: "")
            #expect(run.status == 15)
            #expect(run.output.contains("- a  remove, guest shutdown"))
            for sentence in ["guest/a: shut down", "guest/a: its definition is removed; its disks are kept"] {
                #expect(run.errors.contains(sentence), "\(run.errors)")
            }
            #expect(run.errors.hasSuffix("Cancelled; nothing was changed.\n"))
        }

        @Test("is one line for all guests of which it is said, and names each of them")
        func folded() throws {
            let host = try CommandHost()
            let names = (8...12).map { "vm\($0)" } + ["build", "db", "mail", "proxy", "web"]
            try host.site(names.map { "\($0): {vcpus: 1, ram: 64MiB, base: base.xml, state: running}" })
            try #require(host.apply().status == 0)
            try host.site(names.map { "\($0): {state: absent}" })
            let lines = host.apply(answer: "").errors.split(separator: "\n")
            let who = "  guest/build, guest/db, guest/mail, guest/proxy, guest/vm8 to guest/vm12,\n    guest/web (10): "
            #expect(
                lines.filter { $0.contains("guest/") }.joined(separator: "\n")
                    == "\(who)shut down\n\(who)its definition is removed; its disks are kept")
        }
    }
}
