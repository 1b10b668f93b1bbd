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

    /// The path of a thread's pin.
    static func path(of thread: DomainThread) -> String {
        switch thread {
        case .vcpu(let vcpu): "cputune.vcpupin[\(vcpu)]"
        case .emulator: "cputune.emulatorpin"
        case .ioThread(let number): "cputune.iothreadpin[\(number)]"
        }
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

extension Step {
    /// Whether the step sets the pin of that path in a running domain.
    func pins(_ path: String) -> Bool {
        guard case .pin(_, let thread, _, _) = self else { return false }
        return ThreadPin.path(of: thread) == path
    }
}

/// The CPUs of a guest whose vCPUs have no pins: an attribute that a running domain does not take, so its threads are pinned.
struct FloatingPins {
    /// The setting's path.
    static let path = "vcpu.cpuset"

    let wanted: ManagedParts
    let everywhere: CPUSet

    /// The threads that the attribute is about.
    static func threads(of live: ManagedParts) -> [DomainThread] {
        (0..<live.vcpus).map { .vcpu(VCPU($0)) } + [.emulator]
    }

    /// The running domain as if the attribute had been taken, where the pins of all its threads say the same.
    func settled(_ live: ManagedParts) -> ManagedParts {
        let target = wanted.vcpuCPUs ?? everywhere
        let isThere = FloatingPins.threads(of: live).allSatisfy { thread in
            (ThreadPin.cpus(thread, of: live) ?? live.vcpuCPUs ?? everywhere) == target
        }
        guard wanted.cpuTune.vcpuPins.isEmpty, isThere else { return live }
        var settled = live
        settled.vcpuCPUs = wanted.vcpuCPUs
        settled.cpuTune.vcpuPins = [:]
        settled.cpuTune.emulatorPin = nil
        return settled
    }
}
