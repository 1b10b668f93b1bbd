extension FlavorSettings {
    /// Whether the guest sees its cells.
    enum GuestNUMA: String, Sendable, CaseIterable { case visible, hidden }

    /// What a guest may demand of, or forbid about, hardware threads.
    enum Trait: String, Sendable, CaseIterable { case required, forbidden }

    /// The models of memory encryption.
    enum EncryptionModel: String, Sendable, CaseIterable {
        case sev = "amd-sev"
        case sevES = "amd-sev-es"
        case sevSNP = "amd-sev-snp"
        case tdx = "intel-tdx"

        /// Whether the guest's memory must be locked.
        var locksMemory: Bool { self == .sev || self == .sevES }
    }

    /// libvirt's CPU modes that need no further elements.
    enum CPUModeWord: String, Sendable, CaseIterable {
        case hostPassthrough = "host-passthrough"
        case hostModel = "host-model"
        case maximum
    }

    /// How the guest's physical address bits are chosen.
    enum AddressMode: String, Sendable, CaseIterable { case passthrough, emulate }
}
