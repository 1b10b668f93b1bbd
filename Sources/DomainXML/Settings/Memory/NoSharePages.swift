/// `<memoryBacking><nosharepages>`: the guest's memory is kept out of KSM.
public enum NoSharePages: SwitchRules {
    /// True where it is there.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.noSharePages, \.noSharePages) }
    static let container = (name: "memoryBacking", order: LibvirtOrder.memoryBacking)
    static let element = "nosharepages"
}

extension SettingValues {
    /// Whether the memory is kept out of KSM.
    public var noSharePages: Bool {
        get { self[NoSharePages.self] ?? false }
        set { self[NoSharePages.self] = newValue ? true : nil }
    }
}
