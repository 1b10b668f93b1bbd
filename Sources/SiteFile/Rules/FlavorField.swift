internal import Diagnostics

/// One setting, for what is done with all settings alike.
struct FlavorField: Sendable {
    /// Settings that say the same thing in different ways: a guest that gives one of them overrides all of them.
    enum Group: CaseIterable { case cells, policy, threads, shape, address }

    let name: String
    let group: Group?
    let isSet: @Sendable (FlavorSettings) -> Bool
    let copy: @Sendable (FlavorSettings, inout FlavorSettings) -> Void
    /// The two places of values that differ, or nil.
    let conflict: @Sendable (FlavorSettings, FlavorSettings) -> (native: SourceMark, property: SourceMark)?

    init<Value: Equatable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<FlavorSettings, Located<Value>?> & Sendable, in group: Group? = nil
    ) {
        self.name = name
        self.group = group
        isSet = { $0[keyPath: path] != nil }
        copy = { from, to in to[keyPath: path] = from[keyPath: path] }
        conflict = { native, property in
            guard let left = native[keyPath: path], let right = property[keyPath: path], left.value != right.value
            else { return nil }
            return (left.mark, right.mark)
        }
    }

    static let all: [FlavorField] =
        FlavorSettings.keys.map(\.field) + [
            FlavorField("numa_cpus", \.numaCPUs, in: .cells), FlavorField("numa_mem", \.numaMemory, in: .cells),
            FlavorField("resources:PCPU", \.dedicatedResource, in: .policy),
            FlavorField("resources:VCPU", \.sharedResource, in: .policy),
            FlavorField("trait:HW_CPU_HYPERTHREADING", \.hyperthreading, in: .threads),
            FlavorField("firmware_type", \.firmware), FlavorField("firmware_stateless", \.firmwareIsStateless),
            FlavorField("machine_type", \.machineType),
        ]
}
