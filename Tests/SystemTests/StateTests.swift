import Foundation
import Testing

extension SystemTests {
    @Suite("state")
    struct State {
        static func guest(_ state: String) -> String {
            "  NAME: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB, accelerator: qemu, state: \(state)}"
        }

        @Test("shutoff fails honestly when the guest does not listen, and loses nothing")
        func deaf() throws {
            let lab = try Lab("deaf")
            defer { lab.end() }
            try lab.write(guests: Self.guest("running"))
            let made = try lab.apply()
            try #require(made.status == 0, "\(made.all)")
            let before = try FileState.all(definitionsOf: [lab.name], [lab.bootFile.path])
            let process = try RunningQEMU(lab.name).process

            try lab.write(guests: Self.guest("shutoff"))
            let refused = try lab.apply()
            #expect(refused.status == 15)
            let failed = try lab.apply("--yes", "--shutdown-timeout", "2")
            #expect(failed.status == 1)
            #expect(failed.errors.contains("the domain \(lab.name) did not shut down in time"))
            #expect(!failed.output.contains("Undone"), "nothing was done that could be put back")
            #expect(try RunningQEMU(lab.name).process == process)
            #expect(try FileState.all(definitionsOf: [lab.name], [lab.bootFile.path]) == before)

            // A QEMU that hangs takes no request at all, and libvirt waits for it without end.
            kill(Int32(process), SIGSTOP)
            let hung = try lab.apply("--yes", "--shutdown-timeout", "2")
            kill(Int32(process), SIGCONT)
            #expect(hung.status == 1 && hung.errors.contains("did not shut down in time"), "\(hung.all)")
            #expect(try FileState.all(definitionsOf: [lab.name], [lab.bootFile.path]) == before)

            try virsh("destroy", lab.name)
            let after = try lab.apply()
            #expect(after.status == 0)
            #expect(after.output.contains("Nothing to do"))
            #expect(try lab.plan().status == 0)
        }

        @Test("absent asks first, removes the definition, and the pages go back when that is allowed")
        func absent() throws {
            let lab = try Lab("absent")
            defer { lab.end() }
            let pools = try Pools.sizes()
            try lab.write(guests: Self.guest("shutoff"))
            try #require(try lab.apply().status == 0)
            let before = try FileState.all(definitionsOf: [lab.name], [lab.bootFile.path])
            let grown = try Pools.sizes()
            #expect(grown != pools)

            try lab.write(guests: Self.guest("absent"))
            let refused = try lab.apply()
            #expect(refused.status == 15)
            #expect(refused.errors.contains("NP603"))
            #expect(try FileState.all(definitionsOf: [lab.name], [lab.bootFile.path]) == before)
            #expect(try Pools.sizes() == grown)

            #expect(try lab.apply("--yes").status == 0)
            #expect(try lab.domains() == [])
            #expect(try Pools.sizes() == grown, "pools shrink only when that is allowed")

            #expect(try lab.apply("--allow-shrink").status == 15)
            #expect(try Pools.sizes() == grown)
            let shrunk = try lab.apply("--allow-shrink", "--yes")
            #expect(shrunk.status == 0, "\(shrunk.all)")
            #expect(try Pools.sizes() == pools)
            #expect(try lab.plan("--allow-shrink").status == 0)
        }
    }
}
