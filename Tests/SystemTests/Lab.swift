import Foundation
import Testing

/// A folder for one test's files, and all domains whose names begin with the lab's: ``end()`` leaves neither, and the pools as they
/// were.
struct Lab {
    /// What the names of the test's domains begin with.
    let name: String
    /// The test's folder.
    let folder: URL
    /// The site file.
    var site: URL { folder.appending(path: "site.yaml") }
    /// The boot file that apply compiles.
    var bootFile: URL { folder.appending(path: "boot.json") }
    /// The file of apply's lock.
    var lockFile: URL { folder.appending(path: "lock") }

    private let pools: [String: Int]

    /// Makes the folder, and empties the pools as far as nobody uses them.
    init(_ topic: String) throws {
        name = "np-sys-\(topic)"
        folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        pools = try Pools.sizes()
        try Pools.empty()
    }

    /// Removes what the test made.
    func end() {
        do {
            for domain in try domains() {
                _ = try run("virsh", ["-q", "destroy", domain])
                if try domains().contains(domain) { try virsh("undefine", domain, "--nvram", "--snapshots-metadata") }
            }
            try Pools.restore(pools)
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record(error, "the lab \(name) is not cleaned up")
        }
    }

    /// The names of the test's domains, ascending.
    func domains() throws -> [String] {
        try virsh("list", "--all", "--name").split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) }
            .sorted()
    }

    /// Writes the site file. `NAME` stands for the lab's name.
    func write(guests: String, host: String = "{}", site name: String = "np-sys") throws {
        try write("site: \(name)\nhosts: {\(Lab.machine): \(host)}\nguests:\n\(guests)\n", to: "site.yaml")
    }

    /// The machine's name, which the site's only entry must have.
    static var machine: String {
        let name = try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
        return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "localhost"
    }

    /// Writes a file of the folder. `NAME` stands for the lab's name.
    func write(_ text: String, to file: String) throws {
        try text.replacing("NAME", with: name).write(
            to: folder.appending(path: file), atomically: false, encoding: .utf8)
    }

    /// Makes a Linux that tells of a topic on its serial port, in a folder that QEMU may read: the guest's keys, of which the last is
    /// its command line.
    func linux(_ topic: String) throws -> String {
        let made = try run(Setup.packageRoot + "/Tests/system/linux-guest", [folder.path, topic])
        guard made.status == 0 else { throw Broken(description: "no Linux: \(made.all)") }
        let readable = [FileAttributeKey.posixPermissions: 0o755]
        try FileManager.default.setAttributes(readable, ofItemAtPath: folder.path)
        return "kernel: \(folder.path)/kernel, initrd: \(folder.path)/initrd, cmdline: console=ttyS0"
    }

    /// Runs the program's apply on the site file.
    func apply(_ options: String...) throws -> Ended {
        try run(Setup.program, applyArguments + options, in: folder)
    }

    /// The folder of the journals.
    var state: URL { folder.appending(path: "state") }

    /// Where the lock and the journals are.
    var safety: [String] { ["--lock-file", lockFile.path, "--state-dir", state.path] }

    /// What apply is run with.
    var applyArguments: [String] {
        ["apply", "site.yaml", "--boot-file", bootFile.path] + safety
    }

    /// Runs the program's plan on the site file, and reads what it prints.
    func plan(_ options: String...) throws -> (status: Int32, plan: PlanDocument) {
        let arguments = ["plan", "site.yaml", "--format", "json", "--detailed-exitcode"] + options
        let ended = try run(Setup.program, arguments, in: folder)
        do {
            return (ended.status, try JSONDecoder().decode(PlanDocument.self, from: Data(ended.output.utf8)))
        } catch {
            throw Broken(description: "plan ended with \(ended.status): \(ended.all) (\(error))")
        }
    }

    /// Runs the program with any arguments.
    func program(_ arguments: String...) throws -> Ended { try run(Setup.program, arguments, in: folder) }

    /// Returns when what rolls back unless it is confirmed has done what it does: a process that waits by itself, or where systemd
    /// runs a service, which need not be waited for and is started now.
    func awaitTimer() throws {
        if FileManager.default.fileExists(atPath: "/run/systemd/system") {
            let listed = try run("systemctl", ["list-units", "--plain", "--no-legend", "numactl-plan-revert-*.timer"])
            for timer in listed.output.split(separator: "\n").compactMap({ $0.split(separator: " ").first }) {
                _ = try run("systemctl", ["start", "\(timer.dropLast(".timer".count)).service"])
                _ = try run("systemctl", ["stop", "\(timer)"])
            }
            return
        }
        let found = try run("pgrep", ["-f", "--", "--if-unconfirmed .*\(folder.lastPathComponent)"])
        for process in found.output.split(separator: "\n") {
            let ended = try run("timeout", ["60", "tail", "--pid", "\(process)", "-f", "/dev/null"])
            guard ended.status == 0 else { throw Broken(description: "process \(process) does not end") }
        }
    }

    /// A domain's inactive definition, secrets included.
    func definition(_ domain: String) throws -> String {
        try virsh("dumpxml", "--inactive", "--security-info", domain)
    }
}
