import Foundation
import Testing

/// What apply is asked to do to a host, on which something may be already.
struct ApplyCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// What the host has before.
    var before: @Sendable (CommandHost) throws -> Void = { _ in }
    /// The guests of the site.
    let guests: [String]
    /// The host's entry.
    var host = "{}"
    /// Options of plan and apply.
    var options: [String] = []
    /// Options of the rollback.
    var back: [String] = []
    /// Whether it can be undone by itself: nothing was started or given back.
    var isReversible = true
    /// Looks at what became of it.
    let check: @Sendable (CommandHost.Look) -> Bool

    /// What of the options `plan` takes.
    var planned: [String] { options.filter { $0 != "--yes" } }

    /// A host as it is before, with the site written.
    func prepared() throws -> CommandHost {
        let host = try CommandHost()
        try before(host)
        try host.site(guests, host: self.host)
        return host
    }
}

extension ApplyCase {
    private static let small = "a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, base: base.xml"
    private static let near = "a: {vcpus: 2, ram: 64MiB, numa_nodes: 2, numa_placement: {0: 1, 1: 1}, base: base.xml"

    /// Brings a host to a site's guests beforehand.
    private static func applied(_ guests: String..., host entry: String = "{}")
        -> @Sendable (CommandHost) throws -> Void
    {
        { host in
            try host.site(guests, host: entry)
            let run = host.apply()
            try #require(run.status == 0, "\(run.errors)\(run.output)")
        }
    }

    /// A domain that nobody marked.
    private static func foreign(_ name: String, _ more: String = "") -> @Sendable (CommandHost) throws -> Void {
        { host in
            try host.libvirt.define(
                "<domain type='test'><name>\(name)</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu>\(more)"
                    + "<description>kept</description><os><type arch='i686'>hvm</type></os></domain>")
        }
    }

    private static let tuned = """
        <cputune><vcpupin vcpu='1' cpuset='2'/></cputune><numatune><memory mode='strict' nodeset='0-1'/></numatune>
        """

    private static let disks = """
        <devices><disk type='file' device='disk'><source file='/old'/><target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='disk'><source file='/hand'/><target dev='vdb' bus='virtio'/></disk></devices>
        """

    static let all: [ApplyCase] = [
        ApplyCase(
            testDescription: "creates a guest", guests: ["\(small)}"],
            check: { $0.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='0-3'/>") == true }),
        ApplyCase(
            testDescription: "creates a guest with pages", guests: ["\(small), mem_page_size: 2MiB}"],
            check: { $0.pools == ["0/2048kB": 32, "1/2048kB": 0] && $0.bootFile?.contains("\"pages\" : 32") == true }),
        ApplyCase(
            testDescription: "keeps interrupts off the CPUs of a guest",
            guests: ["\(small), cpu_policy: dedicated}"], host: "{isolation: interrupts, housekeeping: 4-7}",
            check: { look in
                look.interrupt == "4-7" && look.bootFile?.contains("\"interrupts_off\" : \"0-1\"") == true
                    && look.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='1'/>") == true
            }),
        ApplyCase(
            testDescription: "keeps everything that can be elsewhere off the CPUs of a guest that asks for it",
            guests: ["\(small), cpu_policy: dedicated, isolation: full}"], host: "{housekeeping: 4-7}",
            check: { look in
                look.interrupt == "4-7" && look.workqueues == "000000f0"
                    && look.bootFile?.contains("\"programs_off\" : \"0-1\"") == true
                    && look.systemSettings?.hasSuffix("[Manager]\nCPUAffinity=\nCPUAffinity=4-7\n") == true
            }),
        ApplyCase(
            testDescription: "has systemd start programs on all CPUs again once nothing is isolated",
            before: applied("\(small), cpu_policy: dedicated, isolation: full}", host: "{housekeeping: 4-7}"),
            guests: ["\(small), cpu_policy: dedicated}"], host: "{housekeeping: 4-7}",
            check: { $0.systemSettings == nil && $0.domains["a"] != nil }),
        ApplyCase(
            testDescription: "gives CPUs and pages to an actor beside a guest, and confines its unit",
            guests: ["\(small), cpu_policy: dedicated}"],
            host: "{actors: {spdk: {cpus: 2, cell: 0, pages: {2MiB: 8}, unit: spdk.service}}}",
            check: { look in
                look.actors?.contains("\"cpus\" : \"0-1\"") == true && look.pools == ["0/2048kB": 8, "1/2048kB": 0]
                    && look.dropIn?.contains("CPUAffinity=0-1\nNUMAPolicy=bind\nNUMAMask=\nNUMAMask=0\n") == true
                    && look.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='5'/>") == true
            }),
        ApplyCase(
            testDescription: "gives an actor other CPUs, and writes the settings of its unit anew",
            before: applied(host: "{actors: {spdk: {cpus: 2, cell: 0, unit: spdk.service}}}"), guests: [],
            host: "{actors: {spdk: {cpus: 4-5, unit: spdk.service}}}",
            check: { look in
                look.actors?.contains("\"cpus\" : \"4-5\"") == true
                    && look.dropIn?.contains("CPUAffinity=4-5\n") == true
            }),
        ApplyCase(
            testDescription: "takes its CPUs from an actor that the site names no more, and releases its unit",
            before: applied(host: "{actors: {spdk: {cpus: 2, cell: 0, unit: spdk.service}}}"), guests: ["\(small)}"],
            check: { $0.actors == nil && $0.dropIn == nil && $0.domains["a"] != nil }),
        ApplyCase(
            testDescription: "creates a guest that does not see its cells",
            guests: ["\(small), guest_numa: hidden, mem_page_size: 2MiB}"],
            check: { look in
                let definition = look.domains["a"]?.definition ?? "memnode"
                return look.pools["0/2048kB"] == 32 && definition.contains("<memory mode='strict' nodeset='0'/>")
                    && !definition.contains("memnode") && !definition.contains("<numa>")
            }),
        ApplyCase(
            testDescription: "creates a guest whose memory comes from another cell than its CPUs",
            guests: ["\(small), numa_placement: {0: 0}, memory_cells: [1], mem_page_size: 2MiB}"],
            check: { look in
                look.pools == ["0/2048kB": 0, "1/2048kB": 32]
                    && look.domains["a"]?.definition.contains("<memnode cellid='0' mode='strict' nodeset='1'/>") == true
                    && look.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='0-3'/>") == true
            }),
        ApplyCase(
            testDescription: "creates a guest with two cells on one host cell",
            guests: ["a: {vcpus: 2, ram: 64MiB, numa_nodes: 2, numa_placement: {0: 1, 1: 1}, base: base.xml}"],
            check: { $0.domains["a"]?.definition.contains("<memnode cellid='1' mode='strict' nodeset='1'/>") == true }),
        ApplyCase(
            testDescription: "creates a guest that sees how far its cells are from each other",
            guests: ["\(near), guest_distances: host}"],
            check: { $0.domains["a"]?.definition.contains("<sibling id='1' value='11'/>") == true }),
        ApplyCase(
            testDescription: "takes the distances of a guest out of its definition",
            before: applied("\(near), guest_distances: host}"), guests: ["\(near), guest_distances: none}"],
            check: { $0.domains["a"]?.definition.contains("distances") == false }),
        ApplyCase(
            testDescription: "creates a guest that sees its CPUs as they are pinned",
            guests: ["\(small), cpu_policy: dedicated, cpu_topology: mirror}"],
            check: { $0.domains["a"]?.definition.contains("<cache level='3' mode='emulate'/>") == true }),
        ApplyCase(
            testDescription: "creates a guest that starts with the host", guests: ["\(small), autostart: true}"],
            check: { $0.domains["a"]?.autostarts == true && $0.domains["a"]?.runs == false }),
        ApplyCase(
            testDescription: "creates a guest and starts it", guests: ["\(small), state: running}"],
            back: ["--stop-started"], isReversible: false, check: { $0.domains["a"]?.runs == true }),
        ApplyCase(
            testDescription: "changes a definition", before: applied("\(small)}"),
            guests: ["\(small), cpu_policy: dedicated}"],
            check: { $0.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='1'/>") == true }),
        ApplyCase(
            testDescription: "puts a definition back that was changed by hand",
            before: { host in
                try applied("\(small)}")(host)
                try host.libvirt.edit("a", "<vcpupin vcpu='1' cpuset='0-3'/>", "<vcpupin vcpu='1' cpuset='2'/>")
            },
            guests: ["\(small)}"],
            check: { $0.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='0-3'/>") == true }),
        ApplyCase(
            testDescription: "sets autostart", before: applied("\(small)}"), guests: ["\(small), autostart: true}"],
            check: { $0.domains["a"]?.autostarts == true }),
        ApplyCase(
            testDescription: "starts a guest", before: applied("\(small)}"), guests: ["\(small), state: running}"],
            back: ["--stop-started"], isReversible: false, check: { $0.domains["a"]?.runs == true }),
        ApplyCase(
            testDescription: "adopts a domain", before: foreign("a"),
            guests: ["a: {adopt: true, vcpus: 2, ram: 64MiB, numa_nodes: 1}"], options: ["--yes"],
            check: { look in
                ["<description>kept</description>", "origin=\"adopted\"", "<memnode cellid='0'"].allSatisfy {
                    look.domains["a"]?.definition.contains($0) == true
                }
            }),
        ApplyCase(
            testDescription: "adopts a domain as it is", before: foreign("a", tuned), guests: ["a: {adopt: true}"],
            options: ["--yes"],
            check: { look in
                ["<description>kept</description>", "origin=\"adopted\"", "<vcpupin vcpu='1' cpuset='2'/>"].allSatisfy {
                    look.domains["a"]?.definition.contains($0) == true
                }
            }),
        ApplyCase(
            testDescription: "manages of an adopted domain what its entry names", before: foreign("a", tuned),
            guests: ["a: {adopt: true, current_ram: 32MiB, vcpu_pins: {0: 1}}"], options: ["--yes"],
            check: { look in
                [
                    "<currentMemory unit='KiB'>32768<", "<vcpupin vcpu='0' cpuset='1'/>",
                    "<vcpupin vcpu='1' cpuset='2'/>",
                    "<memory mode='strict' nodeset='0-1'/>",
                ].allSatisfy { look.domains["a"]?.definition.contains($0) == true }
            }),
        ApplyCase(
            testDescription: "adds the devices that the entry of an adopted domain names", before: foreign("a", disks),
            guests: [
                "a: {adopt: true, disks: [{path: /new}], interfaces: [{network: default}], kernel: /k, console: true}"
            ],
            options: ["--yes"],
            check: { look in
                [
                    "<source file='/old'/>", "<source file='/hand'/>", "<source file='/new'/>",
                    "<target dev='vdc' bus='virtio'/>", "<source network='default'/>", "<kernel>/k</kernel>",
                    "<console type='pty'>",
                ].allSatisfy { look.domains["a"]?.definition.contains($0) == true }
            }),
        ApplyCase(
            testDescription: "changes a disk that the entry of an adopted domain names",
            before: { host in
                try foreign("a", disks)(host)
                try host.site("a: {adopt: true, disks: [{path: /old}]}")
                try #require(host.apply(["--yes"]).status == 0)
            },
            guests: ["a: {adopt: true, disks: [{path: /new}]}"], options: ["--yes"],
            check: { look in
                let definition = look.domains["a"]?.definition ?? "/old"
                return definition.contains("/new") && definition.contains("/hand") && !definition.contains("/old")
            }),
        ApplyCase(
            testDescription: "changes a disk of a guest that runs, for its next start",
            before: { host in
                try foreign("a", disks)(host)
                try host.libvirt.start("a")
            },
            guests: ["a: {adopt: true, disks: [{path: /old, read_only: true}, {path: /new}]}"], options: ["--yes"],
            check: { look in
                let (definition, live) = (look.domains["a"]?.definition ?? "", look.domains["a"]?.live ?? "/new")
                return definition.contains("/new") && definition.contains("<readonly/>") && !live.contains("/new")
            }),
        ApplyCase(
            testDescription: "gives a guest from a base file a console", before: applied("\(small)}"),
            guests: ["\(small), console: true}"],
            check: { $0.domains["a"]?.definition.contains("<console type='pty'>") == true }),
        ApplyCase(
            testDescription: "changes the definition of an adopted domain that runs",
            before: { host in
                try foreign("a", tuned)(host)
                try host.libvirt.start("a")
            },
            guests: ["a: {adopt: true, ram: 32MiB}"], options: ["--yes"],
            check: { $0.domains["a"]?.definition.contains("<memory unit='KiB'>32768<") == true }),
        ApplyCase(
            testDescription: "sets the balloon of a guest that runs",
            before: { host in
                let balloon = "<devices><memballoon model='virtio'/></devices></domain>"
                try host.write(host.text("base.xml").replacing("</domain>", with: balloon), to: "base.xml")
                try applied("\(small)}")(host)
                try host.libvirt.start("a")
            },
            guests: ["\(small), current_ram: 32MiB}"], options: ["--yes"],
            check: { look in
                [look.domains["a"]?.definition, look.domains["a"]?.live].allSatisfy {
                    $0?.contains("<currentMemory unit='KiB'>32768<") == true
                }
            }),
        ApplyCase(
            testDescription: "plugs a vCPU into a guest that runs",
            before: { host in
                try applied("\(small), current_vcpus: 1}")(host)
                try host.libvirt.start("a")
            },
            guests: ["\(small)}"],
            check: { look in
                [look.domains["a"]?.definition, look.domains["a"]?.live].allSatisfy {
                    $0?.contains("<vcpu placement='static'>2</vcpu>") == true
                }
            }),
        ApplyCase(
            testDescription: "takes a vCPU out of a guest that runs",
            before: { host in
                try applied("\(small)}")(host)
                try host.libvirt.start("a")
            },
            guests: ["\(small), current_vcpus: 1}"],
            check: { look in
                [look.domains["a"]?.definition, look.domains["a"]?.live].allSatisfy {
                    $0?.contains("<vcpu placement='static' current='1'>2</vcpu>") == true
                }
            }),
        ApplyCase(
            testDescription: "defines a guest anew from its base file, which has changed",
            before: { host in
                try applied("\(small)}")(host)
                try host.write(host.text("base.xml").replacing("<os>", with: "<title>new</title><os>"), to: "base.xml")
            },
            guests: ["\(small)}"], options: ["--rebase", "a", "--yes"],
            check: { $0.domains["a"]?.definition.contains("<title>new</title>") == true }),
        ApplyCase(
            testDescription: "applies what an included file says",
            before: { try $0.write("guests: {b: {vcpus: 1, ram: 64MiB, base: base.xml, count: 2}}", to: "more.yaml") },
            guests: ["\(small)}\ninclude: [more.yaml]"],
            check: { $0.domains.keys.sorted() == ["a", "b-1", "b-2"] }),
        ApplyCase(
            testDescription: "applies a part of a site", before: applied("\(small), autostart: true}"),
            guests: [
                "\(small), cpu_policy: dedicated}", "b: {vcpus: 1, ram: 64MiB, base: base.xml}",
                "c: {vcpus: 1, ram: 64MiB, base: base.xml}",
            ],
            options: ["--only", "b"],
            check: { look in
                look.domains.keys.sorted() == ["a", "b"]
                    && look.domains["a"]?.definition.contains("<vcpupin vcpu='1' cpuset='0-3'/>") == true
            }),
        ApplyCase(
            testDescription: "removes a guest that is to be absent", before: applied("\(small), autostart: true}"),
            guests: ["a: {state: absent}"], options: ["--yes"], check: { $0.domains.isEmpty }),
        ApplyCase(
            testDescription: "prunes a guest that is no more in the site",
            before: applied("\(small)}", "b: {vcpus: 1, ram: 64MiB, base: base.xml}"),
            guests: ["b: {vcpus: 1, ram: 64MiB, base: base.xml}"], options: ["--prune-all", "--yes"],
            check: { $0.domains.keys.sorted() == ["b"] }),
        ApplyCase(
            testDescription: "grows a pool", before: { try $0.setPool(cell: 1, pages: 8) }, guests: [],
            host: "{pools: {2MiB: {cells: {1: 24}}}}", check: { $0.pools["1/2048kB"] == 24 }),
        ApplyCase(
            testDescription: "shrinks a pool", before: { try $0.setPool(cell: 1, pages: 80) }, guests: [],
            host: "{pools: {2MiB: {cells: {1: 24}}}}", options: ["--allow-shrink", "--yes"], isReversible: false,
            check: { $0.pools["1/2048kB"] == 24 }),
        ApplyCase(
            testDescription: "does all of it at once",
            before: { host in
                try applied("\(small), mem_page_size: 2MiB}", "gone: {vcpus: 1, ram: 64MiB, base: base.xml}")(host)
                try foreign("web")(host)
            },
            guests: [
                "\(small), mem_page_size: 2MiB, cpu_policy: dedicated, autostart: true}",
                "web: {adopt: true, vcpus: 2, ram: 64MiB, numa_nodes: 1}",
                "new: {vcpus: 1, ram: 128MiB, mem_page_size: 2MiB, base: base.xml}", "gone: {state: absent}",
            ],
            options: ["--yes"],
            check: { look in
                look.domains.keys.sorted() == ["a", "new", "web"] && look.pools.values.reduce(0, +) == 96
                    && look.domains["a"]?.autostarts == true
            }),
    ]

    static let reversible = all.filter(\.isReversible)
    static let oneWay = all.filter { !$0.isReversible }
}
