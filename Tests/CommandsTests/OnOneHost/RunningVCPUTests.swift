import Testing

extension OnOneHost {
    @Suite("the number of vCPUs of a guest that runs")
    struct RunningVCPUTests {
        private static func guest(_ more: String = "") -> String {
            "a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml\(more)}"
        }

        @Test("is shown with all that there can be by their name")
        func shown() throws {
            let host = try CommandHost()
            try host.site(Self.guest(", current_vcpus: 1"))
            try #require(host.apply().status == 0)
            try host.libvirt.start("a")
            try host.site(Self.guest())
            #expect(host.plan().output.contains("vcpu.current 1 -> all (live)"))
            let applied = host.apply()
            #expect(applied.output.contains("set the vCPUs of a from 1 to 2"), "\(applied.output)")
            try host.site(Self.guest(", current_vcpus: 1"))
            #expect(host.plan().output.contains("vcpu.current all -> 1 (live)"))
        }
    }
}
