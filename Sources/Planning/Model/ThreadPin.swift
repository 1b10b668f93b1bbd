public import DomainXML
public import HostModel

extension DomainThread {
    /// The thread whose pin that setting is; nil for other settings.
    init?(pinnedBy key: SettingKey) {
        if key == .emulatorPin {
            self = .emulator
        } else if let vcpu = key.number(in: VCPUPins.self) {
            self = .vcpu(VCPU(vcpu))
        } else if let number = key.number(in: IOThreadPins.self) {
            self = .ioThread(number)
        } else {
            return nil
        }
    }

    /// The setting that pins the thread.
    public var pin: SettingKey {
        switch self {
        case .vcpu(let vcpu): .vcpuPin(vcpu)
        case .emulator: .emulatorPin
        case .ioThread(let number): .ioThreadPin(number)
        }
    }

    /// Where the thread is pinned; nil when it has no pin of its own.
    public func cpus(in settings: some SettingValues) -> CPUSet? {
        switch self {
        case .vcpu(let vcpu): settings.vcpuPins[vcpu]
        case .emulator: settings.emulatorPin
        case .ioThread(let number): settings.ioThreadPins[number]
        }
    }

    /// Whether a running domain has the thread while so many vCPUs are plugged in: the others have none.
    func runs(in live: FoundSettings, vcpus: Int) -> Bool {
        switch self {
        case .vcpu(let vcpu): vcpu.rawValue < vcpus
        case .emulator: true
        case .ioThread(let number): number <= live.ioThreads ?? 0
        }
    }
}

/// The CPUs of a guest whose vCPUs have no pins: an attribute that a running domain does not take, so its threads are pinned.
struct FloatingPins {
    /// Whether that setting is the attribute.
    static func isAttribute(_ key: SettingKey) -> Bool { key.belongs(to: VCPUCPUs.self) }

    let wanted: WantedSettings
    let everywhere: CPUSet

    /// The threads that the attribute is about, with so many vCPUs plugged in.
    static func threads(vcpus: Int) -> [DomainThread] { (0..<vcpus).map { .vcpu(VCPU($0)) } + [.emulator] }

    /// The running domain as if the attribute had been taken, where the pins of all its threads say the same.
    ///
    /// - Parameter vcpus: How many vCPUs it has, or is about to have.
    func settled(_ live: FoundSettings, vcpus: Int) -> FoundSettings {
        let target = wanted.vcpuCPUs ?? everywhere
        let isThere = FloatingPins.threads(vcpus: vcpus).allSatisfy { thread in
            (thread.cpus(in: live) ?? live.vcpuCPUs ?? everywhere) == target
        }
        guard wanted.vcpuPins.isEmpty, isThere else { return live }
        var settled = live
        settled.vcpuCPUs = wanted.vcpuCPUs
        settled.vcpuPins = [:]
        settled.emulatorPin = nil
        return settled
    }
}
