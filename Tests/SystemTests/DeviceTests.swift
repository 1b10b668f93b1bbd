import Foundation
import Testing

extension SystemTests {
    @Suite("devices of a running guest")
    struct Devices {
        /// A machine whose slots QEMU serves itself, so that a guest without a system lets go of what was put into them.
        private static func guest(_ devices: String, state: String = "running") -> String {
            "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu, machine: pc-q35-6.0, state: \(state)\(devices)}"
        }

        private static let ports = 4

        /// The bridge that interfaces join.
        private static let bridge = "np-sys-br"

        /// A lab with a guest that runs, and a bridge.
        private static func lab(_ topic: String) throws -> Lab {
            let lab = try Lab(topic)
            _ = try run("ip", ["link", "add", bridge, "type", "bridge"])
            for name in ["a", "b"] {
                _ = try run("truncate", ["-s", "1M", lab.folder.appending(path: "\(name).raw").path])
            }
            do {
                try lab.write(guests: guest("", state: "shutoff"))
                try #require(lab.apply().status == 0)
                let more = (0..<ports).map { _ in "<controller type='pci' model='pcie-root-port'/>" }.joined()
                try lab.write(
                    lab.definition(lab.name).replacing("</devices>", with: "\(more)</devices>"), to: "ports.xml")
                try virsh("define", lab.folder.appending(path: "ports.xml").path)
                try lab.write(guests: guest(""))
                let applied = try lab.apply()
                guard applied.status == 0 else { throw Broken(description: applied.all) }
            } catch {
                end(lab)
                throw error
            }
            return lab
        }

        private static func end(_ lab: Lab) {
            lab.end()
            _ = try? run("ip", ["link", "del", bridge])
        }

        private static func devices(_ lab: Lab) -> String {
            ", disks: [{path: \(lab.folder.appending(path: "a.raw").path), format: raw}], "
                + "interfaces: [{bridge: \(bridge)}]"
        }

        /// How often a text is in what the guest runs with.
        private static func live(_ lab: Lab, _ text: String) throws -> Int {
            try virsh("dumpxml", lab.name).split(separator: text, omittingEmptySubsequences: false).count - 1
        }

        @Test("a disk and an interface are attached at once, once, and rolled back")
        func attached() throws {
            let lab = try Self.lab("attached")
            defer { Self.end(lab) }
            let process = try RunningQEMU(lab.name).process
            try lab.write(guests: Self.guest(Self.devices(lab)))
            let planned = try lab.plan()
            let parts = planned.plan.changes.flatMap(\.parts)
            #expect(!parts.isEmpty && parts.allSatisfy { $0.when == "live" }, "\(parts)")

            let applied = try lab.apply()
            #expect(applied.status == 0, "\(applied.all)")
            #expect(try Self.live(lab, "a.raw") == 1 && Self.live(lab, "<interface ") == 1)
            let definition = try lab.definition(lab.name)
            let address = try #require(definition.split(separator: "<mac address='").last?.prefix(17))
            #expect(try Self.live(lab, String(address)) == 1, "both have one hardware address")
            #expect(try RunningQEMU(lab.name).process == process)

            let again = try lab.apply()
            #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again.all)")
            #expect(try lab.plan().status == 0)

            let rolledBack = try run(Setup.program, ["rollback", "--yes"] + lab.safety, in: lab.folder)
            #expect(rolledBack.status == 0, "\(rolledBack.all)")
            #expect(try Self.live(lab, "a.raw") == 0 && Self.live(lab, "<interface ") == 0)
            #expect(try !lab.definition(lab.name).contains("a.raw"))
            #expect(try RunningQEMU(lab.name).process == process)
        }

        @Test("an interface is detached at once, a disk with consent, unless the guest booted from it")
        func detached() throws {
            let lab = try Self.lab("detached")
            defer { Self.end(lab) }
            let second = "{path: \(lab.folder.appending(path: "b.raw").path), format: raw}"
            let both = Self.devices(lab).replacing("}], interfaces", with: "}, \(second)], interfaces")
            try lab.write(guests: Self.guest(both))
            try #require(try lab.apply().status == 0)

            let first = Self.devices(lab).split(separator: ", interfaces")[0]
            try lab.write(guests: Self.guest(String(first)))
            #expect(try lab.apply().status == 15, "a disk goes only with consent")
            let applied = try lab.apply("--yes")
            #expect(applied.status == 0, "\(applied.all)")
            #expect(try Self.live(lab, "b.raw") == 0, "\(applied.all)")
            #expect(try Self.live(lab, "<interface ") == 0, "\(applied.all)")
            #expect(try Self.live(lab, "a.raw") == 1)
            #expect(try lab.plan().status == 0)

            try lab.write(guests: Self.guest(""))
            let kept = try lab.apply("--yes")
            #expect(kept.status == 0 && kept.all.contains("until its next start"), "\(kept.all)")
            #expect(try Self.live(lab, "a.raw") == 1, "the disk that it booted from waits for the next start")
        }

        @Test("a QEMU that hangs does not hold an apply that is interrupted, and the report says what may still come")
        func hung() throws {
            let lab = try Self.lab("hung")
            defer { Self.end(lab) }
            let before = try lab.definition(lab.name)
            let process = try RunningQEMU(lab.name).process
            try lab.write(guests: Self.guest(Self.devices(lab)))
            kill(Int32(process), SIGSTOP)
            let interrupt = "\"$@\" & sleep 3; kill -INT $!; wait $!"
            let shell = ["-c", interrupt, "bash", Setup.program]
            let applied = try run("bash", shell + lab.applyArguments, in: lab.folder)
            kill(Int32(process), SIGCONT)
            #expect(applied.all.contains("does not answer its monitor; it may still do this later"), "\(applied.all)")
            #expect(applied.status == 130, "\(applied.all)")
            #expect(try lab.definition(lab.name) == before)
        }

        @Test("two guests exchange their disks by a power cycle of both; one alone is refused before it is shut down")
        func exchanged() throws {
            let lab = try Lab("exchanged")
            defer { lab.end() }
            func guest(_ name: String, _ file: String) -> String {
                let disk = "disks: [{path: \(lab.folder.appending(path: "\(file).raw").path)}]"
                return "  \(name): {vcpus: 1, ram: 64MiB, accelerator: qemu, state: running, \(disk)}"
            }
            func write(_ first: String, _ second: String) throws {
                try lab.write(guests: guest(lab.name, first) + "\n" + guest(lab.name + "-b", second))
            }
            for name in ["a", "b"] {
                _ = try run("truncate", ["-s", "1M", lab.folder.appending(path: "\(name).raw").path])
            }
            try write("a", "b")
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            let process = try RunningQEMU(lab.name).process

            try write("b", "a")
            let off = ["--shutdown-timeout", "1", "--force-off", "--yes"]
            let one = try run(Setup.program, lab.applyArguments + off + ["--restart", lab.name], in: lab.folder)
            #expect(
                one.status == 15 && one.all.contains("NP539") && one.all.contains("--restart \(lab.name)-b"),
                "\(one.all)")
            #expect(try RunningQEMU(lab.name).process == process)

            let names = [lab.name, lab.name + "-b"]
            let both = try run(
                Setup.program, lab.applyArguments + off + names.flatMap { ["--restart", $0] }, in: lab.folder)
            #expect(both.status == 0, "\(both.all)")
            #expect(try virsh("dumpxml", names[0]).contains("b.raw"))
            #expect(try virsh("dumpxml", names[1]).contains("a.raw"))
        }

        @Test("what the machine has no port for waits for the next start, and the plan says so")
        func full() throws {
            let lab = try Self.lab("full")
            defer { Self.end(lab) }
            let many = (0..<Self.ports + 4).map { _ in "{bridge: \(Self.bridge)}" }.joined(separator: ", ")
            try lab.write(guests: Self.guest(", interfaces: [\(many)]"))
            let planned = try lab.plan()
            let times = Set(planned.plan.changes.flatMap(\.parts).map(\.when))
            #expect(times == ["live", "next_start"])
            let applied = try lab.apply()
            #expect(applied.status == 0, "\(applied.all)")
            let attached = try Self.live(lab, "<interface ")
            #expect(attached >= Self.ports && attached < Self.ports + 4)
            #expect(try lab.plan().status == 3)
        }
    }
}
