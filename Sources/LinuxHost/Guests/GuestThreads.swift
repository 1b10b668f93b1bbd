internal import CLinux
public import Execution
internal import Glibc
public import HostModel
internal import LivePlacement
public import SystemPackage

/// The threads of guests that libvirt's QEMU driver runs on this machine.
public struct GuestThreads: ThreadHost {
    private let root: FilePath
    private let folder: String?
    private let uri: String

    /// Looks at the guests of a connection.
    ///
    /// - Parameters:
    ///   - root: `/`, or the root of a captured file tree; there nothing is looked at, since its processes do not run here.
    ///   - runtimeFolder: `XDG_RUNTIME_DIR`, below which the driver of a session keeps the numbers of its processes.
    public init(uri: String, root: FilePath = "/", runtimeFolder: String?) {
        self.root = root
        self.uri = uri
        folder = GuestProcessFiles.folder(uri: uri, runtimeFolder: runtimeFolder)
    }

    /// The threads of the guest's emulator, or why they cannot be seen.
    public func emulatorThreads(of guest: String) -> EmulatorThreads {
        guard HostFiles(root: root).isLive else { return .unseen("\(root) is not the running machine") }
        guard let folder else { return .unseen("\(uri) runs no QEMU on this machine") }
        do throws(Unread) {
            let process = try GuestProcessReader(root: root).threads(of: guest, pidFile: "\(folder)/\(guest).pid")
            guard let threads = process.emulatorThreads else {
                return .unseen("the threads of process \(process.id) cannot be told apart by name")
            }
            return .seen(threads.map { EmulatorThread(id: $0.id, name: $0.name, allowed: $0.allowed) })
        } catch {
            return .unseen(error.what)
        }
    }

    /// Sets the affinity of one thread.
    public func confine(_ thread: Int, to cpus: CPUSet) throws(StepFailure) {
        let code = ThreadAffinity.set(thread, to: cpus)
        guard code == 0 else {
            throw .refused(
                HostRefusal(
                    call: "sched_setaffinity", kind: code == EPERM ? .notPermitted : .other, code: Int(code),
                    message: "thread \(thread): \(String(cString: strerror(code)))"))
        }
    }
}

/// `sched_setaffinity(2)`.
enum ThreadAffinity {
    /// Lets a thread run on these CPUs; 0 is the calling one.
    ///
    /// - Returns: 0, or the kernel's error number.
    static func set(_ thread: Int, to cpus: CPUSet) -> CInt {
        let width = UInt.bitWidth
        var mask = [UInt](repeating: 0, count: (cpus.last?.rawValue ?? 0) / width + 1)
        for cpu in cpus { mask[cpu.rawValue / width] |= 1 << (cpu.rawValue % width) }
        let result = mask.withUnsafeBytes { sched_setaffinity(pid_t(thread), $0.count, $0.baseAddress) }
        return result == 0 ? 0 : errno
    }
}
