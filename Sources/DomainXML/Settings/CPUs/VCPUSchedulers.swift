public import HostModel

internal import XMLTree

/// `<cputune><vcpusched>`: the scheduler of each vCPU that has one of its own.
public enum VCPUSchedulers: SettingRules {
    /// The scheduler of each vCPU that has one.
    public typealias Value = [VCPU: Scheduler]
    static var field: SettingField<[VCPU: Scheduler]> { SettingField(.vcpuSchedulers, \.vcpuSchedulers) }
    static let path = "cputune.vcpusched"

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> [VCPU: Scheduler]? {
        var schedulers: [VCPU: Scheduler] = [:]
        for element in reading.tunes("vcpusched") {
            let scheduler = try Scheduler(reading: element)
            let members: VCPUSet = try element.requiredList("vcpus", path)
            for vcpu in members where vcpu.rawValue < reading.vcpus { schedulers[vcpu] = scheduler }
        }
        return schedulers.isEmpty ? nil : schedulers
    }

    /// One element for all vCPUs of one scheduler.
    static func write(_ value: [VCPU: Scheduler]?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let groups = Dictionary(grouping: value ?? [:]) { $0.value }
            .map { (scheduler: $0.key, vcpus: VCPUSet($0.value.map(\.key))) }
        let elements = groups.sorted { $0.vcpus < $1.vcpus }.map { scheduler, vcpus in
            var element = XMLElement(
                "vcpusched", [.init("vcpus", "\(vcpus)"), .init("scheduler", scheduler.policy)])
            element[attribute: "priority"] = scheduler.canonical.priority.map(String.init)
            return element
        }
        domain.editTune("vcpusched", elements)
    }

    static func entries(of value: [VCPU: Scheduler], in all: FoundSettings) -> [SettingEntry] {
        value.sorted { $0.key < $1.key }.map { vcpu, scheduler in
            SettingEntry(key: SettingKey(Self.self, vcpu.rawValue), value: .text(scheduler.text))
        }
    }

    static func canonical(
        _ value: [VCPU: Scheduler], in all: FoundSettings, defaultHugePage: PageSize?
    ) -> [VCPU: Scheduler]? {
        value.filter { $0.key.rawValue < all.vcpus }.mapValues(\.canonical)
    }
}

extension SettingValues {
    /// The scheduler of each vCPU that has one of its own.
    public var schedulers: [VCPU: Scheduler] {
        get { self[VCPUSchedulers.self] ?? [:] }
        set { self[VCPUSchedulers.self] = newValue.isEmpty ? nil : newValue }
    }
}

/// How the kernel schedules a thread.
public struct Scheduler: Hashable, Sendable {
    /// `fifo`, `rr`, `batch`, `idle`.
    public var policy: String
    /// The real-time priority, 1 to 99; nil for policies without one.
    public var priority: Int?

    /// A scheduler of that policy.
    package init(policy: String, priority: Int?) {
        self.policy = policy
        self.priority = priority
    }

    fileprivate init(reading element: XMLElement) throws(DomainXMLError) {
        guard let policy = element[attribute: "scheduler"] else {
            throw DomainXMLError(VCPUSchedulers.path, line: element.line, .missing)
        }
        guard ["fifo", "rr", "batch", "idle"].contains(policy) else {
            throw DomainXMLError(VCPUSchedulers.path, line: element.line, .unknownWord(policy))
        }
        self.init(policy: policy, priority: nil)
        if hasPriority { priority = try element.number("priority", VCPUSchedulers.path, in: 0...99) }
    }

    private var hasPriority: Bool { policy == "fifo" || policy == "rr" }

    fileprivate var canonical: Scheduler { Scheduler(policy: policy, priority: hasPriority ? priority : nil) }

    fileprivate var text: String { priority.map { "\(policy):\($0)" } ?? policy }
}
