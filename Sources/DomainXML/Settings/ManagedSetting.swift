/// One thing in a definition that this project manages.
///
/// A setting has a file of its own, which says everything about it, and its place in a table. What walks all settings (differences,
/// digests, preconditions, patches, saved plans) knows none by name.
public protocol ManagedSetting: Sendable {
    /// What the setting is where it is there.
    associatedtype Value: Hashable & Sendable
}

/// Values of settings, by setting: those found in a domain, or those wanted of one.
public protocol SettingValues {
    /// The value of a setting; nil where there is none.
    subscript<Setting: ManagedSetting>(setting: Setting.Type) -> Setting.Value? { get set }
}
