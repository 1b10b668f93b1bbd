import HostModel
import Planning

/// A thread of a running domain that is to run elsewhere.
struct PinMove {
    /// The step that wants it.
    var pin: PinStep
    /// Where it may run now.
    var present: CPUSet
    /// Where it shall run.
    var target: CPUSet { pin.target }
}

extension [PinMove] {
    /// The writes that bring all threads to their targets: first every thread that gains CPUs gets them beside those that it has,
    /// then every thread that loses CPUs gives them up.
    ///
    /// So each thread has, at any time, all CPUs that it had or all that it shall have, and no CPU is crowded because one guest's
    /// threads came together on few CPUs before another's had left them. Read backwards, the inverses widen and narrow likewise.
    var effects: [Effect] {
        let widenings = filter { !$0.target.isSubset(of: $0.present) }
            .map { $0.effect(from: $0.present, to: $0.present.union($0.target)) }
        let narrowings = filter { !$0.present.isSubset(of: $0.target) }
            .map { $0.effect(from: $0.present.union($0.target), to: $0.target) }
        // An emulator that libvirt has where it belongs, and some of whose threads are elsewhere.
        let repeats = filter { $0.target == $0.present }.map { $0.effect(from: $0.present, to: $0.target) }
        return widenings + repeats + narrowings
    }
}

extension PinMove {
    fileprivate func effect(from: CPUSet, to: CPUSet) -> Effect {
        func write(_ cpus: CPUSet) -> HostWrite { .pin(name: pin.guest, thread: pin.thread, cpus: cpus) }
        return Effect([.pin(pin)], write(to), inverse: [write(from)])
    }
}
