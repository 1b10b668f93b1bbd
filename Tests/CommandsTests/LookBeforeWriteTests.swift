import Foundation
import Testing

/// A libvirt of one test: its own test driver with the domains of a file, as they are at the beginning of each command.
struct TestLibvirt {
    let folder = FileManager.default.temporaryDirectory.appending(path: "np-look-\(UUID().uuidString)")

    /// Makes a libvirt.
    ///
    /// - Parameter nodes: The domains, and what else the driver's file may hold.
    init(_ nodes: String) throws {
        for name in ["lock", "boot"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        try "<node>\(nodes)</node>".write(to: folder.appending(path: "node.xml"), atomically: false, encoding: .utf8)
    }

    func end() { try? FileManager.default.removeItem(at: folder) }

    /// Runs a command on a site that is given as text.
    func run(_ verb: String, _ site: String, _ options: [String] = []) -> CommandRun {
        let connect = ["--connect", "test://\(folder.path)/node.xml"]
        let files = [
            "--state-dir", folder.appending(path: "state").path, "--lock-file",
            folder.appending(path: "lock/lock").path,
            "--boot-file", folder.appending(path: "boot/boot.json").path,
        ]
        return CommandRun([verb, "-"] + connect + (verb == "apply" ? files : []) + options, files: ["-": site])
    }

    /// Whether a command wrote a transaction down.
    var hasTransactions: Bool {
        let path = folder.appending(path: "state/txn").path
        return (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == false
    }

    /// A domain; its mark is of the site `lab`.
    static func domain(
        _ name: String, uuid: Int = 1, guest: String? = nil, isRunning: Bool = true, extra: String = ""
    ) -> String {
        let id = "6695eb01-f6a4-8304-79aa-97f2502e19\(String(format: "%02d", uuid))"
        let mark = guest.map {
            "<np:guest xmlns:np='urn:numactl-plan:libvirt:1' site='lab' name='\($0)' origin='created'/>"
        }
        return """
            <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
            <name>\(name)</name><uuid>\(id)</uuid><memory unit='KiB'>65536</memory><vcpu>1</vcpu>
            <os><type arch='i686'>hvm</type></os>\(mark.map { "<metadata>\($0)</metadata>" } ?? "")\(extra)
            <test:runstate>\(isRunning ? 1 : 5)</test:runstate>
            </domain>
            """
    }

    /// A snapshot of such a domain, for its `extra`.
    static func snapshot(of name: String, uuid: Int = 1) -> String {
        """
        <test:domainsnapshot><name>s1</name><creationTime>1</creationTime><state>running</state><active>1</active>
        <domain type='test'><name>\(name)</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e19\(String(format: "%02d", uuid))</uuid>
        <memory unit='KiB'>65536</memory><vcpu>1</vcpu><os><type arch='i686'>hvm</type></os></domain>
        </test:domainsnapshot>
        """
    }
}

@Suite("Before the first write")
struct LookBeforeWriteTests {
    private static let head = "site: lab\nhosts: {test-host: {}}\nguests:\n"

    @Test("a guest with a snapshot is not shut down for a removal that libvirt would refuse")
    func snapshot() throws {
        let libvirt = try TestLibvirt(
            TestLibvirt.domain("c", guest: "c", extra: TestLibvirt.snapshot(of: "c")))
        defer { libvirt.end() }
        let facts = CommandRun(["facts", "--format", "json", "--connect", "test://\(libvirt.folder.path)/node.xml"])
        #expect(facts.output.contains("\"snapshots\" : 1"), "\(facts.output)\(facts.errors)")
        let absent = Self.head + "  c: {state: absent}\n"
        let plan = libvirt.run("plan", absent)
        #expect(plan.status == 15)
        #expect(plan.output.contains("<stdin>:4:3: error NP530: guest 'c' has 1 snapshot"), "\(plan.output)")
        #expect(plan.output.contains("virsh snapshot-delete c"))
        for (site, options) in [
            (absent, ["--yes"]), (Self.head + "  {}\n", ["--yes", "--prune-all", "--stop-pruned"]),
        ] {
            let apply = libvirt.run("apply", site, options)
            #expect(apply.status == 15)
            #expect(apply.output.contains("NP530"), "\(apply.output)\(apply.errors)")
            #expect(!libvirt.hasTransactions)
        }
    }
}
