import HostModel
import Planning

extension Run {
    /// Pins the emulator: its pin in libvirt, then every thread of it that this left elsewhere.
    ///
    /// What cannot be seen or set is noted. libvirt has taken the pin then, and threads that QEMU makes from now on keep to it.
    mutating func pinEmulator(of guest: String, to cpus: CPUSet) throws(StepFailure) {
        let before = host.threads.emulatorThreads(of: guest)
        try host.domains.pin(.emulator, of: guest, to: cpus)
        guard case .seen(let threads) = before else {
            noteThreads(of: guest, stray: [])
            return
        }
        confineThreads(of: guest, known: Set(threads.map(\.id)), to: cpus)
    }

    /// Sets the threads that are elsewhere, and looks again: QEMU may have made some in the meantime.
    private mutating func confineThreads(of guest: String, known: Set<Int>, to cpus: CPUSet) {
        unsettable[guest] = []
        for _ in 0..<3 {
            let strays = strays(of: guest, from: cpus).filter { unsettable[guest]?.contains($0.id) != true }
            guard !strays.isEmpty else { break }
            for thread in strays {
                do throws(StepFailure) {
                    try host.threads.confine(thread.id, to: cpus)
                } catch {
                    unsettable[guest, default: []].insert(thread.id)
                }
            }
        }
        noteThreads(of: guest, stray: strays(of: guest, from: cpus))
    }

    /// The emulator's threads that may not run where its pin says; none where they cannot be seen.
    ///
    /// The kernel leaves out CPUs that are offline or barred: where it has done so for the main thread, that is the measure.
    func strays(of guest: String, from cpus: CPUSet) -> [EmulatorThread] {
        guard case .seen(let threads) = host.threads.emulatorThreads(of: guest), let main = threads.first else {
            return []
        }
        let isCut = !main.allowed.isEmpty && main.allowed.isSubset(of: cpus)
        let measure = isCut ? main.allowed : cpus
        return threads.filter { $0.allowed != measure }
    }

    /// Those of them that could have been set, and are a fault.
    func settableStrays(of guest: String, from cpus: CPUSet) -> [EmulatorThread] {
        strays(of: guest, from: cpus).filter { unsettable[guest]?.contains($0.id) != true }
    }

    private mutating func noteThreads(of guest: String, stray: [EmulatorThread]) {
        report.notes.removeAll { $0.guest == guest && $0.kind == .threads }
        let message: String
        if case .unseen(let reason) = host.threads.emulatorThreads(of: guest) {
            message =
                "libvirt pinned the emulator; whether all of its threads followed is unknown: \(reason)"
        } else if let first = stray.first {
            let names = stray.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
            message =
                "\(stray.count == 1 ? "thread" : "threads") \(names) of the emulator cannot be moved and "
                + "\(stray.count == 1 ? "stays" : "stay") on CPU \(first.allowed) until the guest is restarted"
        } else {
            return
        }
        report.notes.append(Note(guest: guest, message: message, kind: .threads))
    }
}
