public import Diagnostics
public import HostModel

/// Host CPUs of a guest's threads by the operator's hand: they stand in place of what placement would choose.
public struct HandPins: Hashable, Sendable {
    /// Host CPUs of the emulator's threads.
    public enum Emulator: Hashable, Sendable {
        /// The emulator is pinned to nothing.
        case none
        /// These CPUs.
        case cpus(CPUSet)
    }

    /// By vCPU; a vCPU that has a CPU of its own has exactly one.
    public var vcpus: [VCPU: Located<CPUSet>]
    /// The emulator's; nil leaves that to placement.
    public var emulator: Located<Emulator>?
    /// By number of the iothread, from 1.
    public var ioThreads: [Int: Located<CPUSet>]

    /// Pins threads.
    package init(
        vcpus: [VCPU: Located<CPUSet>] = [:], emulator: Located<Emulator>? = nil,
        ioThreads: [Int: Located<CPUSet>] = [:]
    ) {
        self.vcpus = vcpus
        self.emulator = emulator
        self.ioThreads = ioThreads
    }

    /// Whether no thread is pinned by hand.
    public var isEmpty: Bool { vcpus.isEmpty && emulator == nil && ioThreads.isEmpty }
}
