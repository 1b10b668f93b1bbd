import Commands
import Foundation
import HostModel
import Rendering
import Synchronization
import Testing

/// A host for one test, on which the commands do all that they do as root on a real one: a file tree for the kernel's files, with
/// pools that can be written, and libvirt's test driver. Site, state, lock and boot file are in a folder that goes with the value.
///
/// There is one libvirt for the process, so one host at a time: its tests are in ``OnOneHost``. Guests need `base: base.xml`, which is there: a domain that the test driver takes.
final class CommandHost {
    let folder: URL
    let libvirt: TestLibvirt
    /// What `apply --confirm-within` had started later: arguments and delay. ``expire()`` runs it.
    private(set) var timers: [(arguments: [String], delay: Duration)] = []
    /// Whether something can be started later at all.
    var hasTimers = true

    /// A host whose cells all have the same number of CPUs, memory and free pages.
    ///
    /// - Parameters:
    ///   - memory: Of a cell, in MiB.
    ///   - pools: The sizes of pages that the host has, in KiB.
    init(cells: Int = 2, cpus: Int = 4, memory: Int = 4_096, pools: [Int] = [2_048]) throws {
        try OneAtATime.enter()
        do {
            let tree = HostTree(cells: cells, cpus: cpus, memory: memory, pages: pools)
            (libvirt, folder) = (try TestLibvirt(), try Self.folder(with: tree))
        } catch {
            OneAtATime.leave()
            throw error
        }
    }

    /// Makes the folder, its owner's alone, with what every host has.
    private static func folder(with tree: HostTree) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "np-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try tree.write(to: folder.appending(path: "root"))
        try Data(base.utf8).write(to: folder.appending(path: "base.xml"))
        return folder
    }

    deinit {
        do {
            try libvirt.clear()
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record(error, "the host is not cleaned up")
        }
        OneAtATime.leave()
    }

    private static let base = """
        <domain type='test'>
          <name>base</name>
          <memory unit='KiB'>65536</memory>
          <vcpu placement='static'>1</vcpu>
          <os><type arch='i686'>hvm</type></os>
        </domain>
        """
}

// MARK: - Files

extension CommandHost {
    var bootFile: String { path("boot.json") }
    var lockFile: String { path("lock") }
    var stateFolder: String { path("state") }
    var root: String { path("root") }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Writes a file of the folder.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// The text of a file of the folder.
    func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// Writes `site.yaml`: a line for each guest, or nothing.
    func site(_ guests: String..., host: String = "{}", name: String = "lab") throws {
        try site(guests, host: host, name: name)
    }

    /// Writes `site.yaml`: a line for each guest, or nothing.
    func site(_ guests: [String], host: String = "{}", name: String = "lab") throws {
        let list = guests.isEmpty ? " {}" : guests.map { "\n  \($0)" }.joined()
        try write("site: \(name)\nhosts: {here: \(host)}\nguests:\(list)\n", to: "site.yaml")
    }
}

// MARK: - Commands

extension CommandHost {
    /// Runs a command as it is.
    func run(
        _ arguments: [String], answer: String? = nil, time: Int64? = nil, width: Int? = nil,
        outputFailure: OutputFailure? = nil
    )
        -> CommandRun
    {
        CommandRun(
            arguments, answer: answer, time: time, folder: folder, width: width, outputFailure: outputFailure
        ) {
            arguments, _, delay in
            guard self.hasTimers else { throw NoTimers() }
            self.timers.append((arguments, delay))
        }
    }

    /// Runs `apply` on `site.yaml`, or on the file that is named.
    func apply(_ options: [String] = [], file: String = "site.yaml", answer: String? = nil, time: Int64? = nil)
        -> CommandRun
    {
        run(["apply", path(file), "--boot-file", bootFile] + here + safety + options, answer: answer, time: time)
    }

    /// Runs `plan` on `site.yaml`.
    func plan(_ options: [String] = [], time: Int64? = nil) -> CommandRun {
        run(["plan", path("site.yaml")] + here + options, time: time)
    }

    func rollback(_ options: [String] = [], answer: String? = nil) -> CommandRun {
        run(["rollback", "--boot-file", bootFile] + safety + options, answer: answer)
    }

    func confirm(_ options: [String] = []) -> CommandRun { run(["confirm"] + safety + options) }

    func history(_ options: [String] = []) -> CommandRun { run(["history"] + safety + options) }

    /// Runs what the timer of `apply --confirm-within` runs when the time is over; nil when no timer was set.
    func expire() -> CommandRun? { timers.isEmpty ? nil : run(timers.removeFirst().arguments) }

    /// Where the host is.
    var here: [String] { ["--root", root, "--connect", TestLibvirt.uri] }

    /// Where the lock and the journals are.
    var safety: [String] { ["--lock-file", lockFile, "--state-dir", stateFolder] }
}

// MARK: - What is there

extension CommandHost {
    /// All that an apply may change: equal looks mean that it changed nothing, or put everything back.
    struct Look: Equatable {
        /// Of every domain by name.
        var domains: [String: TestLibvirt.Domain]
        /// Pages by cell and size, `0/2048kB`.
        var pools: [String: Int]
        /// The boot file's text; nil when there is none.
        var bootFile: String?
        /// Where interrupt 24 may come.
        var interrupt: String
        /// Where work queues may run.
        var workqueues: String
        /// The record of actors; nil when there is none.
        var actors: String?
        /// The settings of the unit spdk.service; nil when there are none.
        var dropIn: String?
        var systemSettings: String?
    }

    func look() throws -> Look {
        Look(
            domains: try libvirt.domains(), pools: try pools(), bootFile: try? text("boot.json"),
            interrupt: String(try text("root/proc/irq/24/smp_affinity_list").dropLast()),
            workqueues: String(try text("root/sys/devices/virtual/workqueue/cpumask").dropLast()),
            actors: try? text("root/etc/numactl-plan/actors.json"),
            dropIn: try? text("root/etc/systemd/system/spdk.service.d/50-numactl-plan.conf"),
            systemSettings: try? text("root/etc/systemd/system.conf.d/50-numactl-plan.conf"))
    }

    /// Pages by cell and size: `0/2048kB`.
    func pools() throws -> [String: Int] {
        let files = FileManager.default
        let nodes = folder.appending(path: HostTree.nodes)
        var pools: [String: Int] = [:]
        for node in try files.contentsOfDirectory(atPath: nodes.path) where node.hasPrefix("node") {
            let sizes = nodes.appending(path: "\(node)/hugepages")
            for size in try files.contentsOfDirectory(atPath: sizes.path) {
                let text = try String(contentsOf: sizes.appending(path: "\(size)/nr_hugepages"), encoding: .utf8)
                pools["\(node.dropFirst(4))/\(size.dropFirst(10))"] = Int(text.dropLast())
            }
        }
        return pools
    }

    /// Sets a pool behind the program's back, with all its pages free unless some are said to be in use.
    func setPool(cell: Int, pages: Int, size: Int = 2_048, used: Int = 0) throws {
        let pool = folder.appending(path: HostTree.pool(cell, size))
        try HostTree.write(pages: pages, used: used, to: pool)
    }

    /// A transaction as `history` tells it.
    struct Transaction: Equatable {
        var id: String
        var state: String
        var note: String
        var journal: String
    }

    /// The transactions, the newest first.
    func transactions() throws -> [Transaction] {
        let run = history(["--format", "json"])
        try #require(run.status == 0, "\(run.errors)")
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))
        return document["transactions"]?.list?.map { entry in
            Transaction(
                id: entry["transaction"]?.text ?? "", state: entry["state"]?.text ?? "",
                note: entry["note"]?.text ?? "", journal: entry["journal"]?.text ?? "")
        } ?? []
    }

    /// Takes records off the end of the newest journal, as when the process was killed before it wrote them.
    func breakOff(records: Int = 1) throws {
        let file = URL(filePath: try #require(try transactions().first).journal)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropLast(records)
        // Not another file in its place: its owner and mode are looked at.
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(lines.reduce(0) { $0 + $1.utf8.count + 1 }))
        try handle.close()
    }
}

extension JSONValue {
    /// The value of a key of an object.
    subscript(_ key: String) -> JSONValue? { if case .object(let members) = self { members[key] } else { nil } }
    /// The items of a list.
    var list: [JSONValue]? { if case .list(let items) = self { items } else { nil } }
    /// The text.
    var text: String? { if case .text(let text) = self { text } else { nil } }
}

/// Lets one host exist at a time.
private enum OneAtATime {
    /// Another test has the host: that one, or this one, is not in ``OnOneHost``.
    struct Taken: Error {}

    private static let isTaken = Mutex(false)

    static func enter() throws {
        try isTaken.withLock {
            guard !$0 else { throw Taken() }
            $0 = true
        }
    }

    static func leave() { isTaken.withLock { $0 = false } }
}
