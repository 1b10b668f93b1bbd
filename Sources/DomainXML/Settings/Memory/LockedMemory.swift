/// `<memoryBacking><locked>`: the guest's memory is never swapped.
public enum LockedMemory: SwitchRules {
    /// True where it is there.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.lockedMemory, \.lockedMemory) }
    static let container = (name: "memoryBacking", order: LibvirtOrder.memoryBacking)
    static let element = "locked"
}

extension SettingValues {
    /// Whether the memory is never swapped.
    public var isLocked: Bool {
        get { self[LockedMemory.self] ?? false }
        set { self[LockedMemory.self] = newValue ? true : nil }
    }
}
