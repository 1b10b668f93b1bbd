internal import Execution
internal import Glibc
internal import HostModel
internal import LivePlacement
internal import SystemPackage

/// The control groups that systemd keeps the programs of a machine in, through its own files and the kernel's.
struct ProgramGroups {
    private let files: HostFiles

    init(root: FilePath) { files = HostFiles(root: root) }

    /// The folder of the control groups.
    static let folder = "sys/fs/cgroup"
    /// The file that says what can be limited by group.
    static let controllers = "\(folder)/cgroup.controllers"
    /// Whether such a file has CPUs in it.
    static func confine(_ controllers: String) -> Bool {
        controllers.split(whereSeparator: \.isWhitespace).contains("cpuset")
    }
    /// The file with a group's CPUs, which is there where the controller is turned on.
    static func cpus(of unit: String) -> String { "\(folder)/\(unit)/cpuset.cpus" }

    /// The CPUs that a group is confined to, empty for not at all, which is all of the machine's too; nil where it is not there.
    func cpus(of unit: String) throws(SysfsError) -> CPUSet? {
        guard try files.names(in: "\(ProgramGroups.folder)/\(unit)") != nil else { return nil }
        let cpus: CPUSet = try files.text(ProgramGroups.cpus(of: unit)).flatMap { SysfsText.list($0) } ?? []
        let all = try all()
        return !all.isEmpty && all.isSubset(of: cpus) ? [] : cpus
    }

    /// All CPUs that groups can have, those in partitions too.
    private func all() throws(SysfsError) -> CPUSet {
        let shared: CPUSet? = try files.text("\(ProgramGroups.folder)/cpuset.cpus.effective").flatMap {
            SysfsText.list($0)
        }
        let isolated: CPUSet? = try files.text(GuestPartitions.isolated).flatMap { SysfsText.list($0) }
        return (shared ?? []).union(isolated ?? [])
    }

    /// By group: the CPUs that its threads have, each set once.
    func placed() -> [String: Set<CPUSet>] {
        threads().reduce(into: [:]) { $0[$1.unit, default: []].insert($1.allowed) }
    }

    /// A thread of a group, guests' too.
    private struct GroupedThread {
        let unit: String
        let number: Int
        let allowed: CPUSet
    }

    /// Those of all groups. Threads that end meanwhile are left out.
    private func threads() -> [GroupedThread] {
        ((try? files.processNames(in: "proc")) ?? []).flatMap { process -> [GroupedThread] in
            guard SysfsText.number(process) != nil, let groups = try? files.processText("proc/\(process)/cgroup"),
                let unit = ProgramGroups.unit(in: groups)
            else { return [] }
            return ((try? files.processNames(in: "proc/\(process)/task")) ?? []).compactMap { thread in
                guard let number = Int(thread),
                    let status = try? files.processText("proc/\(process)/task/\(thread)/status"),
                    let allowed = ProcessStatus.allowedCPUs(in: status)
                else { return nil }
                return GroupedThread(unit: unit, number: number, allowed: allowed)
            }
        }
    }

    /// The group at the top of the way to a process's own: `0::/system.slice/ssh.service`.
    private static func unit(in text: String) -> String? {
        let path = text.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst("0::/".count)
        return path?.split(separator: "/").first.map(String.init)
    }

    /// Confines a group at once, or frees it, as its files of settings say by now: systemd reads them, so that it does not undo that.
    ///
    /// Before Linux 6.2 every thread of the group has all of the new CPUs then, and every thread of all groups where these had no CPUs
    /// before. One that had fewer gets those back.
    func confine(_ unit: String, to cpus: CPUSet) throws(StepFailure) {
        guard files.isLive else {
            throw .refused(
                HostRefusal(
                    call: ProgramGroups.cpus(of: unit), kind: .other, code: 0,
                    message: "\(files.root) is not the running machine"))
        }
        let before = Dictionary(threads().map { ($0.number, $0.allowed) }, uniquingKeysWith: { first, _ in first })
        reload()
        do throws(SysfsError) { try settle(unit, cpus) } catch { throw .refused(HostRefusal(error)) }
        for thread in threads() {
            guard let had = before[thread.number], !thread.allowed.isSubset(of: had) else { continue }
            // The kernel takes none where the group has nothing of them any more.
            _ = ThreadAffinity.set(thread.number, to: had)
        }
    }

    /// Has systemd read its files. Where that is not possible it will at the next start, and what is to hold at once is written to the
    /// kernel all the same.
    private func reload() {
        guard let process = try? DetachedProgram.start("/usr/bin/systemctl", ["daemon-reload"]) else { return }
        _ = DetachedProgram.status(of: process)
    }

    /// systemd goes through its groups after it has answered, and leaves CPUs behind in one that is to be confined no more: the kernel
    /// lets no group that has programs have none, so it gets all.
    private func settle(_ unit: String, _ cpus: CPUSet) throws(SysfsError) {
        for _ in 1...50 {
            guard let now = try self.cpus(of: unit), now != cpus else { return }
            usleep(20_000)
        }
        if !cpus.isEmpty { try files.write(line: "+cpuset", to: "\(ProgramGroups.folder)/cgroup.subtree_control") }
        try files.write(line: "\(cpus.isEmpty ? try all() : cpus)", to: ProgramGroups.cpus(of: unit))
    }
}
