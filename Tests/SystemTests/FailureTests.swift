import Foundation
import Testing

extension SystemTests {
    @Suite("What cannot be done")
    struct Failure {
        /// A base that is well-formed XML and no domain that libvirt takes: it has no bus of this name.
        static let broken = """
            <domain type='qemu'><name>x</name><memory>1</memory><os><type arch='x86_64'>hvm</type></os><devices>
            <disk type='file' device='disk'><source file='/nowhere'/><target dev='vda' bus='nobus'/></disk></devices></domain>
            """

        @Test(
            "more pages than the kernel can grant: all pools are as before, and no domain is made",
            .enabled(if: FileManager.default.fileExists(atPath: Pools.folder(cell: 0, pageKiB: 1 << 20))))
        func shortPools() throws {
            let lab = try Lab("short")
            defer { lab.end() }
            let pools = try Pools.sizes()
            let pages = try gibibytesOfCell0()
            try lab.write(
                guests: """
                      NAME-big: {vcpus: 1, ram: \(pages)GiB, mem_page_size: 1GiB, accelerator: qemu, numa_placement: {0: 0}}
                      NAME-small: {vcpus: 1, ram: 4MiB, mem_page_size: 2MiB, accelerator: qemu, state: running}
                    """, host: "{reserved: {memory: 0MiB}}")
            try #require(try lab.plan().plan.verdict == "changes", "the planner cannot know that the kernel will not")
            let failed = try lab.apply("--grow-timeout", "10")
            #expect(failed.status == 11, "\(failed.all)")
            #expect(failed.output.contains("asked  granted"))
            #expect(failed.output.contains("hugepagesz=1G hugepages=0:\(pages)"))
            #expect(try Pools.sizes() == pools)
            #expect(try lab.domains() == [])
            #expect(!FileManager.default.fileExists(atPath: lab.bootFile.path))
        }

        @Test("a definition that libvirt refuses: its words are shown, and nothing is left behind")
        func refusedDefinition() throws {
            let lab = try Lab("refused")
            defer { lab.end() }
            let pools = try Pools.sizes()
            try lab.write(Self.broken, to: "broken.xml")
            try lab.write(
                guests: """
                      NAME-a: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu}
                      NAME-b: {vcpus: 1, ram: 64MiB, base: broken.xml}
                    """)
            let failed = try lab.apply()
            #expect(failed.status == 1)
            #expect(failed.errors.contains("could not define \(lab.name)-b"))
            #expect(failed.errors.contains("failed to validate"))
            #expect(!failed.all.contains("\u{FFFD}"), "libvirt's message has several lines")
            #expect(failed.output.contains("Rolled back"))
            #expect(try lab.domains() == [])
            #expect(try Pools.sizes() == pools)
            #expect(!FileManager.default.fileExists(atPath: lab.bootFile.path))
        }

        @Test(
            "a base file that is none: everything that is wrong is said, and nothing is done",
            arguments: [
                ("<domain type='qemu'><name>x", "is not the XML of a domain"), ("<network/>", "holds <network>"),
                (nil, "cannot read"),
            ] as [(String?, String)])
        func base(text: String?, message: String) throws {
            let lab = try Lab("base")
            defer { lab.end() }
            if let text { try lab.write(text, to: "base.xml") }
            try lab.write(
                guests: """
                      NAME-a: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu}
                      NAME-b: {vcpus: 1, ram: 64MiB, base: base.xml}
                    """)
            let pools = try Pools.sizes()
            let failed = try lab.apply("--yes")
            #expect(failed.status == 65)
            #expect(failed.errors.contains(message))
            #expect(failed.errors.contains("site.yaml:5:"))
            #expect(try lab.domains() == [])
            #expect(try Pools.sizes() == pools)
        }

        @Test("a guest that cannot start: what was started before it stays, with all it needs, and the report says so")
        func failedStart() throws {
            let lab = try Lab("nostart")
            defer { lab.end() }
            // There is such a file, which nothing but a start finds to be no image.
            try lab.write("no image", to: "disk.img")
            let disk = lab.folder.appending(path: "disk.img").path
            let base = Self.broken.replacing("nobus", with: "virtio").replacing("/nowhere", with: disk)
                .replacing("<source", with: "<driver name='qemu' type='qcow2'/><source")
            try lab.write(base, to: "nostart.xml")
            try lab.write(
                guests: """
                      NAME-a: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu, state: running}
                      NAME-b: {vcpus: 1, ram: 64MiB, base: nostart.xml, state: running}
                    """)
            let failed = try lab.apply()
            #expect(failed.status == 1)
            #expect(failed.errors.contains("could not start \(lab.name)-b"))
            // What QEMU says; libvirt knows only that it is gone where it ends before the first look at its log.
            #expect(failed.errors.contains("qcow2") || failed.errors.contains("monitor socket"))
            #expect(failed.output.contains("undefine \(lab.name)-b"))
            #expect(!failed.output.contains("undefine \(lab.name)-a"))
            #expect(failed.output.contains("the definition of \(lab.name)-a, for \(lab.name)-a"))
            #expect(failed.output.contains("is not as it was before"))
            #expect(try lab.domains() == ["\(lab.name)-a"])
            #expect(try RunningQEMU("\(lab.name)-a").hugePages(ofKiB: 2_048).values.reduce(0, +) == 32)
        }

        @Test("libvirt that does not answer")
        func unreachable() throws {
            let lab = try Lab("deadend")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu}")
            let pools = try Pools.sizes()
            let failed = try lab.apply("--connect", "qemu+unix:///system?socket=\(lab.folder.path)/none")
            #expect(failed.status == 69)
            #expect(failed.errors.contains("Failed to connect socket"))
            #expect(try Pools.sizes() == pools)
        }

        @Test("a lock that another apply holds")
        func busy() throws {
            let lab = try Lab("busy")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu}")
            let held = try run(
                "flock",
                [lab.lockFile.path, Setup.program] + lab.applyArguments + ["--lock-timeout", "0"], in: lab.folder)
            #expect(held.status == 75)
            #expect(held.errors.contains("is held by"))
            #expect(try lab.domains() == [])
        }

        @Test("a lock that cannot be made")
        func noLock() throws {
            let lab = try Lab("nolock")
            defer { lab.end() }
            try lab.write(guests: "  NAME: {vcpus: 1, ram: 64MiB, accelerator: qemu}")
            let missing = try lab.apply("--lock-file", "\(lab.folder.path)/missing/lock")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("No such file or directory"))
            #expect(!missing.errors.contains("root"), "being root would not help")
            #expect(try lab.domains() == [])
        }

        /// The memory of cell 0 in whole GiB: more than can be free, since something runs.
        private func gibibytesOfCell0() throws -> Int {
            let text = try String(contentsOfFile: "/sys/devices/system/node/node0/meminfo", encoding: .utf8)
            let words = text.split(whereSeparator: \.isWhitespace)
            guard let index = words.firstIndex(of: "MemTotal:"), let kib = Int(words[index + 1]) else {
                throw Broken(description: "cell 0 does not say how much memory it has")
            }
            return kib / (1 << 20)
        }
    }
}
