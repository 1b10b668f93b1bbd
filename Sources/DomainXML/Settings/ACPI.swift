/// `<features><acpi/>`, without which the kernel of an x86 or Arm guest sees no cells.
public enum ACPI: SwitchRules {
    /// True where it is there.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.acpi, \.acpi) }
    static let container = (name: "features", order: ["acpi", "apic"])
    static let element = "acpi"
    static let isKeptUnlessWanted = true
}

extension SettingValues {
    /// Whether the guest has ACPI tables.
    public var hasACPI: Bool {
        get { self[ACPI.self] ?? false }
        set { self[ACPI.self] = newValue ? true : nil }
    }
}
