import Diagnostics
import SiteFile
import TestSupport
import Testing

@Suite("Site file that is refused")
struct SiteRefusalTests {
    @Test(
        "for its form, at the right place",
        arguments: [
            ("▶[a]", .wrongType), ("▶a", .wrongType), ("▶guest: {}", .unknownKey), ("▶vcpus: 4", .unknownKey),
            ("guests: {a: {▶vcpu: 4, ram: 1GiB}}", .unknownKey),
            ("▶flavours: {f: {vcpus: 1}}\nguests: {a: {flavor: f}}", .unknownKey),
            ("guests: {a: {vcpus: 1, ram: 1GiB, ▶cpu_polcy: dedicated, cpu_thread_policy: require}}", .unknownKey),
            (guest("disks: [{▶pth: /x}]"), .unknownKey), (guest("interfaces: [{▶netwrok: n}]"), .unknownKey),
            ("guests: {a: {▶vcpu: 4, vcpus: 1, ram: 1GiB}}", .unknownKey), ("hosts: {a: {▶vcpus: 1}}", .unknownKey),
            ("flavors: {a: {cpu_topology: {▶dies: 2}}}", .unknownKey),
            ("hosts: {a: {pools: {▶size: 2MiB}}}", .unknownKey),
            ("guests: {a: {vcpus: 1, ram: 1GiB, ▶'': 1}}", .unknownKey),
            ("guests: {▶a: {}}", .missingKey), ("guests:\n  ▶a:\n", .missingKey),
            ("guests: {▶a: {ram: 1GiB}}", .missingKey),
            ("flavors: {f: {ram: 1GiB}}\nguests: {▶a: {flavor: f}}", .missingKey),
            ("hosts: {h: {reserved: {cells: {▶0: {}}}}}", .missingKey),
            ("hosts: {h: {pools: {▶2MiB: {}}}}", .missingKey),
            ("guests: ▶[a]", .wrongType), ("guests: {a: ▶x}", .wrongType),
            ("guests: {a: {▶vcpus: , ram: 1GiB}}", .wrongType), ("guests: {a: {vcpus: ▶[1], ram: 1GiB}}", .wrongType),
            ("guests: {a: {vcpus: 1, ram: ▶{a: 1}}}", .wrongType), (guest("disks: ▶/x"), .wrongType),
            (guest("▶numa_cells: []"), .wrongType), ("hosts: {h: {cpus: ▶0-3}}", .wrongType),
            ("guests: {a: {vcpus: ▶0, ram: 1GiB}}", .badNumber), ("guests: {a: {vcpus: ▶4097, ram: 1GiB}}", .badNumber),
            ("guests: {a: {vcpus: ▶'4', ram: 1GiB}}", .badNumber),
            ("guests: {a: {vcpus: ▶010, ram: 1GiB}}", .badNumber),
            ("guests: {a: {vcpus: ▶-1, ram: 1GiB}}", .badNumber), ("guests: {a: {vcpus: ▶1.5, ram: 1GiB}}", .badNumber),
            ("guests: {a: {vcpus: ▶99999999999999999999, ram: 1GiB}}", .badNumber),
            ("guests: {a: {vcpus: ▶٣, ram: 1GiB}}", .badNumber), ("guests: {a: {vcpus: ▶0x4, ram: 1GiB}}", .badNumber),
            (guest("numa_nodes: ▶0"), .badNumber), (guest("numa_nodes: 1, numa_placement: {▶a: 1}"), .badNumber),
            (guest("numa_nodes: 1, numa_placement: {0: ▶65536}"), .badNumber),
            ("hosts: {h: {pools: {2MiB: {cells: {▶-1: 4}}}}}", .badNumber),
            ("hosts: {h: {pools: {1GiB: {cells: {0: ▶1000000000}}}}}", .badNumber),
            ("guests: {a: {vcpus: 1, ram: ▶512}}", .badSize), ("guests: {a: {vcpus: 1, ram: ▶512MB}}", .badSize),
            ("guests: {a: {vcpus: 1, ram: ▶1.5GiB}}", .badSize), ("guests: {a: {vcpus: 1, ram: ▶8PiB}}", .badSize),
            ("guests: {a: {vcpus: 1, ram: ▶1025B}}", .badSize), ("guests: {a: {vcpus: 1, ram: ▶1KiB}}", .badSize),
            ("guests: {a: {vcpus: 1, ram: ▶-1GiB}}", .badSize), (guest("mem_page_size: ▶2048"), .badSize),
            (guest("mem_page_size: ▶huge"), .badSize), ("hosts: {h: {pools: {▶2048: {cells: {0: 1}}}}}", .badSize),
            ("hosts: {h: {reserved: {memory: ▶512}}}", .badSize),
            (guest("autostart: ▶yes"), .badBoolean), (guest("autostart: ▶'true'"), .badBoolean),
            (guest("autostart: ▶1"), .badBoolean),
            (guest("state: ▶runing"), .badChoice), (guest("numa_nodes: 1, numa_policy: ▶strikt"), .badChoice),
            (guest("cpu_mode: ▶custom"), .badChoice), ("hosts: {h: {placement: ▶fill}}", .badChoice),
            ("hosts: {h: {cpus: {shared: ▶3-1}}}", .badCPUList), ("hosts: {h: {cpus: {shared: ▶'0,,1'}}}", .badCPUList),
            ("hosts: {h: {cpus: {dedicated: ▶''}}}", .badCPUList),
            ("hosts: {h: {cpus: {dedicated: ▶0-99999}}}", .badCPUList),
            (guest("numa_cells: [{cpus: ▶a-b, ram: 8GiB}]"), .badCPUList),
            ("hosts: {h: {cpu_allocation_ratio: ▶0}}", .badRatio),
            ("hosts: {h: {cpu_allocation_ratio: ▶-1}}", .badRatio),
            ("hosts: {h: {ram_allocation_ratio: ▶1.0001}}", .badRatio),
            ("hosts: {h: {ram_allocation_ratio: ▶'1.5'}}", .badRatio),
            ("hosts: {h: {ram_allocation_ratio: ▶.inf}}", .badRatio),
        ] as [(String, DiagnosticCode)])
    func form(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test(
        "for its names and references, at the right place",
        arguments: [
            ("flavors: {m1: {vcpus: 1, ram: 1GiB}}\nguests: {a: {flavor: ▶m2}}", .unknownFlavor),
            ("guests: {a: {flavor: ▶m2}}", .unknownFlavor),
            ("hosts: {hv1: {}}\n" + guest("host: ▶hv2"), .unknownHost), (guest("host: ▶hv2"), .unknownHost),
            ("hosts: {a: {}, b: {}}\nguests: {▶g: {vcpus: 1, ram: 1GiB}}", .hostNotNamed),
            ("hosts: {a: {}, b: {}}\nguests: {▶g: {state: absent}}", .hostNotNamed),
            (guest("", name: "▶''"), .badName), (guest("", name: "▶a/b"), .badName),
            (guest("", name: "▶\"a\\nb\""), .badName),
            (guest("", name: "▶-a"), .badName), (guest("", name: "▶.a"), .badName),
            (guest("", name: "▶' a'"), .badName),
            (guest("", name: "▶" + String(repeating: "n", count: 201)), .badName),
            (guest("", name: "▶\"a\\u2028b\""), .badName), (guest("", name: "▶\"a\\0\""), .badName),
            (guest("count: 10", name: "▶" + String(repeating: "n", count: 199)), .badName),
            ("site: ▶a/b", .badName), ("hosts: {▶'': {}}", .badName), ("hosts: {h: {connect: ▶qemu}}", .badName),
            (guest("kernel: ▶boot/vmlinuz"), .badName), (guest("base: ▶''"), .badName),
            (guest("disks: [{path: ▶a.qcow2}]"), .badName), (guest("machine: ▶'q 35'"), .badName),
            (guest("interfaces: [{network: n, mac: ▶'01:00:5e:00:00:01'}]"), .badName),
            (guest("interfaces: [{network: n, mac: ▶'52:54:00:00:00'}]"), .badName),
            (guest("kernel: /k, cmdline: ▶\"a\\nb\""), .badName),
            (guest("interfaces: [{network: ▶a/b}]"), .badName), (guest("disks: [▶{bus: virtio}]"), .missingKey),
            (guest("interfaces: [▶{model: virtio}]"), .missingKey),
            (guest("initrd: ▶/i"), .missingKey), (guest("cmdline: ▶quiet"), .missingKey),
            (guest("interfaces: [{network: n, bridge: ▶b}]"), .conflictingKeys),
            (guest("adopt: true, base: ▶a.xml"), .conflictingKeys),
            (guest("adopt: true, ▶disks: []"), .conflictingKeys),
            (guest("base: a.xml, kernel: ▶/k"), .conflictingKeys),
            ("hosts: {h: {cpus: {dedicated: 0-3, shared: ▶3-4}}}", .conflictingKeys),
            ("hosts: {h: {pools: {2MiB: {cells: {0: 1}}, ▶2048KiB: {cells: {1: 1}}}}}", .conflictingKeys),
            ("hosts: {h: {pools: {▶3MiB: {cells: {0: 1}}}}}", .pageSizeImpossible),
            ("guests:\n  a-1: {vcpus: 1, ram: 1GiB}\n  ▶a: {vcpus: 1, ram: 1GiB, count: 2}\n", .duplicateGuest),
        ] as [(String, DiagnosticCode)])
    func references(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test(
        "for text that is no YAML",
        arguments: [
            ("guests: {a: ▶@x}", .yamlSyntax), ("guests:\n▶\ta: 1", .yamlTab), ("site: a\n▶site: b", .yamlDuplicateKey),
            ("site: a\n▶---\nsite: b", .yamlSeveralDocuments), ("site: ▶*a", .yamlAlias), ("▶", .yamlEmpty),
            ("flavors: {a: &a {vcpus: 1}, b: {▶<<: *a}}", .yamlMergeKey), ("site: ▶!env X", .yamlTag),
        ] as [(String, DiagnosticCode)])
    func yaml(text: String, code: DiagnosticCode) { expect(text, code) }

    @Test("warns that counted guests would write to one disk")
    func sharedDisk() {
        let (result, mark) = readMarked(guest("count: 2, disks: [{path: /iso, read_only: true}, {path: ▶/disk}]"))
        #expect(result.value?.guests.count == 2)
        #expect(result.diagnostics.map(\.code) == [.conflictingKeys])
        #expect(result.diagnostics.first?.severity == .warning && result.diagnostics.first?.mark == mark)
    }

    @Test(
        "with a hint that can be followed",
        arguments: [
            ("guests: {a: {vcpu: 4, vcpus: 1, ram: 1GiB}}", "did you mean 'vcpus'?"),
            ("hosts: {h: {ram: 1GiB}}", "'ram' is a key of a flavor, of a guest, of a cell of numa_cells"),
            ("guests: {a: {vcpus: '4', ram: 1GiB}}", "remove the quotes: 4"),
            ("guests: {a: {vcpus: 010, ram: 1GiB}}", "remove the leading zeros: 10"),
            ("guests: {a: {vcpus: 1, ram: 512}}", "write the unit: 512MiB or 512GiB"),
            (
                "guests: {a: {vcpus: 1, ram: 512MB}}",
                "write MiB, which is 1024-based; B, KiB, MiB, GiB and TiB are known"
            ),
            (guest("autostart: on"), "write true"), (guest("autostart: No"), "write false"),
            (guest("state: runing"), "use one of running, shutoff, absent"),
            ("flavors: {m1.tiny: {vcpus: 1, ram: 1GiB}}\nguests: {a: {flavor: m1.tyni}}", "did you mean 'm1.tiny'?"),
            ("hosts: {hv01: {}}\n" + guest("host: hv10"), "did you mean 'hv01'?"),
            (guest("", name: "a/b"), "write 'a-b'"),
        ] as [(String, String)])
    func hints(text: String, hint: String) {
        #expect(read(text).diagnostics.map(\.hint) == [hint])
    }

    @Test("underlines the whole value or key")
    func lengths() {
        #expect(read("guests: {a: {vcpus: 1, ram: 512MB}}").diagnostics.first?.length == 5)
        #expect(read("flavours: {}").diagnostics.first?.length == 8)
        #expect(read("guests:\n  web:\n    ram: 1GiB\n").diagnostics.first?.length == 3)
    }

    private func expect(_ text: String, _ code: DiagnosticCode) {
        let (result, mark) = readMarked(text)
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.code) == [code])
        #expect(result.diagnostics.first?.mark == mark)
    }
}
