internal import DomainXML
internal import HostModel

/// Which managed settings are pins of threads, and which threads these are.
enum ThreadPin {
    /// Whether a path is a pin, which a running domain takes at once.
    static func isPin(_ path: String) -> Bool {
        path == "cputune.emulatorpin" || number(in: path, of: "cputune.vcpupin") != nil
            || number(in: path, of: "cputune.iothreadpin") != nil
    }

    /// The thread of a pin that the domain has; nil for other settings and for threads that do not run.
    static func thread(_ path: String, of live: ManagedParts) -> DomainThread? {
        if path == "cputune.emulatorpin" { return .emulator }
        if let vcpu = number(in: path, of: "cputune.vcpupin") { return vcpu < live.vcpus ? .vcpu(VCPU(vcpu)) : nil }
        guard let thread = number(in: path, of: "cputune.iothreadpin") else { return nil }
        return thread <= live.ioThreads ?? 0 ? .ioThread(thread) : nil
    }

    /// Where a thread is pinned; nil when it has no pin of its own.
    static func cpus(_ thread: DomainThread, of parts: ManagedParts) -> CPUSet? {
        switch thread {
        case .vcpu(let vcpu): parts.cpuTune.vcpuPins[vcpu]
        case .emulator: parts.cpuTune.emulatorPin
        case .ioThread(let number): parts.cpuTune.ioThreadPins[number]
        }
    }

    /// The number in `PREFIX[NUMBER]`.
    private static func number(in path: String, of prefix: String) -> Int? {
        guard path.hasPrefix(prefix + "["), path.hasSuffix("]") else { return nil }
        return Int(path.dropFirst(prefix.count + 1).dropLast())
    }
}
