import Execution
import HostModel

/// The threads of one emulator, which follow libvirt's pin only when they are told to.
final class FakeThreads: ThreadHost {
    var threads: [EmulatorThread]
    /// Why nothing can be seen.
    var reason: String?
    /// Threads that cannot be set.
    var refusing: Set<Int> = []
    /// Threads that the kernel leaves where they are although it says yes.
    var stubborn: Set<Int> = []
    /// A thread that appears when the first is set, on these CPUs.
    var late: EmulatorThread?
    private(set) var settings: [Int] = []

    init(_ cpus: [CPUSet]) {
        threads = cpus.enumerated().map { EmulatorThread(id: 100 + $0, name: "t\($0)", allowed: $1) }
    }

    func emulatorThreads(of guest: String) -> EmulatorThreads {
        if let reason { return .unseen(reason) }
        return .seen(threads)
    }

    func confine(_ thread: Int, to cpus: CPUSet) throws(StepFailure) {
        guard !refusing.contains(thread) else { throw WriteLog.failure }
        settings.append(thread)
        guard let index = threads.firstIndex(where: { $0.id == thread }), !stubborn.contains(thread) else { return }
        threads[index].allowed = cpus
        if let late { threads.append(late) }
        late = nil
    }
}
