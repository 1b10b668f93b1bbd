import Foundation
import Testing

extension SystemTests {
    @Suite("Hostile surroundings")
    struct Hostile {
        /// What a shell would do something about.
        private static let suffix = " $(touch owned) `touch owned` ; touch owned | & <b> \\"

        @Test("names reach libvirt as they are, and no shell")
        func names() throws {
            let lab = try Lab("names")
            defer { lab.end() }
            let name = lab.name + Self.suffix
            try lab.write(guests: "  '\(name)': {vcpus: 1, ram: 64MiB, accelerator: qemu, autostart: true}")
            let uri = "qemu:///embed?root=\(lab.folder.path)/root"
            let applied = try lab.apply("--connect", uri, "--confirm-within", "2s")
            #expect(applied.status == 0, "\(applied.all)")
            #expect(FileManager.default.fileExists(atPath: "\(lab.folder.path)/root/etc/qemu/\(name).xml"))
            try lab.awaitTimer()
            #expect(!FileManager.default.fileExists(atPath: "\(lab.folder.path)/root/etc/qemu/\(name).xml"))
            let files = try FileManager.default.subpathsOfDirectory(atPath: lab.folder.path)
            #expect(!files.contains { $0.hasSuffix("owned") }, "\(files)")
            #expect(!FileManager.default.fileExists(atPath: "/owned"))
        }

        /// What is planted, by the path below the lab's folder, and the arguments that would write there.
        static let plants: [(String, [String])] = [
            ("lock", ["apply", "site.yaml"]), ("state", ["apply", "site.yaml"]),
            ("boot.json", ["apply", "site.yaml"]), ("plan.json", ["plan", "site.yaml", "--out", "plan.json"]),
        ]

        @Test("planted links are not written through", arguments: plants.indices)
        func links(index: Int) throws {
            let (plant, words) = Self.plants[index]
            let lab = try Lab("links")
            defer { lab.end() }
            let victim = lab.folder.appending(path: "victim")
            if plant == "state" {
                try FileManager.default.createDirectory(at: victim, withIntermediateDirectories: true)
            } else {
                try "precious".write(to: victim, atomically: true, encoding: .utf8)
            }
            try FileManager.default.createSymbolicLink(
                at: lab.folder.appending(path: plant), withDestinationURL: victim)
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu}")
            let uri = "qemu:///embed?root=\(lab.folder.path)/root"
            let files = words[0] == "apply" ? ["--boot-file", lab.bootFile.path] + lab.safety : []
            _ = try run(Setup.program, words + ["--connect", uri] + files, in: lab.folder)
            if plant == "state" {
                #expect(try FileManager.default.contentsOfDirectory(atPath: victim.path) == [])
            } else {
                #expect(try String(contentsOf: victim, encoding: .utf8) == "precious")
            }
        }

        @Test("what only reads runs as nobody")
        func nobody() throws {
            let lab = try Lab("nobody")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu}")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: lab.folder.path)
            // The program may be where nobody else may look.
            let program = lab.folder.appending(path: "program").path
            try FileManager.default.copyItem(atPath: Setup.program, toPath: program)
            let facts = try lab.program("facts", "--no-libvirt", "--format", "json")
            try lab.write(facts.output, to: "facts.json")
            let drop = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", program]
            for words in [
                ["facts", "--no-libvirt"], ["validate", "site.yaml"], ["plan", "site.yaml", "--facts", "facts.json"],
                ["plan", "site.yaml", "--root", "/"], ["render", "site.yaml", "--facts", "facts.json"],
                ["explain", "NP304"], ["apply", "site.yaml", "--facts", "facts.json", "--dry-run"],
                ["status", "site.yaml", "--facts", "facts.json"],
            ] {
                let ended = try run("setpriv", drop + words, in: lab.folder)
                #expect(ended.status == 0, "\(words): \(ended.all)")
            }
            let refused = try run("setpriv", drop + ["apply", "site.yaml", "--root", "/"] + lab.safety, in: lab.folder)
            #expect(refused.status == 77, "\(refused.all)")
        }
    }
}
