import Foundation
import Testing

extension SystemTests {
    @Suite("boot")
    struct Boot {
        @Test("reserves what apply compiled, and nothing on another machine")
        func reservation() throws {
            let lab = try Lab("boot")
            defer { lab.end() }
            try lab.write(
                guests: "  NAME: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu, numa_placement: {0: 0}}"
            )
            try #require(try lab.apply().status == 0)
            let wanted = try Pools.sizes()
            try Pools.empty()
            #expect(try Pools.sizes() != wanted)
            // The boot unit leaves the program no capability at all.
            let booted = try run(
                "setpriv",
                [
                    "--inh-caps", "-all", "--bounding-set", "-all", "--no-new-privs", Setup.program, "boot",
                    "--boot-file", lab.bootFile.path,
                ])
            #expect(booted.status == 0, "\(booted.all)")
            #expect(booted.output.contains("2MiB cell 0: asked 32, granted 32"))
            #expect(try Pools.sizes() == wanted)
            let again = try lab.program("boot", "--boot-file", lab.bootFile.path)
            #expect(again.status == 0)
            #expect(try Pools.sizes() == wanted)
            #expect(try lab.plan().status == 0)

            try Pools.empty()
            let empty = try Pools.sizes()
            let text = try String(contentsOf: lab.bootFile, encoding: .utf8)
            let other = text.replacing(/"cpus" *: *"[^"]*"/, with: "\"cpus\": \"0-1022\"")
            #expect(other != text)
            try lab.write(other, to: "other.json")
            let refused = try lab.program("boot", "--boot-file", lab.folder.appending(path: "other.json").path)
            #expect(refused.status == 10, "\(refused.all)")
            #expect(refused.errors.contains("cell 0"))
            #expect(try Pools.sizes() == empty)
        }
    }

    @Suite("Embedded libvirt")
    struct Embedded {
        @Test("applies once")
        func twice() throws {
            let lab = try Lab("embed")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, numa_nodes: 1, accelerator: qemu}")
            let uri = "qemu:///embed?root=\(lab.folder.path)/root"
            let first = try lab.apply("--connect", uri)
            #expect(first.status == 0, "\(first.all)")
            let definition = "\(lab.folder.path)/root/etc/qemu/\(lab.name).xml"
            let before = try FileState(definition)
            let second = try lab.apply("--connect", uri)
            #expect(second.status == 0, "\(second.all)")
            #expect(second.output.contains("Nothing to do"))
            #expect(try FileState(definition) == before)
            #expect(try lab.domains() == [], "the system's libvirt knows nothing of it")
        }

        /// A device of this machine that it does not use, by the first digits of its class.
        private static func idleClass() throws -> String? {
            let facts = try run(Setup.program, ["facts", "--no-libvirt", "--format", "json"])
            let document = try JSONSerialization.jsonObject(with: Data(facts.output.utf8)) as? [String: Any]
            let devices = (document?["pci"] as? [[String: Any]] ?? []).filter { $0["in_use"] == nil }
            return devices.compactMap { $0["class"] as? String }.first { !$0.hasPrefix("06") }
        }

        @Test("gives a device of a class once, and keeps it")
        func device() throws {
            guard let kind = try Self.idleClass() else { return }
            let lab = try Lab("embed-device")
            defer { lab.end() }
            try lab.write(
                guests: "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu, host_devices: [{class: '\(kind)'}]}")
            let uri = "qemu:///embed?root=\(lab.folder.path)/root"
            let first = try lab.apply("--connect", uri)
            #expect(first.status == 0, "\(first.all)")
            let definition = URL(filePath: "\(lab.folder.path)/root/etc/qemu/\(lab.name).xml")
            let text = try String(contentsOf: definition, encoding: .utf8)
            #expect(text.split(separator: "<hostdev mode=").count == 2 && text.contains("hostdev address="))
            let before = try FileState(definition.path)
            let second = try lab.apply("--connect", uri)
            #expect(second.status == 0 && second.output.contains("Nothing to do"), "\(second.all)")
            #expect(try FileState(definition.path) == before)
        }
    }
}
