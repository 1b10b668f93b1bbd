import Foundation
import Testing

extension OnOneHost {
    @Suite("Before the first write")
    struct LookBeforeWriteTests {
        private static let guest = "c: {vcpus: 1, ram: 64MiB, base: base.xml, state: running}"

        /// A host on which `c` runs.
        private func host() throws -> CommandHost {
            let host = try CommandHost()
            try host.site(Self.guest)
            let run = host.apply()
            try #require(run.status == 0, "\(run.errors)\(run.output)")
            return host
        }

        @Test(
            "a guest with a snapshot is not shut down for a removal that libvirt would refuse",
            arguments: [(["c: {state: absent}"], ["--yes"]), ([], ["--yes", "--prune-all", "--stop-pruned"])])
        func snapshot(guests: [String], options: [String]) throws {
            let host = try host()
            try host.libvirt.makeSnapshot(of: "c")
            let facts = host.run(["facts", "--format", "json"] + host.here)
            #expect(facts.output.contains("\"snapshots\" : 1"), "\(facts.output)\(facts.errors)")
            try host.site(guests)
            let (before, transactions) = (try host.look(), try host.transactions().count)
            let apply = host.apply(options)
            #expect(apply.status == 15)
            #expect(apply.errors.contains("error NP530: guest 'c' has 1 snapshot"), "\(apply.output)\(apply.errors)")
            #expect(apply.errors.contains("virsh snapshot-delete c"))
            #expect(try host.look() == before)
            #expect(try host.transactions().count == transactions)
            let plan = host.plan(options.filter { $0 != "--yes" })
            #expect(plan.status == 15 && plan.errors.contains("NP530"), "\(plan.output)\(plan.errors)")
        }

        private static let shut = "c: {vcpus: 1, ram: 64MiB, base: base.xml}"
        private static let was = "c: {vcpus: 1, ram: 64MiB, base: base.xml, was: c-old}"

        /// A host on which `c` is shut off and was renamed by hand.
        private func renamed() throws -> CommandHost {
            let host = try CommandHost()
            try host.site(Self.shut)
            let run = host.apply()
            try #require(run.status == 0, "\(run.errors)\(run.output)")
            try host.libvirt.rename("c", to: "c-old")
            return host
        }

        @Test("a domain that was renamed by hand is not made a second time, nor pruned")
        func renamedByHand() throws {
            let host = try renamed()
            let before = try host.look()
            for options in [["--yes"], ["--yes", "--prune-all"]] {
                let run = host.apply(options)
                #expect(run.status == 15)
                #expect(run.errors.contains("NP532: guest 'c' is named 'c-old'"), "\(run.output)\(run.errors)")
                #expect(run.errors.contains("was: c-old") && !run.errors.contains("prune"))
                #expect(try host.look() == before)
            }
        }

        @Test("a domain gets its name back with was, once, and loses it with a rollback")
        func was() throws {
            let host = try renamed()
            try host.libvirt.setAutostart("c-old", true)
            let before = try host.look()
            try host.site(Self.was)
            let plan = host.plan(["--format", "json", "--detailed-exitcode"])
            #expect(plan.status == 2 && plan.output.contains("\"action\" : \"rename\""), "\(plan.output)\(plan.errors)")
            let run = host.apply()
            #expect(run.status == 0 && run.output.contains("renamed c-old to c"), "\(run.output)\(run.errors)")
            let after = try host.libvirt.domains()
            #expect(Array(after.keys) == ["c"])
            #expect(
                after["c"]?.definition
                    == before.domains["c-old"]?.definition.replacing("<name>c-old</name>", with: "<name>c</name>"))
            let again = host.apply()
            #expect(again.status == 0, "\(again.output)\(again.errors)")
            #expect(try host.libvirt.domains() == after && host.transactions().count == 2)
            let rollback = host.rollback(["--yes"])
            #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
            #expect(try host.libvirt.domains() == before.domains)
        }

        @Test("a saved plan renames, and is out of date once somebody else has")
        func savedRename() throws {
            let host = try renamed()
            try host.site(Self.was)
            let saved = host.plan(["--out", host.path("plan.json")])
            try #require(saved.status == 0, "\(saved.output)\(saved.errors)")
            try host.libvirt.rename("c-old", to: "third")
            let before = try host.look()
            #expect(host.apply(file: "plan.json").status == 14)
            #expect(try host.look() == before)
            try host.libvirt.rename("third", to: "c-old")
            let run = host.apply(file: "plan.json")
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            #expect(Array(try host.libvirt.domains().keys) == ["c"])
        }

        @Test("a running domain is not renamed, and nothing else is done either")
        func runningRename() throws {
            let host = try renamed()
            try host.libvirt.start("c-old")
            try host.site(Self.was, "d: {vcpus: 1, ram: 64MiB, base: base.xml}")
            let before = try host.look()
            let run = host.apply(["--yes"])
            #expect(run.status == 15 && run.errors.contains("NP533"), "\(run.output)\(run.errors)")
            #expect(try host.look() == before)
        }

        private static let disk = "disks: [{path: /nonexistent/a.img}]"

        @Test(
            "what a guest lacks is named, and no other guest is touched",
            arguments: [
                (["a: {vcpus: 1, ram: 64MiB, state: running, \(disk)}"], "NP534", "the disk vda, /nonexistent/a.img"),
                (
                    ["a: {vcpus: 1, ram: 64MiB, state: running, kernel: /nonexistent/k}"], "NP534",
                    "the kernel, /nonexistent/k"
                ),
                (
                    ["a: {vcpus: 1, ram: 64MiB, state: running, interfaces: [{network: nonet}]}"], "NP535",
                    "no network 'nonet'"
                ),
                (
                    ["a: {vcpus: 1, ram: 64MiB, state: running, interfaces: [{bridge: nobr9}]}"], "NP535",
                    "no bridge 'nobr9'"
                ),
                (
                    [
                        "a: {vcpus: 1, ram: 64MiB, disks: [{path: /etc/passwd}]}",
                        "b: {vcpus: 1, ram: 64MiB, disks: [{path: /etc/../etc/passwd}]}",
                    ], "NP539", "the disk of guest 'a'"
                ),
            ] as [([String], String, String)])
        func lacks(guests: [String], code: String, words: String) throws {
            let host = try host()
            let before = try host.look()
            try host.site([Self.guest] + ["z: {vcpus: 1, ram: 64MiB, base: base.xml}"] + guests)
            let run = host.apply(["--yes"])
            #expect(run.status == 15)
            #expect(run.errors.contains("error \(code): ") && run.errors.contains(words), "\(run.output)\(run.errors)")
            #expect(try host.look() == before)
        }
    }
}
