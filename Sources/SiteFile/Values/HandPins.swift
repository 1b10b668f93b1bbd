public import Diagnostics
public import HostModel

/// Host CPUs of a guest's threads by the operator's hand: they stand in place of what placement would choose.
public struct HandPins: Hashable, Sendable {
    /// Host CPUs of the emulator's threads, or of all vCPUs that have no pin.
    public enum Emulator: Hashable, Sendable {
        /// These threads are pinned to nothing.
        case none
        /// These CPUs.
        case cpus(CPUSet)
    }

    /// By vCPU; a vCPU that has a CPU of its own has exactly one.
    public var vcpus: [VCPU: Located<CPUSet>]
    /// Those of all vCPUs that have neither a pin nor a CPU of their own; nil leaves that to placement.
    public var vcpuSet: Located<Emulator>?
    /// The emulator's; nil leaves that to placement.
    public var emulator: Located<Emulator>?
    /// By number of the iothread, from 1.
    public var ioThreads: [Int: Located<CPUSet>]

    /// Pins threads.
    package init(
        vcpus: [VCPU: Located<CPUSet>] = [:], vcpuSet: Located<Emulator>? = nil, emulator: Located<Emulator>? = nil,
        ioThreads: [Int: Located<CPUSet>] = [:]
    ) {
        self.vcpus = vcpus
        self.vcpuSet = vcpuSet
        self.emulator = emulator
        self.ioThreads = ioThreads
    }

    /// Whether no thread is pinned by hand.
    public var isEmpty: Bool { vcpus.isEmpty && vcpuSet == nil && emulator == nil && ioThreads.isEmpty }
}

extension HandPins.Emulator {
    /// The CPUs; nil where the threads are pinned to nothing.
    public var pinned: CPUSet? { if case .cpus(let cpus) = self { cpus } else { nil } }
}
