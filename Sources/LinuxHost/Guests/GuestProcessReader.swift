internal import Glibc
public import HostModel
public import LivePlacement
public import SystemPackage

/// Reads from procfs where a running guest's threads may run and where its memory is; writes nothing and stops nothing.
public struct GuestProcessReader: Sendable {
    private let files: HostFiles
    private let basePage: PageSize

    /// Looks at the running machine, or at the captured file tree below `root`.
    public init(root: FilePath = "/", basePage: PageSize = PageSize(4)) {
        files = HostFiles(root: root)
        self.basePage = basePage
    }

    /// The process of a guest.
    ///
    /// - Parameter pidFile: The file where libvirt keeps the process's number, such as `/run/libvirt/qemu/web01.pid`, named
    ///   from the root.
    /// - Throws: ``Unread`` when there is no such process, or it may not be looked at. What is missing of a process that is there
    ///   is said in it.
    public func process(of guest: String, pidFile: String) throws(Unread) -> GuestProcess {
        var process = try threads(of: guest, pidFile: pidFile)
        do throws(Unread) {
            process.areas = try areas(of: process.id)
        } catch {
            process.unread.append(error)
        }
        return process
    }

    /// The process of a guest without its memory, which takes the kernel long to tell of a large guest.
    ///
    /// - Throws: ``Unread`` when there is no such process, or it may not be looked at.
    public func threads(of guest: String, pidFile: String) throws(Unread) -> GuestProcess {
        let id = try identity(of: guest, pidFile: pidFile)
        return GuestProcess(guest: guest, id: id, age: age(of: id), threads: try threads(of: id), areas: nil)
    }

    /// The memory of a guest's process alone.
    ///
    /// - Throws: ``Unread`` when there is no such process, or it may not be looked at.
    func memory(of guest: String, pidFile: String) throws(Unread) -> (process: Int, areas: [MemoryArea]) {
        let id = try identity(of: guest, pidFile: pidFile)
        return (id, try areas(of: id))
    }

    /// The number of a guest's process.
    func identity(of guest: String, pidFile: String) throws(Unread) -> Int {
        let id = try number(in: pidFile)
        let commandLine = try text("proc/\(id)/cmdline")
        let words = commandLine.split(separator: "\0")
        guard words.contains(where: { $0 == "guest=\(guest)" || $0.hasPrefix("guest=\(guest),") }) else {
            throw Unread("process \(id) of \(files.path(pidFile)) is not the guest's")
        }
        return id
    }

    private func number(in pidFile: String) throws(Unread) -> Int {
        let text = SysfsText.trimmed(try text(pidFile))
        guard let number = SysfsText.number(text), let id = Int(exactly: number), id > 1 else {
            throw Unread("\(files.path(pidFile)) holds '\(SysfsText.excerpt(String(text)))', which is not a process ID")
        }
        return id
    }

    /// Threads that end while they are looked at are left out.
    private func threads(of id: Int) throws(Unread) -> [GuestThread] {
        var threads: [GuestThread] = []
        for name in try files.processNames(in: "proc/\(id)/task") {
            guard let number = SysfsText.number(name), let thread = Int(exactly: number),
                let comm = try files.processText("proc/\(id)/task/\(name)/comm"),
                let status = try files.processText("proc/\(id)/task/\(name)/status")
            else { continue }
            guard let allowed = ProcessStatus.allowedCPUs(in: status) else {
                throw Unread("\(files.path("proc/\(id)/task/\(name)/status")) does not report the CPUs")
            }
            let groups = try files.processText("proc/\(id)/task/\(name)/cgroup") ?? ""
            threads.append(
                GuestThread(
                    id: thread, name: String(SysfsText.trimmed(comm)), allowed: allowed,
                    group: ProcessStatus.group(in: groups)))
        }
        guard !threads.isEmpty else { throw Unread("process \(id) has ended") }
        return threads
    }

    private func areas(of id: Int) throws(Unread) -> [MemoryArea] {
        let (pages, extents) = (try text("proc/\(id)/numa_maps"), try text("proc/\(id)/maps"))
        guard let areas = NumaMaps.areas(in: pages, basePage: basePage) else {
            throw Unread("\(files.path("proc/\(id)/numa_maps")) contains a line that is not in the kernel's format")
        }
        guard let extents = ProcessMaps.extents(in: extents) else {
            throw Unread("\(files.path("proc/\(id)/maps")) contains a line that is not in the kernel's format")
        }
        return areas.with(extents)
    }

    /// The whole seconds since the process started, or nil.
    private func age(of id: Int) -> UInt64? {
        let ticks = UInt64(max(1, sysconf(CInt(_SC_CLK_TCK))))
        guard let stat = try? files.processText("proc/\(id)/stat"), let start = ThreadStat(stat)?.began,
            let text = try? files.processText("proc/uptime"), let uptime = ProcessStatus.uptime(in: text)
        else { return nil }
        let started = start / ticks
        return uptime > started ? uptime - started : 0
    }

    private func text(_ name: String) throws(Unread) -> String {
        guard let text = try files.processText(name) else { throw Unread("there is no \(files.path(name))") }
        return text
    }
}
