internal import HostModel

extension GuestProcess {
    /// The threads that the pin of the emulator is about, the process's own first; nil where the names do not tell threads apart.
    ///
    /// Left out are helpers that stay where an iothread is, since it made them, and those that only made memory ready.
    public var emulatorThreads: [GuestThread]? {
        guard let main = threads.first(where: { $0.id == id }), threads.contains(where: \.isOfVCPUs) else { return nil }
        let homes = Set(threads.filter(\.isIOThread).map(\.allowed)).subtracting([main.allowed])
        let others = threads.filter { thread in
            guard thread.id != id, thread.role == .emulator else { return false }
            return !thread.runsAllVCPUs && !thread.isPreallocation && !homes.contains(thread.allowed)
        }
        return [main] + others
    }
}

extension GuestThread {
    fileprivate var isOfVCPUs: Bool { if case .vcpu = role { true } else { runsAllVCPUs } }
    fileprivate var isIOThread: Bool { if case .ioThread = role { true } else { false } }
}
