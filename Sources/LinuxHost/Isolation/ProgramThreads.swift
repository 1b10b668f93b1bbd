internal import CLinux
public import Execution
internal import Glibc
public import HostModel
internal import LivePlacement
public import SystemPackage

/// The threads of a machine that can be given other CPUs, through procfs: those of programs, and of the kernel where it lets them go.
///
/// Guests' are left out, QEMU's and those that the kernel keeps for one of them, and those of interrupts.
public struct ProgramThreads: ProgramHost {
    private let files: HostFiles

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// Ascending by number. Threads that end meanwhile are left out.
    public func movableThreads() throws(StepFailure) -> [MovableThread] {
        do throws(Unread) {
            return try found()
        } catch {
            throw .refused(HostRefusal(call: "/proc", kind: .other, code: 0, message: error.what))
        }
    }

    private func found() throws(Unread) -> [MovableThread] {
        var threads: [MovableThread] = []
        for process in numbers(try files.processNames(in: "proc")) {
            guard let main = stat("proc/\(process)"), !ProgramThreads.isLedByAnother(main.name) else { continue }
            for number in numbers((try? files.processNames(in: "proc/\(process)/task")) ?? []) {
                let folder = "proc/\(process)/task/\(number)"
                guard let thread = stat(folder), !thread.isBound, !thread.hasEnded,
                    let status = try? files.processText("\(folder)/status"),
                    let allowed = ProcessStatus.allowedCPUs(in: status)
                else { continue }
                threads.append(
                    MovableThread(
                        id: ThreadID(number: number, began: thread.began), program: main.name, allowed: allowed))
            }
        }
        return threads.sorted { $0.id < $1.id }
    }

    /// QEMU by the name of its program; threads of the kernel have the number of the guest's process in theirs. The thread of an
    /// interrupt goes where that comes.
    private static func isLedByAnother(_ name: String) -> Bool {
        ["qemu-", "vhost-", "kvm-", "irq/"].contains { name.hasPrefix($0) }
    }

    private func numbers(_ names: [String]) -> [Int] {
        names.compactMap { SysfsText.number($0).flatMap { Int(exactly: $0) } }
    }

    private func stat(_ folder: String) -> ThreadStat? {
        (try? files.processText("\(folder)/stat")).flatMap { ThreadStat($0) }
    }

    /// One whose number has been given out again is another thread, and is passed over. Who is not root is refused at the first thread
    /// of another user; what root may not move stays.
    public func confine(_ threads: [ThreadID], to cpus: CPUSet) throws(StepFailure) -> [ThreadID] {
        guard files.isLive else {
            throw .refused(
                HostRefusal(
                    call: "sched_setaffinity", kind: .other, code: 0,
                    message: "\(files.root) is not the running machine"))
        }
        var stayed: [ThreadID] = []
        for thread in threads where stat("proc/\(thread.number)")?.began == thread.began {
            switch ThreadAffinity.set(thread.number, to: cpus) {
            case 0, ESRCH: break
            case EPERM where geteuid() != 0:
                throw .refused(
                    HostRefusal(
                        call: "sched_setaffinity", kind: .notPermitted, code: Int(EPERM),
                        message: "thread \(thread.number): \(String(cString: strerror(EPERM)))"))
            default: stayed.append(thread)
            }
        }
        return stayed
    }
}
