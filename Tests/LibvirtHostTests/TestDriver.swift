import Diagnostics
import Execution
import Foundation
import LibvirtHost
import Planning
import Testing

/// libvirt's own test driver, in memory.
enum TestDriver {
    /// The driver's usual host of two cells, of which there is one in the process: tests that define something leave it to others.
    static let uri = "test:///default"

    /// Tests share the host of this connection, so each uses names of its own.
    static let connection = Result { try open() }

    /// A host of its own, with one running domain, `test`: it is described in a file and belongs to the connection.
    static func open(readOnly: Bool = false) throws -> Connection {
        let file = FileManager.default.temporaryDirectory.appending(path: name("np-node"))
        try Data("<node>\(definition("test"))</node>".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Connection(uri: "test://\(file.path)", readOnly: readOnly)
    }

    /// A name that no other test uses.
    static func name(_ base: String) -> String { "\(base)-\(UUID().uuidString.prefix(8))" }

    /// A small domain.
    static func definition(_ name: String, extra: String = "") -> String {
        """
        <domain type='test'>
          <name>\(name)</name>
          <memory unit='KiB'>65536</memory>
          <vcpu placement='static'>2</vcpu>
          <os><type arch='i686'>hvm</type></os>
          \(extra)
        </domain>
        """
    }
}

/// QEMU's driver inside this process, below a folder of its own, without a daemon.
enum EmbeddedDriver {
    /// Whether there is a QEMU to drive.
    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/qemu-system-x86_64")

    /// One for the process: libvirt allows only one root at a time, and asking QEMU what it can takes seconds.
    static let connection = Result { () throws -> Connection in
        try prepareRoot()
        return try Connection(uri: "qemu:///embed?root=\(root.path)")
    }

    private static let root = FileManager.default.temporaryDirectory
        .appending(path: "embed-\(ProcessInfo.processInfo.processIdentifier)")

    /// QEMU is asked as the user who runs the tests: as another one it may not see the devices that libvirt sees, and then
    /// libvirt asks again each time. QEMU writes its log itself, so that virtlogd need not run.
    private static func prepareRoot() throws {
        let folder = root.appending(path: "etc")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 {
            let settings = "user = 'root'\ngroup = 'root'\nstdio_handler = 'file'\n".replacing("'", with: "\"")
            try Data(settings.utf8).write(to: folder.appending(path: "qemu.conf"))
        }
        atexit { try? FileManager.default.removeItem(at: EmbeddedDriver.root) }
    }

    /// Ends a guest's QEMU, whose bare machine does not listen to a request, and waits until libvirt tells that it has cleaned up.
    static func end(_ name: String) throws {
        let file = root.appending(path: "run/qemu/\(name).pid")
        let text = try String(contentsOf: file, encoding: .utf8)
        guard let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), process > 1 else { return }
        let stop = try StopEvent(of: name, at: "qemu:///embed?root=\(root.path)")
        kill(process, SIGKILL)
        try stop.wait()
    }

    /// Carries a plan's steps out, which must succeed.
    static func apply(_ planned: ExecutablePlan, _ label: Comment) throws {
        #expect(planned.plan.diagnostics.filter { $0.severity == .error }.isEmpty, label)
        let domains = LibvirtDomains(try connection.get())
        let outcome = Interpreter(domains: domains, pools: NoPools(), observer: SilentObserver()).run(planned.steps)
        guard case .applied = outcome else {
            Issue.record("\(label): \(outcome)")
            return
        }
    }

    /// A small domain that needs no acceleration.
    static func definition(_ name: String, extra: String = "") -> String {
        """
        <domain type='qemu'>
          <name>\(name)</name>
          <memory unit='KiB'>65536</memory>
          <vcpu placement='static'>2</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          \(extra)
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <controller type='usb' model='none'/>
            <memballoon model='none'/>
          </devices>
        </domain>
        """
    }
}
